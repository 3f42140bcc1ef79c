import importlib
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.skipif(not settings.default.derandomize, reason="examples are drawn anew")
def test_what_a_law_is_tried_on_hangs_on_no_other_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    @given(st.integers())
    def law(number: int) -> None:
        drawn.append(number)

    law()
    before = drawn[:]
    drawn.clear()
    (tmp_path / "elsewhere.py").write_text(f"NUMBERS = {[*range(4711, 4911)]}")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("elsewhere")
    law()
    monkeypatch.delitem(sys.modules, "elsewhere")
    assert drawn == before
