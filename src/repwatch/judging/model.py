"""A small linear model of how a text is meant: p(negative) and p(positive), from weights in a file.

The file: MAGIC; the length of a header as four bytes, little end first; the header, JSON; weights as
bytes. The header holds the format's number, the checksum of the weights, and what they belong to.
They are bytes around ZERO, not wider numbers, because a table has to stay in the processor's cache to
be quick. Whatever is summed up is a multiple of GRAIN, so that sums are the same to the last digit in
whatever order they are made.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from repwatch.judging import lexicon
from repwatch.judging.reading import BITS, MOST_KEPT, places
from repwatch.judging.tone import TONES

SHIPPED: Final = Path(__file__).with_name("judge.bin")
"""The weights that come with repwatch; MODEL_CARD.md beside it says what they are made of."""

MAGIC: Final = b"repwatch-judge\n"
FORMAT: Final = 1
WORD_BUCKETS: Final = 1 << 17
PAIR_BUCKETS: Final = 1 << 17
LETTERS_WEIGHT: Final = 0.7
ZERO: Final = 128
"""The byte that stands for a weight of nothing."""

GRAIN: Final = 2.0**-20

SHORTEST: Final = 4
"""Words that a text counts for at least; the words' weights are divided by the root of their number."""

_MASK: Final = WORD_BUCKETS - 1


class ModelError(ValueError):
    """A file that is no model of ours, or not whole, or from a newer version."""


class Sums(dict[int, complex]):
    """What sets of bits add to both models, by the weight of each bit."""

    def __init__(self, weights: Sequence[complex]) -> None:
        self.weights = weights

    def __missing__(self, bits: int) -> complex:
        if len(self) >= MOST_KEPT:
            self.clear()
        total = self[bits] = sum([self.weights[at] for at in places(bits)], 0j)
        return total


@dataclass(slots=True)
class Model:
    """Weights, and what they say of a text.

    `own` are weights that a brand's corrections added to the shipped ones, by the name of a word, or of
    a bit or "bias" in brackets. `version` is the number of the shipped model and the checksum of its
    weights.
    """

    bias: complex
    tones: tuple[complex, ...]
    bits: tuple[complex, ...]
    tables: tuple[bytes, ...]
    scales: tuple[tuple[float, float], ...]
    calibration: tuple[tuple[float, float], ...]
    cuts: tuple[float, float]
    version: str
    own: Mapping[str, complex] = field(default_factory=dict)

    def weight_of_word(self, word: str) -> complex:
        """Return a word's weight towards negative (real) and towards positive (imaginary)."""
        own, grams = _buckets(word)
        bad, good = self.tables[0], self.tables[1]
        share = LETTERS_WEIGHT / math.sqrt(len(grams) + 1)
        zeros = ZERO * len(grams)
        weight = complex(
            (bad[own] - ZERO + share * (sum(map(bad.__getitem__, grams)) - zeros)) * self.scales[0][0],
            (good[own] - ZERO + share * (sum(map(good.__getitem__, grams)) - zeros)) * self.scales[0][1],
        )
        return _grained(weight + self.own.get(word, 0j))

    def weight_of_bit(self, at: int) -> complex:
        """Return a bit's weight towards negative (real) and towards positive (imaginary)."""
        return _grained(self.bits[at] + self.own.get(f"[{BITS[at]}]", 0j))

    def worth(self, weight: complex) -> float:
        """Return what a weight says: how much rather good than bad, in log-odds as they are calibrated."""
        (bad, _), (good, _) = self.calibration
        return (good * weight.imag - bad * weight.real) / 2

    def calibrated(self, odds: complex) -> complex:
        """Return log-odds as they were right on sources that the model did not know."""
        (slope, offset), (slope_good, offset_good) = self.calibration
        return complex(slope * odds.real + offset, slope_good * odds.imag + offset_good)

    def taught(self, own: Mapping[str, complex]) -> Model:
        """Return this model with the weights that a brand taught it."""
        return replace(self, own=dict(own))


def chance(odds: float) -> float:
    """Return the probability that log-odds stand for."""
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


def log_odds(chance: float) -> float:
    """Return the log-odds of a probability."""
    return math.log(chance / (1 - chance))


def word_features(word: str) -> list[tuple[int, float]]:
    """Return the buckets of a word's weight, with their shares: itself, its 4- and 5-grams of letters."""
    own, grams = _buckets(word)
    share = LETTERS_WEIGHT / math.sqrt(len(grams) + 1)
    return [(own, 1.0), *((gram, share) for gram in grams)]


def _buckets(word: str) -> tuple[int, list[int]]:
    spelled = word.encode("utf-8", "replace")
    framed = b"<" + spelled + b">"
    size = len(framed)
    grams = [zlib.crc32(framed[at : at + 4]) & _MASK for at in range(size - 3)] if size > 4 else []
    if size > 5:
        grams += [zlib.crc32(framed[at : at + 5]) & _MASK for at in range(size - 4)]
    return zlib.crc32(spelled) & _MASK, grams


def pair_bucket(pair: int) -> int:
    """Return the bucket of a pair of words (see Reading.pairs)."""
    return pair & (PAIR_BUCKETS - 1)


def _grained(weight: complex) -> complex:
    """Return a weight as a multiple of GRAIN."""
    return complex(round(weight.real / GRAIN) * GRAIN, round(weight.imag / GRAIN) * GRAIN)


# The file


@cache
def shipped() -> Model:
    """Return the model that comes with repwatch, read once in a process.

    Raises:
        ModelError: its file is not what it should be.
    """
    return load(SHIPPED)


def blank() -> Model:
    """Return a model that says nothing of any text, to read with what is to train another one."""
    return Model(
        bias=0j,
        tones=(0j,) * len(TONES),
        bits=(0j,) * len(BITS),
        tables=(bytes([ZERO]) * WORD_BUCKETS,) * 2 + (bytes([ZERO]) * PAIR_BUCKETS,) * 2,
        scales=((1.0, 1.0),) * 2,
        calibration=((1.0, 0.0),) * 2,
        cuts=(0.5, 0.5),
        version="0",
    )


def load(path: Path) -> Model:
    """Return the model in a file.

    Raises:
        ModelError: it is none, is damaged, is from a newer repwatch, or was trained with another lexicon.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path.name} can't be read: {error.strerror or error}") from error
    if not data.startswith(MAGIC):
        raise ModelError(f"{path.name} is no model of repwatch")
    try:
        return _unpacked(path.name, data)
    except ModelError:
        raise
    except (ValueError, KeyError, IndexError, TypeError, struct.error, RecursionError) as error:
        raise ModelError(f"{path.name} is cut or damaged") from error


def _unpacked(name: str, data: bytes) -> Model:
    (length,) = struct.unpack_from("<I", data, len(MAGIC))
    start = len(MAGIC) + 4 + length
    header = json.loads(data[len(MAGIC) + 4 : start])
    if header["format"] != FORMAT:
        raise ModelError(f"{name} has format {header['format']}; this repwatch reads {FORMAT}")
    body = memoryview(data)[start:]
    ends = (0, WORD_BUCKETS, 2 * WORD_BUCKETS, 2 * WORD_BUCKETS + PAIR_BUCKETS, len(body))
    checksum = hashlib.sha256(body).hexdigest()
    if len(body) != 2 * (WORD_BUCKETS + PAIR_BUCKETS) or checksum != header["sha256"]:
        raise ModelError(f"{name} is cut or damaged")
    if header["lexicon"] != lexicon_sum():
        raise ModelError(f"{name} was trained with another lexicon")
    dense = [complex(*row) for row in header["dense"]]
    if len(dense) != len(TONES) + len(BITS):
        raise ModelError(f"{name} knows other features")
    return Model(
        bias=complex(*header["bias"]),
        tones=tuple(dense[: len(TONES)]),
        bits=tuple(dense[len(TONES) :]),
        tables=tuple(bytes(body[a:b]) for a, b in pairwise(ends)),
        scales=tuple((row[0], row[1]) for row in header["scales"]),
        calibration=tuple((row[0], row[1]) for row in header["calibration"]),
        cuts=(header["cuts"][0], header["cuts"][1]),
        version=f"{int(header['version'])}.{checksum[:8]}",
    )


def lexicon_sum() -> str:
    """Return a checksum of what the lexicon says; a model belongs to the lexicon it was trained with."""
    phrases = [[group, weight, text.split()] for group, (weight, text) in lexicon.PHRASES.items()]
    words = [[group, text.split()] for group, text in lexicon.WORDS.items()]
    said = json.dumps([phrases, words, lexicon.SPELLINGS, BITS, TONES], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def pack(
    version: int,
    bias: Sequence[float],
    dense: Sequence[Sequence[float]],
    words: Any,
    pairs: Any,
    calibration: Sequence[tuple[float, float]],
    cuts: tuple[float, float],
    sources: Mapping[str, str],
) -> bytes:
    """Return a model as the bytes of its file.

    `words` and `pairs` are arrays with a row for each bucket and a column for each model, `sources` the
    checksums of what it was trained on.
    """
    body = b""
    scales: list[list[float]] = []
    for table in (words, pairs):
        scales.append([])
        for column in (0, 1):
            values = [float(value) for value in table[:, column]]
            largest = sorted(map(abs, values))[-max(1, len(values) // 5000)] or 1.0
            scale = largest / 127
            scales[-1].append(scale)
            body += bytes(max(-127, min(127, round(value / scale))) + ZERO for value in values)
    header = {
        "format": FORMAT,
        "version": version,
        "sha256": hashlib.sha256(body).hexdigest(),
        "lexicon": lexicon_sum(),
        "bias": [round(one, 6) for one in bias],
        "dense": [[round(one, 5) for one in row] for row in dense],
        "scales": scales,
        "cuts": cuts,
        "calibration": [[round(one, 5) for one in row] for row in calibration],
        "trained on": dict(sources),
    }
    head = json.dumps(header).encode()
    return MAGIC + struct.pack("<I", len(head)) + head + body
