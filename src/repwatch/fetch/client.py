"""One exchange: a request goes out, an answer comes back, or the reason why not."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol
from urllib.parse import urlsplit

import httpcore
import httpx

from repwatch.errors import FetchError, Reason
from repwatch.fetch.address import Allowed
from repwatch.fetch.body import ACCEPTED, check_length, read_body, read_remark
from repwatch.fetch.limits import Limits
from repwatch.fetch.manners import full_url, named_url, public_url
from repwatch.fetch.network import Deadline, Transport
from repwatch.model import Answer, Request
from repwatch.urls import redact

_LONGEST_VALIDATOR = 1_024
_LONGEST_CONTACT = 200
_HEADER_TEXT = re.compile(r"[\x20-\x7e\xa0-\xff]+")
_NOT_IN_COMMENT = re.compile(r"[^\x21-\x27\x2a-\x5b\x5d-\x7e]+")
_FOREIGN = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
    httpx.InvalidURL,
    ValueError,  # bad addresses of the standard library, UnicodeError
)
_TROUBLES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Reason, str, bool], ...] = (
    ((httpcore.ConnectTimeout, httpcore.PoolTimeout), "timeout", "no connection in time", True),
    (httpcore.TimeoutException, "timeout", "the server fell silent", False),
    (httpcore.ConnectError, "unreachable", "no connection", True),
    (httpcore.ProxyError, "unreachable", "the proxy made no connection", False),
    (httpcore.NetworkError, "unreachable", "the connection broke before there was an answer", True),
    (
        (httpcore.LocalProtocolError, UnicodeError),
        "http",
        "the request holds what HTTP does not allow",
        False,
    ),
    (
        (httpcore.RemoteProtocolError, httpx.HTTPError),
        "http",
        "what answered does not speak proper HTTP",
        False,
    ),
)
"""What errors of the libraries mean, narrow ones first: reason, words, whether it may pass in a moment."""

_OURS = frozenset(
    ("user-agent", "accept-encoding", "host", "content-length", "transfer-encoding", "connection")
)
"""Headers that no source sets."""


class Validators(Protocol):
    """What was noted of the last answer for an address, so that a server can say "unchanged"."""

    @property
    def url(self) -> str:
        """The address of that answer, as in Answer.url."""

    @property
    def etag(self) -> str | None:
        """Its ETag header."""

    @property
    def last_modified(self) -> str | None:
        """Its Last-Modified header."""


def identity(version: str, contact: str) -> str:
    """Return the User-Agent that tells site owners who is reading and how to reach them."""
    contact = _NOT_IN_COMMENT.sub("", contact)[:_LONGEST_CONTACT]
    return f"repwatch/{version} (+{contact})" if contact else f"repwatch/{version}"


class Fetcher:
    """Sends single requests over connections that are used again; many threads may share one.

    Raises:
        ValueError: an entry of `allow_private`, or the proxy, can't be read.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits | None = None,
        allow_private: Sequence[str] = (),
        proxy: str | None = None,
    ) -> None:
        # httpx and httpcore write whole addresses and raw reason phrases into their logs.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._limits = limits or Limits()
        self._user_agent = user_agent
        self._stopped = threading.Event()
        self._deadline = Deadline(self._stopped)
        allowed = Allowed.parse(allow_private)
        transport = Transport(self._deadline, self._limits, allowed, _proxy(proxy) if proxy else None)
        self._client = httpx.Client(transport=transport, trust_env=False, timeout=None)  # noqa: S113 (see Deadline)

    def exchange(
        self,
        request: Request,
        *,
        validators: Validators | None = None,
        deadline_s: float | None = None,
    ) -> Answer:
        """Send one request and return what the server said, whatever its status.

        Nothing is followed, tried again or waited for. Validators are sent if they belong to this
        address. The answer's address has no secrets in it.

        Raises:
            FetchError: unreachable, tls, timeout, too_large, encoding, refused, or http for what is no proper
                HTTP. Its text holds no secret and nothing that acts on a terminal.
        """
        self._deadline.begin(self._limits.total_s if deadline_s is None else deadline_s)
        try:
            return self._exchange(request, _conditions(request, validators))
        except (FetchError, *_FOREIGN) as error:
            trouble = error if isinstance(error, FetchError) else _trouble(error)
            # The chain ends here: foreign errors repeat headers and addresses, secrets included.
            raise FetchError(
                trouble.reason,
                f"{trouble.message}: {named_url(request)}",
                transient=trouble.transient and request.method == "GET",
                absent=trouble.absent or isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout),
                hint=trouble.hint,
            ) from None

    def close(self) -> None:
        """Close all connections and end exchanges that are still under way."""
        self._stopped.set()
        self._client.close()

    def _exchange(self, request: Request, conditions: dict[str, bytes]) -> Answer:
        self._deadline.left_s()
        headers = self._headers(request, conditions)
        outgoing = httpx.Request(request.method, _sendable(request), headers=headers, content=request.body)
        incoming = self._client.send(outgoing, stream=True)
        try:
            answered = _headers(incoming)
            if incoming.status_code == 304 and not conditions:
                raise FetchError("http", "304 Not Modified, which nobody asked for")
            coding = answered.get("content-encoding", "")
            if incoming.is_success:
                check_length(answered.get("content-length"), self._limits)
                body = read_body(_parts(incoming), coding, self._limits)
            else:
                body = read_remark(_parts(incoming), coding, self._limits)
        finally:
            incoming.close()
        return Answer(incoming.status_code, public_url(request), answered, body)

    def _headers(self, request: Request, conditions: dict[str, bytes]) -> list[tuple[bytes, bytes]]:
        own = [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers]
        headers = {b"accept": b"*/*"}
        headers |= {name.lower(): value for name, value in own if name.lower().decode() not in _OURS}
        return [
            (b"user-agent", self._user_agent.encode("latin-1")),
            (b"accept-encoding", ACCEPTED.encode()),
            *headers.items(),
            *((name.encode(), value) for name, value in conditions.items()),
        ]


def _sendable(request: Request) -> httpx.URL:
    url = httpx.URL(full_url(request))
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise FetchError("refused", "this is no http or https address")
    return url


def _conditions(request: Request, validators: Validators | None) -> dict[str, bytes]:
    if validators is None or request.method != "GET" or validators.url != public_url(request):
        return {}
    values = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {
        name: value.encode("latin-1")
        for name, value in values.items()
        if value and len(value) <= _LONGEST_VALIDATOR and _HEADER_TEXT.fullmatch(value)
    }


def _headers(incoming: httpx.Response) -> dict[str, str]:
    """Return headers by lower-case name, repeated ones joined.

    They are read as Latin-1, so that any ETag can be sent back as it came.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in incoming.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _parts(incoming: httpx.Response) -> Iterator[bytes]:
    try:
        yield from incoming.iter_raw()
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchError("http", "the answer is cut short or malformed") from error
    except _FOREIGN as error:
        raise _trouble(error) from error


def _trouble(error: Exception) -> FetchError:
    """Say in our words what an error of the libraries means."""
    if isinstance(error, httpcore.RemoteProtocolError) and str(error).startswith("Server disconnected"):
        return FetchError("unreachable", "the server hung up without an answer", transient=True)
    for types, reason, message, transient in _TROUBLES:
        if isinstance(error, types):
            return FetchError(reason, message + _system_reason(error), transient=transient)
    return FetchError("refused", "this is no http or https address")


def _system_reason(error: Exception) -> str:
    cause = error.args[0] if error.args else None  # where httpcore keeps what it translates
    number = cause.errno if isinstance(cause, OSError) else None
    return f" ({os.strerror(number).lower()})" if number else ""


def _proxy(address: str) -> httpx.URL:
    try:
        url, parts = httpx.URL(address), urlsplit(address)
    except (httpx.InvalidURL, ValueError):
        raise ValueError("the proxy is no address; write it like http://proxy.example:3128") from None
    if url.scheme != "http" or not parts.hostname:
        raise ValueError(
            f"the proxy {redact(address)!r} is not supported; write it like http://proxy.example:3128"
        )
    return url
