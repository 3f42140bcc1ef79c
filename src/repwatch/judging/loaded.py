"""Loads the model when it is imported: processes that fork from this one need not.

A file that can't be used is said elsewhere (score.trouble), where somebody listens.
"""

from __future__ import annotations

import contextlib

from repwatch.judging.model import ModelError, shipped
from repwatch.judging.quick import Quick

with contextlib.suppress(ModelError):
    Quick(shipped()).hear("The words and phrases of the lexicon are read when they are first looked up.")
