"""What the site answers, before it becomes HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer; `changed_at` is when any of it last changed, if that is known."""

    body: bytes
    type: str
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None


def page(
    title: str,
    body: str,
    *,
    head: str = "",
    lang: str = "en",
    status: int = HTTPStatus.OK,
    changed_at: datetime | None = None,
) -> Response:
    """Return a web page; `head` and `body` are HTML."""
    html = (
        f'<!doctype html>\n<html lang="{lang}">'
        f'<head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>\n"
    )
    return Response(body=html.encode(), type="text/html; charset=utf-8", status=status, changed_at=changed_at)


def as_json(
    value: Any,
    *,
    type: str = "application/json; charset=utf-8",
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    changed_at: datetime | None = None,
) -> Response:
    """Return a JSON document."""
    body = json.dumps(value).encode()
    return Response(body=body, type=type, status=status, headers=headers or {}, changed_at=changed_at)


def conditional(response: Response, headers: Mapping[str, str]) -> Response:
    """Add validators to a good answer, and say "not modified" to whoever has it already."""
    if response.status != HTTPStatus.OK:
        return response
    etag = f'"{hashlib.blake2b(response.body, digest_size=8).hexdigest()}"'
    validators = {**response.headers, "ETag": etag}
    if response.changed_at:
        validators["Last-Modified"] = format_datetime(response.changed_at.astimezone(UTC), usegmt=True)
    known = headers.get("if-none-match")
    if known is not None:
        same = etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]
    else:
        same = _unchanged_since(response.changed_at, headers.get("if-modified-since"))
    if same:
        return replace(response, status=HTTPStatus.NOT_MODIFIED, body=b"", headers=validators)
    return replace(response, headers=validators)


def _unchanged_since(changed_at: datetime | None, since: str | None) -> bool:
    if changed_at is None or since is None:
        return False
    try:
        return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without a zone
        return False
