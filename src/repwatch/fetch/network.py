"""Connections that keep a deadline, and that only go to addresses which may be fetched."""

from __future__ import annotations

import contextlib
import ipaddress
import math
import queue
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpcore
import httpx

from repwatch.errors import FetchError
from repwatch.fetch.address import Allowed, IPAddress, is_public, numeric
from repwatch.fetch.limits import Limits

SLICE_S = 0.5
"""No read waits longer at a time, so that whoever stops the program is heard soon."""

_ADDRESSES_TRIED = 4
_WRITTEN_AT_ONCE = 16 * 1024
_COOKIES = (b"set-cookie", b"set-cookie2")

Origin = tuple[bytes, bytes, int | None]


class Deadline(threading.local):
    """The time that the calling thread's exchange has left.

    It belongs to the call and not to a connection, since connections are used again.
    """

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped
        self._seconds = math.inf
        self._at = math.inf

    def begin(self, seconds: float) -> None:
        """Give the calling thread this long from now."""
        self._seconds = seconds
        self._at = time.monotonic() + seconds

    def left_s(self) -> float:
        """Return how much time is left, always more than 0.

        Raises:
            FetchError: timeout, when none is left.
        """
        if self._stopped.is_set():
            raise FetchError("timeout", "stopped before there was an answer")
        left_s = self._at - time.monotonic()
        if left_s <= 0:
            raise FetchError("timeout", f"no complete answer within {self._seconds:g} s")
        return left_s


class Backend(httpcore.NetworkBackend):
    """TCP connections to public and allowed addresses, each within the caller's deadline.

    `trusted` is the host and port of a proxy, which may be anywhere.
    """

    def __init__(
        self, deadline: Deadline, limits: Limits, allowed: Allowed, trusted: tuple[str, int] | None = None
    ) -> None:
        self._deadline = deadline
        self._limits = limits
        self._allowed = allowed
        self._trusted = trusted
        self._tcp = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (the deadline rules)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the host's addresses, after all of them have been checked."""
        addresses = self._look_up(host, port)
        if (host, port) != self._trusted:
            for address in addresses:
                check_address(self._allowed, host, port, address)
        trouble: Exception | None = None
        for address in addresses[:_ADDRESSES_TRIED]:
            time_s = min(self._limits.connect_s, self._deadline.left_s())
            try:
                stream = self._tcp.connect_tcp(str(address), port, time_s, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = trouble or error
            else:
                return _Stream(stream, self._deadline, self._limits)
        raise trouble or httpcore.ConnectError(f"{host} has no address")

    def _look_up(self, host: str, port: int) -> list[IPAddress]:
        ip = numeric(host)
        if ip is not None:
            return [ip]
        time_s = min(self._limits.connect_s, self._deadline.left_s())
        try:
            return _resolved(host, port, time_s)
        except queue.Empty:
            self._deadline.left_s()  # raises if the whole exchange has come to its end
            raise FetchError("timeout", "looking up the host took too long", transient=True) from None
        except (OSError, UnicodeError) as error:
            again = getattr(error, "errno", None) == socket.EAI_AGAIN
            raise FetchError(
                "unreachable", "the host can't be found", transient=again, absent=True
            ) from error


def check_address(allowed: Allowed, host: str, port: int, address: IPAddress) -> None:
    """Let a connection pass only to a public address or an allowed place.

    Raises:
        FetchError: refused.
    """
    if is_public(address) or allowed.covers(host, port, address):
        return
    place = str(address) if numeric(host) else host
    is_at = "" if place == str(address) else f" is at {address}, which"
    entry = f"[{place}]:{port}" if ":" in place else f"{place}:{port}"
    raise FetchError(
        "refused",
        f"{place}{is_at} is no public address",
        hint=f'If it is yours, add "{entry}" to allow_private in [http].',
    )


def _resolved(host: str, port: int, seconds: float) -> list[IPAddress]:
    """Look a name up in a thread of its own, since nothing can interrupt a look-up."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    found = answers.get(timeout=seconds)
    if isinstance(found, Exception):
        raise found
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


class _Stream(httpcore.NetworkStream):
    """A connection whose every step takes no longer than what the calling thread has left."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline, limits: Limits) -> None:
        self._inner = inner
        self._deadline = deadline
        self._limits = limits
        self.heard = False
        """Something was read since the last write."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 (the deadline rules)
        patience_s = time.monotonic() + self._limits.quiet_s
        self.heard = True
        while True:
            try:
                return self._inner.read(max_bytes, min(SLICE_S, self._deadline.left_s()))
            except httpcore.ReadTimeout:
                if time.monotonic() >= patience_s:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 (the deadline rules)
        self.heard = False
        # Each piece fits into a socket's buffer, so that a slow reader can't stretch one write.
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE):
            time_s = min(self._limits.quiet_s, self._deadline.left_s())
            self._inner.write(buffer[start : start + _WRITTEN_AT_ONCE], time_s)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 (the deadline rules)
    ) -> httpcore.NetworkStream:
        time_s = min(self._limits.connect_s, self._deadline.left_s())
        try:
            inner = self._inner.start_tls(ssl_context, server_hostname, time_s)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise _tls_trouble(error.__cause__) from error
            raise
        return _Stream(inner, self._deadline, self._limits)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _tls_trouble(error: ssl.SSLError) -> FetchError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return FetchError("tls", f"its certificate can't be trusted: {error.verify_message}")
    reason = (error.reason or "no reason given").replace("_", " ").lower()
    hint = "if it has none, begin its address with http://"
    return FetchError("tls", f"no secure connection: {reason}", hint=hint)


class _Pools:
    """One small pool of connections for each origin; the least recently used idle ones are dropped.

    httpcore walks a pool's connections on every request, so many small pools are much cheaper than
    a big one.
    """

    def __init__(self, make: Callable[[Origin], httpcore.ConnectionPool], most: int) -> None:
        self._make = make
        self._most = most
        self._lock = threading.Lock()
        self._pools: OrderedDict[Origin, _Pool] = OrderedDict()
        self._closed = False

    @contextlib.contextmanager
    def borrow(self, origin: Origin) -> Iterator[httpcore.ConnectionPool]:
        with self._lock:
            pool = self._pools.get(origin) or self._pools.setdefault(origin, _Pool(self._make(origin)))
            self._pools.move_to_end(origin)
            pool.users += 1
        try:
            self._drop(self._most)
            yield pool.connections
        finally:
            with self._lock:
                pool.users -= 1
            if self._closed:
                self._drop(0)

    def close(self) -> None:
        """Close what nobody uses; the rest is closed when it is given back."""
        self._closed = True
        self._drop(0)

    def _drop(self, most: int) -> None:
        with self._lock:
            idle = [origin for origin, pool in self._pools.items() if not pool.users]
            surplus = idle[: max(0, len(self._pools) - most)]
            dropped = [self._pools.pop(origin) for origin in surplus]
        for pool in dropped:
            pool.connections.close()


@dataclass(slots=True)
class _Pool:
    connections: httpcore.ConnectionPool
    users: int = 0


class Transport(httpx.BaseTransport):
    """What httpx sends its requests through: our backend under httpcore, a connection for each origin.

    With a proxy, the proxy looks names up, so only addresses in figures are checked here.
    """

    def __init__(self, deadline: Deadline, limits: Limits, allowed: Allowed, proxy: httpx.URL | None) -> None:
        trusted = (proxy.raw_host.decode("ascii"), proxy.port or 80) if proxy else None
        self._deadline = deadline
        self._limits = limits
        self._allowed = allowed
        self._proxy = proxy
        self._backend = Backend(deadline, limits, allowed, trusted)
        self._pools = _Pools(self._pool, limits.connections)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the answer's head; its body is read from the stream."""
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        host = url.raw_host.decode("ascii")
        if self._proxy and (ip := numeric(host)):
            check_address(self._allowed, host, port, ip)
        with contextlib.ExitStack() as stack:
            pool = stack.enter_context(self._pools.borrow((url.raw_scheme, url.raw_host, port)))
            answer = pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={"timeout": {"pool": self._deadline.left_s()}},
                )
            )
            stack.callback(answer.close)
            stream = answer.extensions.get("network_stream")
            if isinstance(stream, _Stream) and not stream.heard:
                # A server that says more than it was asked for must not have it taken for the next answer.
                raise FetchError("http", "an answer came before it was asked for", transient=True)
            return httpx.Response(
                answer.status,
                headers=[(name, value) for name, value in answer.headers if name.lower() not in _COOKIES],
                stream=_Body(answer, stack.pop_all()),
                extensions=answer.extensions,
            )

    def close(self) -> None:
        """Close idle connections at once, and the others when their exchange is over."""
        self._pools.close()

    def _pool(self, origin: Origin) -> httpcore.ConnectionPool:
        ssl_context = self._ssl_context if origin[0] == b"https" else None
        if self._proxy is None:
            return httpcore.ConnectionPool(
                ssl_context,
                max_connections=1,
                keepalive_expiry=self._limits.idle_s,
                network_backend=self._backend,
            )
        return httpcore.HTTPProxy(
            httpcore.URL(
                scheme=self._proxy.raw_scheme, host=self._proxy.raw_host, port=self._proxy.port, target=b"/"
            ),
            (self._proxy.username.encode(), self._proxy.password.encode()) if self._proxy.userinfo else None,
            ssl_context=ssl_context,
            max_connections=1,
            keepalive_expiry=self._limits.idle_s,
            network_backend=self._backend,
        )

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        # Made when it is first needed: it costs 90 ms. SSL_CERT_FILE and SSL_CERT_DIR are honoured.
        return httpx.create_ssl_context()


class _Body(httpx.SyncByteStream):
    """The raw body of an answer; closing it gives its connection back."""

    def __init__(self, answer: httpcore.Response, given_back: contextlib.ExitStack) -> None:
        self._answer = answer
        self._given_back = given_back

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._given_back.close()
