"""The bytes of an answer, with a cap on both sides of the decoder."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO

from repwatch.errors import FetchError
from repwatch.fetch.limits import MIB, Limits

ACCEPTED = "gzip, deflate"
"""What Accept-Encoding says: what is decoded here, so that a cap can hold inside the decoder."""

_GZIP = zlib.MAX_WBITS | 16
_STEP = 256 * 1024
_GZIP_MEMBERS = 1_000


def check_length(declared: str | None, limits: Limits) -> None:
    """Refuse a body by the length that its header declares, before any of it is read.

    Raises:
        FetchError: too_large.
    """
    if declared is None or not (declared.isascii() and declared.isdigit()):
        return  # the HTTP library has its own opinion on a length that is no number
    digits = declared.lstrip("0") or "0"
    if len(digits) > 18 or int(digits) > limits.wire_bytes:
        raise _too_large(limits.wire_bytes)


def read_body(parts: Iterable[bytes], coding: str, limits: Limits) -> bytes:
    """Return the decoded body of raw parts that are sent with this Content-Encoding.

    A body without a single byte is empty whatever its coding.

    Raises:
        FetchError: too_large before or after decoding; encoding for one that is not gzip or deflate, that is
            nested, broken, or cut short.
    """
    parts = _counted(parts, limits.wire_bytes)
    match [name for name in map(str.strip, coding.lower().split(",")) if name not in ("", "identity")]:
        case []:
            return _join(parts, limits.body_bytes)
        case ["gzip" | "x-gzip"]:
            return _join(_inflated(parts, _GZIP), limits.body_bytes)
        case ["deflate"]:
            parts, bits = _deflate_bits(parts)
            return _join(_inflated(parts, bits), limits.body_bytes)
        case [_]:
            raise FetchError("encoding", "the body is coded in a way that was not asked for")
        case _:
            raise FetchError("encoding", "the body is coded more than once")


def read_remark(parts: Iterable[bytes], coding: str, limits: Limits) -> bytes:
    """Return the body of an answer that is no success, or nothing when it is large or can't be read."""
    small = Limits(wire_bytes=min(_STEP, limits.wire_bytes), body_bytes=min(_STEP, limits.body_bytes))
    try:
        return read_body(parts, coding, small)
    except FetchError:
        return b""


def _counted(parts: Iterable[bytes], most: int) -> Iterator[bytes]:
    count = 0
    for part in parts:
        count += len(part)
        if count > most:
            raise _too_large(most)
        if part:
            yield part


def _join(parts: Iterable[bytes], most: int) -> bytes:
    body = BytesIO()
    for part in parts:
        if body.tell() + len(part) > most:
            raise _too_large(most)
        body.write(part)
    return body.getvalue()


def _inflated(parts: Iterable[bytes], bits: int) -> Iterator[bytes]:
    """Yield what a compressed body holds, never more than a step at a time."""
    decoder = None
    members = 0
    try:
        for part in parts:
            rest = part
            while rest:
                if decoder is None or decoder.eof:
                    if members and not (bits == _GZIP and rest.startswith(b"\x1f")):
                        return  # padding after the end
                    members += 1
                    if members > _GZIP_MEMBERS:
                        raise FetchError("encoding", "the compressed body has too many members")
                    decoder = zlib.decompressobj(bits)
                yield decoder.decompress(rest, _STEP)
                rest = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        while decoder is not None and not decoder.eof:
            # The last bytes may hold more than one step of output.
            piece = decoder.decompress(b"", _STEP)
            if not piece:
                raise FetchError("encoding", "the compressed body is cut short")
            yield piece
    except zlib.error:
        raise FetchError("encoding", "the body is not compressed as its header says") from None


def _deflate_bits(parts: Iterable[bytes]) -> tuple[Iterator[bytes], int]:
    """Tell zlib's format, which is meant by deflate, from the bare one, which many servers send."""
    parts = iter(parts)
    head = b""
    for part in parts:
        head += part
        if len(head) >= 2:
            break
    is_zlib = len(head) >= 2 and head[0] & 0x0F == 8 and int.from_bytes(head[:2]) % 31 == 0
    return itertools.chain([head] if head else [], parts), zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


def _too_large(most: int) -> FetchError:
    size = f"{most // MIB} MiB" if most >= MIB else f"{most} bytes"
    return FetchError("too_large", f"the answer is larger than {size}")
