"""Bodies: decoding with caps on both sides."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.errors import FetchError
from repwatch.fetch import Limits
from repwatch.fetch.body import check_length, read_body, read_remark

KIB = 1024
SMALL = Limits(wire_bytes=64 * KIB, body_bytes=256 * KIB)
TEXT = b"The anvil that Acme sent is cracked. " * 500


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "": TEXT,
}


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def reason_for(parts: Iterable[bytes], coding: str, limits: Limits = SMALL) -> str:
    with pytest.raises(FetchError) as caught:
        read_body(parts, coding, limits)
    return caught.value.reason


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "", "identity", "GZIP", " gzip , identity"])
@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
def test_a_body_comes_out_as_it_went_in(coding: str, size: int) -> None:
    packed = PACKED[coding.lower().replace(", identity", "").strip().removeprefix("identity")]
    assert read_body(cut(packed, size), coding, SMALL) == TEXT


@pytest.mark.parametrize("size", [1, 1000])
def test_deflate_without_its_zlib_frame_is_read_too(size: int) -> None:
    assert read_body(cut(raw_deflate(TEXT), size), "deflate", SMALL) == TEXT


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 50))
def test_gzip_in_several_members_is_one_body(members: list[bytes], size: int) -> None:
    packed = b"".join(gzip.compress(member) for member in members)
    assert read_body(cut(packed, size), "gzip", SMALL) == b"".join(members)


def test_padding_after_a_gzip_body_is_no_part_of_it() -> None:
    assert read_body([PACKED["gzip"] + b"\0" * 100, b"\0" * 100], "gzip", SMALL) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", ""])
def test_a_body_without_a_byte_is_empty(coding: str) -> None:
    assert read_body([], coding, SMALL) == b""
    assert read_body([b""], coding, SMALL) == b""


@settings(max_examples=60)
@given(st.sampled_from(["gzip", "deflate"]), st.data())
def test_a_compressed_body_that_is_cut_is_a_failure(coding: str, data: st.DataObject) -> None:
    packed = PACKED[coding]
    kept = data.draw(st.integers(1, len(packed) - 1))
    assert reason_for(cut(packed[:kept], 13), coding) == "encoding"


def test_a_cut_inside_a_later_gzip_member_is_a_failure() -> None:
    assert reason_for([PACKED["gzip"] + PACKED["gzip"][:-5]], "gzip") == "encoding"


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "deflate, gzip", "gzip," * 20, "\x1b[1m"]
)
def test_a_coding_that_was_not_asked_for_is_a_failure(coding: str) -> None:
    assert reason_for([PACKED["gzip"]], coding) == "encoding"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_coded_as_it_says_is_a_failure(coding: str) -> None:
    assert reason_for([b"<rss>" + TEXT], coding) == "encoding"


def test_a_wrong_checksum_is_a_failure() -> None:
    packed = bytearray(PACKED["gzip"])
    packed[-6] ^= 0xFF
    assert reason_for([bytes(packed)], "gzip") == "encoding"


def test_a_flood_of_empty_gzip_members_ends() -> None:
    assert reason_for([gzip.compress(b"") * 2_000], "gzip", Limits()) == "encoding"


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 1000


@pytest.mark.parametrize("coding", ["gzip", "deflate", ""])
def test_bytes_on_the_wire_are_capped(coding: str) -> None:
    packer = zlib.compressobj(0, wbits=31 if coding == "gzip" else 15)
    parts = (packer.compress(part) for part in endless()) if coding else endless()
    taken = itertools.count()
    assert reason_for((part for part, _ in zip(parts, taken, strict=False)), coding, SMALL) == "too_large"
    assert next(taken) * 1000 < 3 * SMALL.wire_bytes < SMALL.body_bytes


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_stopped_inside_the_decoder(coding: str) -> None:
    packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    bomb = b"".join(packer.compress(bytes(1024 * KIB)) for _ in range(64)) + packer.flush()
    tracemalloc.start()
    try:
        assert reason_for([bomb], coding, SMALL) == "too_large"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * 1024 * KIB


def test_a_body_of_just_the_cap_is_kept() -> None:
    limits = Limits(wire_bytes=len(TEXT), body_bytes=len(TEXT))
    assert read_body([TEXT], "", limits) == TEXT
    assert read_body([PACKED["gzip"]], "gzip", limits) == TEXT
    assert reason_for([TEXT, b"!"], "", limits) == "too_large"
    assert reason_for([gzip.compress(TEXT + b"!")], "gzip", limits) == "too_large"


@pytest.mark.parametrize("declared", ["65537", "10000000000", "9" * 5000, "000065537"])
def test_a_declared_length_over_the_cap_is_refused(declared: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_length(declared, SMALL)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("declared", [None, "0", "65536", "0" * 5000, "-1", "many", "٣"])
def test_a_declared_length_within_the_cap_passes(declared: str | None) -> None:
    check_length(declared, SMALL)


def test_what_comes_with_an_error_is_read_if_it_can_be() -> None:
    assert read_remark([PACKED["gzip"]], "gzip", Limits()) == TEXT
    assert read_remark([PACKED["gzip"]], "br", Limits()) == b""
    assert read_remark(endless(), "", Limits()) == b""
