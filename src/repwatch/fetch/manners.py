"""What follows an answer: take it, go where it sends us, try again later, or give up."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from random import Random
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urlencode, urljoin, urlsplit

from repwatch.dates import moment
from repwatch.errors import FetchError, Reason
from repwatch.model import Answer, Request, Secret
from repwatch.sources.common import json_or_none, remark, wall
from repwatch.text import one_line
from repwatch.urls import origin, redact

MOST_HOPS = 5
MOST_WAIT_S = 24 * 3600.0
RETRY_WAITS_S = (1.0, 4.0)
TURNED_AWAY_S = (3600.0, 6 * 3600.0, MOST_WAIT_S)
RATE_LIMITED_S = 15 * 60.0

_LONGEST_LOCATION = 8_192
_LONGEST_SHOWN = 200
_LONGEST_NAMED = 100
_LONGEST_REMARK = 120
_SHORTEST_SECRET = 8
"""Shorter secrets are too common as a part of other words to look for them inside an address."""

_REDIRECTS = (301, 302, 303, 307, 308)
_REASONS: Mapping[int, Reason] = {
    401: "login",
    402: "forbidden",
    403: "forbidden",
    404: "not_found",
    410: "gone",
    429: "rate_limited",
    451: "forbidden",
}
_WHOLE_HOST = (403, 429)
_LIMITED = (403, 429)
_WALLS = (401, 403, 503)
_MAY_ASK_TO_WAIT = (429, 503)
_TRANSIENT = (502, 503, 504)
_HARMLESS_HEADERS = ("accept", "accept-language", "content-type")
"""All that another origin gets to see of a request's own headers."""

_LIMIT_LEFT = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
_LIMIT_RESET = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
_FIRST_EPOCH_S = 1e9
"""Resets from here on are moments in seconds since 1970; smaller ones are seconds from now."""

_SECONDS = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
_UNQUOTED = re.compile(r"[^!-~]+")


def gate_key(url: str) -> str:
    """Return what names the host of an address in the store: host and port as written, in lower case."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def secrets_in(request: Request) -> frozenset[str]:
    """Return what a request carries that only its origin may see; nothing where it is sent as anybody."""
    try:
        return frozenset(filter(None, _secrets(request, urlsplit(full_url(request)))))
    except ValueError:
        return frozenset()  # no address at all, which is found out when it is sent


def full_url(request: Request) -> str:
    """Return the address that is asked for, secrets included: never show it, never store it."""
    return _with_params(request.url, request.params)


def public_url(request: Request) -> str:
    """Return the address that was asked for without secret parameters, user name, password and fragment."""
    url = _with_params(request.url, [pair for pair in request.params if not isinstance(pair[1], Secret)])
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def shown_url(request: Request) -> str:
    """Return the address in a form for people: secrets masked, control characters gone, cut if long."""
    return one_line(redact(public_url(request)), _LONGEST_SHOWN)


def named_url(request: Request) -> str:
    """Return the address as an error names it: like `shown_url`, without a long query."""
    url = shown_url(request)
    address, query, _ = url.partition("?")
    return f"{address}?…" if query and len(url) > _LONGEST_NAMED else url


def settle(request: Request, answer: Answer, hops: int, *, now: datetime | None = None) -> Answer | Request:
    """Return the answer if it can be used, or the request that a redirect leads to.

    `hops` is how many redirects led here. What is meant for one origin alone stays there: secrets,
    logins, cookies, a request's own headers, and secrets that the server repeats in the address it
    sends us to.

    Raises:
        FetchError: the answer is neither, with the reason that its status stands for.
    """
    if 200 <= answer.status < 300 or answer.status == 304:
        return answer
    if answer.status in _REDIRECTS:
        return _redirected(request, answer, hops)
    reason = _reason(answer)
    raise FetchError(
        reason,
        f"{_status(answer.status)}{_remarked(request, answer)}: {named_url(request)}",
        status=answer.status,
        retry_after_s=_asked_s(answer, now or datetime.now(UTC)),
        transient=answer.status in _TRANSIENT and request.method == "GET" and reason != "blocked_page",
        whole_host=answer.status in _WHOLE_HOST,
    )


def _remarked(request: Request, answer: Answer) -> str:
    """Return what an interface says about its failure, unless it is just the status or our secret."""
    said = one_line(remark(json_or_none(answer)) or "", _LONGEST_REMARK)
    if not said or said.casefold() in _status(answer.status).casefold():
        return ""
    secrets = _secrets(request, urlsplit(full_url(request)))
    # It may have been cut off in the middle of one.
    return "" if any(secret and secret[:_SHORTEST_SECRET] in said for secret in secrets) else f" ({said})"


def _reason(answer: Answer) -> Reason:
    if answer.status in _LIMITED and limit_left(answer.headers) == 0:
        return "rate_limited"
    if answer.status in _WALLS and (blocked := wall(answer)) and blocked.reason == "blocked_page":
        return "blocked_page"
    return _REASONS.get(answer.status, "unreachable" if answer.status >= 500 else "http")


def limit_left(headers: Mapping[str, str]) -> float | None:
    """Return how many more requests a server allows for now, None if it does not say."""
    said = next((headers[name] for name in _LIMIT_LEFT if name in headers), "").strip()[:20]
    return float(said) if _SECONDS.fullmatch(said) else None


def limit_reset_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return in how many seconds a server allows requests again, at most 24 hours; None if it does not say.

    Platforms write it as seconds from now, as seconds since 1970, and as a date.
    """
    said = next((headers[name] for name in _LIMIT_RESET if name in headers), "").strip()[:40]
    if _SECONDS.fullmatch(said) and float(said) < _FIRST_EPOCH_S:
        seconds = float(said)
    else:
        at = moment(said)
        seconds = (at - now).total_seconds() if at else 0.0
    return min(seconds, MOST_WAIT_S) if seconds > 0 else None


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long a server wants to be left alone, at most 24 hours.

    None when it does not say, says nothing that can be read, or names a moment that is not ahead.
    """
    text = headers.get("retry-after", "").strip()[:100]
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(seconds, MOST_WAIT_S) if seconds > 0 else None


def retry_wait_s(attempt: int, *, rng: Random) -> float | None:
    """Return how long to wait before trying again what failed, None when it was tried often enough.

    `attempt` is how many retries there were before: 0 gives about 1 s, 1 about 4 s, 2 None.
    """
    if attempt >= len(RETRY_WAITS_S):
        return None
    return RETRY_WAITS_S[attempt] * rng.uniform(1.0, 1.5)


def back_off_s(reason: Reason, strikes: int, retry_after_s: float | None) -> float:
    """Return how long to leave a host alone that turned us away, at most 24 hours.

    `strikes` is how many times in a row it did so before. What the server itself asked for counts;
    else the time grows: from 15 minutes for *rate_limited* and *quota*, from an hour otherwise.
    """
    if retry_after_s is not None and math.isfinite(retry_after_s) and retry_after_s > 0:
        return min(retry_after_s, MOST_WAIT_S)
    strikes = max(0, strikes)
    if reason in ("rate_limited", "quota"):
        return float(min(RATE_LIMITED_S * 2 ** min(strikes, 10), MOST_WAIT_S))
    return TURNED_AWAY_S[min(strikes, len(TURNED_AWAY_S) - 1)]


def _asked_s(answer: Answer, now: datetime) -> float | None:
    limited = answer.status in _LIMITED and limit_left(answer.headers) in (0, None)
    if not limited and answer.status not in _MAY_ASK_TO_WAIT:
        return None
    said = retry_after_s(answer.headers, now) if answer.status in _MAY_ASK_TO_WAIT else None
    return said or (limit_reset_s(answer.headers, now) if limited else None)


def _redirected(request: Request, answer: Answer, hops: int) -> Request:
    if hops >= MOST_HOPS:
        raise _lost(request, answer, f"more than {MOST_HOPS} redirects")
    base = urlsplit(full_url(request))
    target = _target(request, answer, base)
    stays = origin(target.geturl()) == origin(base.geturl())
    changes = request.method == "POST" and answer.status in (301, 302, 303)
    if request.method == "POST" and not changes and not stays:
        raise _lost(request, answer, "it sends what we posted on to another place", "refused")
    secrets = set(filter(None, _secrets(request, base)))
    plain, own = _told_apart(target.query, secrets)
    if not stays and _repeats(target._replace(query=plain), secrets):
        raise _lost(request, answer, "its redirect would carry a secret to another place", "refused")
    if stays:
        login = base.netloc.rpartition("@")
        target = target._replace(netloc=login[0] + login[1] + target.netloc)
    return replace(
        request,
        method="GET" if changes else request.method,
        url=target._replace(query=plain).geturl(),
        params=tuple((name, Secret(value)) for name, value in own) if stays else (),
        headers=tuple(_headers(request, stays=stays, keeps_body=not changes)),
        body=None if changes else request.body,
    )


def _target(request: Request, answer: Answer, base: SplitResult) -> SplitResult:
    location = _decoded(answer.headers.get("location", "").strip())
    if not location or len(location) > _LONGEST_LOCATION:
        raise _lost(request, answer, "it redirects to nowhere")
    try:
        target = urlsplit(urljoin(base._replace(fragment="").geturl(), location))
        target.port  # noqa: B018 (raises for what is no port)
    except ValueError:
        raise _lost(request, answer, "it redirects to what is no address") from None
    if target.scheme not in ("http", "https"):
        raise _lost(request, answer, "it redirects to what is no web page", "refused")
    if not target.hostname:
        raise _lost(request, answer, "it redirects to no host")
    return target._replace(netloc=target.netloc.rpartition("@")[2], fragment="")


def _decoded(location: str) -> str:
    """Read the header's bytes as the UTF-8 that they often are, and quote what no address may hold."""
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode()
    return _UNQUOTED.sub(lambda match: quote(match[0], errors="replace"), location)


def _headers(request: Request, *, stays: bool, keeps_body: bool) -> Iterator[tuple[str, str]]:
    for name, value in request.headers:
        harmless = name.lower() in _HARMLESS_HEADERS and not isinstance(value, Secret)
        of_body = name.lower() == "content-type"
        if (stays or harmless) and (keeps_body or not of_body):
            yield name, value


def _secrets(request: Request, base: SplitResult) -> Iterator[str]:
    """Yield what only this origin may see: typed secrets, the password, parameters named like a secret."""
    for _, value in (*request.params, *request.headers):
        if isinstance(value, Secret):
            yield from (str(value), *value.split()[-1:])  # "Bearer x" is repeated as x
    if base.password:
        yield unquote(base.password)
    for pair in base.query.split("&"):
        if redact(f"?{pair}") != f"?{pair}":
            yield unquote_plus(pair.partition("=")[2])


def _told_apart(query: str, secrets: set[str]) -> tuple[str, list[tuple[str, str]]]:
    """Split a query into what may be said anywhere and the parameters whose value is a secret."""
    plain, own = [], []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if unquote_plus(value) in secrets:
            own.append((unquote_plus(name), unquote_plus(value)))
        else:
            plain.append(pair)
    return "&".join(plain), own


def _repeats(target: SplitResult, secrets: set[str]) -> bool:
    said = unquote_plus(target.geturl())
    return any(len(secret) >= _SHORTEST_SECRET and secret in said for secret in secrets)


def _lost(request: Request, answer: Answer, why: str, reason: Reason = "http") -> FetchError:
    return FetchError(reason, f"{why}: {named_url(request)}", status=answer.status)


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"status {status}"


def _with_params(url: str, params: Iterable[tuple[str, str]]) -> str:
    pairs = list(params)
    if not pairs:
        return url
    url, hash_mark, fragment = url.partition("#")
    joint = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode(pairs)}{hash_mark}{fragment}"
