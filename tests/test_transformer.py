"""A transformer of the user's own, tried on a tiny one that is made here."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest

from repwatch.judging.transformer import Transformer
from repwatch.score import Vader, scorer, trouble

VOCABULARY = {"[UNK]": 0, "awful": 1, "lovely": 2, "anvil": 3}
WEIGHTS = {"[UNK]": (0, 2, 0), "awful": (9, 0, 0), "lovely": (0, 0, 9), "anvil": (0, 4, 0)}


def number(value: int) -> bytes:
    """Return a number as protocol buffers write it."""
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def message(**fields: Any) -> bytes:
    """Return a message: f1=7 is its field 1; bytes and texts are written with their length."""
    raw = b""
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, int):
                raw += number(int(name[1:]) << 3) + number(value)
            else:
                said = value.encode() if isinstance(value, str) else value
                raw += number(int(name[1:]) << 3 | 2) + number(len(said)) + said
    return raw


def tensor(name: str, kind: int, *dimensions: int | str) -> bytes:
    """Return what goes in or comes out: its name, its type, and how long it is in each direction."""
    shape = [message(**{"f2" if isinstance(one, str) else "f1": one}) for one in dimensions]
    return message(f1=name, f2=message(f1=message(f1=kind, f2=message(f1=shape))))


def model() -> bytes:
    """Return a model that takes the mean over what each word says of three classes."""
    table = struct.pack("<12f", *(value for word in VOCABULARY for value in WEIGHTS[word]))
    graph = message(
        f1=[
            message(f1=["table", "input_ids"], f2="said", f4="Gather"),
            message(f1="said", f2="logits", f4="ReduceMean", f5=[
                message(f1="axes", f8=1, f20=7), message(f1="keepdims", f3=0, f20=2),
            ]),
        ],
        f2="tiny",
        f5=message(f1=[4, 3], f2=1, f9=table, f8="table"),
        f11=tensor("input_ids", 7, 1, "n"),
        f12=tensor("logits", 1, 1, 3),
    )  # fmt: skip
    return message(f1=8, f7=graph, f8=message(f2=13))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pytest.importorskip("onnxruntime")
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "model.onnx").write_bytes(model())
    return tmp_path


def test_a_model_of_the_users_own_judges(folder: Path) -> None:
    assert trouble("onnx", str(folder)) is None
    own = scorer("onnx", model=str(folder))
    assert isinstance(own, Transformer)
    labels = [
        own.score(text, lang="en", rating=None).label for text in ("awful awful", "anvil", "lovely lovely")
    ]
    assert labels == ["negative", "neutral", "positive"]
    assert own.score("awful", lang="de", rating=None).label == "unscored"
    assert own.score("", lang=None, rating=None).reasons == ("no text",)
    assert own.score("awful", lang="en", rating=1.0).label == "positive"
    assert own.score("", lang=None, rating=0.0).label == "negative"
    assert len(own.score("awful " * 200_000, lang="en", rating=None).reasons) == 0


def test_its_classes_may_stand_in_another_order(folder: Path) -> None:
    names = {"0": "Positive", "1": "Neutral", "2": "Negative"}
    (folder / "config.json").write_text(json.dumps({"id2label": names}))
    assert scorer("onnx", model=str(folder)).score("awful awful", lang="en", rating=None).label == "positive"


def test_it_travels_and_names_its_model(folder: Path) -> None:
    own = scorer("onnx", model=str(folder))
    copy = pickle.loads(pickle.dumps(own))
    assert copy.version == own.version != scorer("onnx", model=str(folder), negative_from=0.5).version
    assert copy.name == "onnx"


@pytest.mark.parametrize("raw", [b"", b"no model", model()[:-9]])
def test_a_file_that_is_no_model_leaves_it_to_the_lexicon_and_says_why(folder: Path, raw: bytes) -> None:
    (folder / "model.onnx").write_bytes(raw)
    assert "can't be run" in (trouble("onnx", str(folder)) or "")
    assert isinstance(scorer("onnx", model=str(folder)), Vader)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert trouble("onnx") == 'plain VADER judges: which model? Name its folder: model = "path"'
    assert "has no model.onnx and no tokenizer.json" in (trouble("onnx", str(tmp_path)) or "")
    assert isinstance(scorer("onnx", model=str(tmp_path)), Vader)
