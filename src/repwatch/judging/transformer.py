"""A transformer of the user's own as a scorer, run by onnxruntime.

It is a folder as Hugging Face's exporters write it: model.onnx, tokenizer.json, and config.json, whose
id2label names the classes. Classes without such names are taken for negative, neutral and positive, in
this order; two for negative and positive.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from repwatch.judging.care import NEGATIVE_FROM, POSITIVE_FROM, told, with_rating
from repwatch.judging.language import only_in
from repwatch.judging.model import chance, log_odds
from repwatch.model import Label, Sentiment

MEMORY_BYTES: Final = 4 * 1024**3
"""What a process that runs a model may take."""

MOST_TOKENS: Final = 512
MOST_CHARACTERS: Final = 10_000
_SURE: Final = 1e-6
_FILES: Final = ("model.onnx", "tokenizer.json")
_ORDERS: Final = {2: ("negative", "positive"), 3: ("negative", "neutral", "positive")}


@dataclass(frozen=True)
class Transformer:
    """What a model of the user's says, with the cuts of the configuration."""

    folder: str
    negative_from: float = NEGATIVE_FROM
    positive_from: float = POSITIVE_FROM
    languages: frozenset[str] = frozenset({"en"})
    name: str = field(default="onnx", init=False)
    memory_bytes: int = field(default=MEMORY_BYTES, init=False)

    @property
    def version(self) -> str:
        """A hash of the model, and one of what the configuration says."""
        said = [self.negative_from, self.positive_from, sorted(self.languages)]
        hashed = hashlib.blake2b(json.dumps(said).encode(), digest_size=4).hexdigest()
        return f"{_running(self.folder).version}-{hashed}"

    def score(self, text: str, *, lang: str | None, rating: float | None) -> Sentiment:
        """Judge one text."""
        part = only_in(text, lang, self.languages) if text and not text.isspace() else None
        why = "no text" if not text or text.isspace() else f"language {lang} is not scored"
        if part is None and rating is None:
            return Sentiment(None, "unscored", (why,))
        cuts = complex(log_odds(self.negative_from), log_odds(self.positive_from))
        odds, reasons = cuts - complex(1, 1), [why]
        if part is not None:
            negative, positive = _running(self.folder).chances(part[:MOST_CHARACTERS])
            odds, reasons = complex(log_odds(negative), log_odds(positive)), []
        if rating is not None:
            odds = with_rating(odds, rating, cuts)
            reasons.insert(0, f"rating {2 * min(1.0, max(0.0, rating)) - 1:+.1f}")
        p_negative, p_positive = round(chance(odds.real), 4), round(chance(odds.imag), 4)
        return told(p_negative, p_positive, self._label(p_negative, p_positive), tuple(reasons))

    def _label(self, p_negative: float, p_positive: float) -> Label:
        if p_negative >= self.negative_from:
            return "negative"
        return "positive" if p_positive >= self.positive_from else "neutral"


def trouble(folder: str) -> str | None:
    """Return why a model can't be run; None if nothing speaks against it."""
    if not folder:
        return 'which model? Name its folder: model = "path"'
    missing = [name for name in _FILES if not (Path(folder) / name).is_file()]
    if missing:
        return f"{folder} has no {' and no '.join(missing)}"
    if find_spec("onnxruntime") is None or find_spec("tokenizers") is None:
        return 'onnxruntime and tokenizers are not installed: pip install "repwatch[onnx]"'
    try:
        _running(folder)
    except Exception as error:  # theirs have no common ancestor
        return f"{folder} can't be run: {str(error).splitlines()[0][:200] if str(error) else error!r}"
    return None


@cache
def _running(folder: str) -> _Running:
    return _Running(Path(folder))


class _Running:
    """A model that is loaded."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime  # noqa: PLC0415 (an extra; only who names a model has it)
        import tokenizers  # noqa: PLC0415 (likewise)

        raw = (folder / "model.onnx").read_bytes()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # scans use a process a core
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._classes = _classes(folder, int(self._session.get_outputs()[0].shape[-1]))
        self.version = hashlib.blake2b(raw, digest_size=6).hexdigest()

    def chances(self, text: str) -> tuple[float, float]:
        """Return the probabilities of negative and of positive."""
        import numpy  # noqa: PLC0415 (comes with onnxruntime)

        found = self._tokenizer.encode(text)
        values = {
            "input_ids": found.ids,
            "attention_mask": found.attention_mask,
            "token_type_ids": found.type_ids,
        }
        asked: dict[str, Any] = {name: numpy.array([values[name]], numpy.int64) for name in self._inputs}
        (logits,) = self._session.run(None, asked)[0]
        weights = numpy.exp(logits - logits.max())
        shares = dict(zip(self._classes, (weights / weights.sum()).tolist(), strict=True))
        return _within(shares["negative"]), _within(shares["positive"])


def _classes(folder: Path, count: int) -> tuple[str, ...]:
    """Return the names of a model's classes, in its order."""
    config = folder / "config.json"
    named: dict[str, str] = (
        json.loads(config.read_text("utf-8")).get("id2label", {}) if config.is_file() else {}
    )
    names = tuple(str(named.get(str(at), "")).lower() for at in range(count))
    if {"negative", "positive"} <= set(names):
        return names
    if count not in _ORDERS:
        raise ValueError(f"its {count} classes are not named negative and positive in config.json")
    return _ORDERS[count]


def _within(share: float) -> float:
    return min(1 - _SURE, max(_SURE, share))
