"""What a mention says around the words that counted, which are marked in it.

Words that counted, or were found, stand between U+0002 and U+0003; a text cannot hold these itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from repwatch.formats import flat
from repwatch.text import clean
from repwatch.words import carried

if TYPE_CHECKING:
    from repwatch.store.base import MentionRow

EXCERPT = 160
BEFORE = 12
"""Characters of a text before the first word that counted."""
_RE = re.compile(r"re:", re.IGNORECASE)
"""What a title begins with that is another text's."""
_MARKS = re.compile("[\x02\x03]")


def counted(row: MentionRow) -> list[str]:
    """Return the words that made a mention what it is: of a complaint only those that speak for one."""
    return list(dict.fromkeys(carried(row.reasons, negative=row.label == "negative")))


def excerpt(row: MentionRow, carried: Sequence[str]) -> str:
    """Return what a mention says from shortly before the first word that counted; such words are marked."""
    answers = row.kind in ("comment", "review") or row.parent_id is not None or _RE.match(row.title)
    text = flat(row.text)
    if row.title and not (text and (answers or row.title in row.text)):
        text = f"{flat(row.title)}. {text}" if text else flat(row.title)
    # Names are masked before words are weighed, so not everything that counted stands in the text.
    parts = sorted((re.escape(flat(word)) for word in carried if flat(word)), key=len, reverse=True)
    if not parts:
        return cut(text, EXCERPT)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)
    first = pattern.search(text)
    text = _from(text, first.start() if first else 0)
    return pattern.sub(lambda found: f"\x02{found[0]}\x03", cut(text, EXCERPT))


def cut(text: str, limit: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def emphasised(snippet: str | None) -> Text:
    """Return a snippet with its marked words emphasised."""
    shown = Text()
    for place, part in enumerate((snippet or "").split("\x02")):
        found, ended, rest = part.partition("\x03")
        shown.append(_blank(found), style="bold underline" if place and ended else "")
        shown.append(_blank(rest))
    return shown


def begun(snippet: str) -> str:
    """Return a snippet from shortly before the first word that is marked in it."""
    return _from(snippet, snippet.find("\x02"))


def _from(text: str, place: int) -> str:
    """Return a text from shortly before a place in it; whole if that is near its beginning."""
    return "… " + text[text.rfind(" ", 0, place - BEFORE) + 1 :] if place > 2 * BEFORE else text


def unmarked(snippet: str) -> str:
    """Return a snippet without the signs around words that counted."""
    return _MARKS.sub("", snippet)


def _blank(text: str) -> str:
    return re.sub(r"\s+", " ", clean(text))
