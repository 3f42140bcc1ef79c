"""Foreign text made safe to keep and to show, and HTML made plain text."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

MARKS_PER_LETTER = 3

LONGEST_HTML = 100_000
"""Characters of HTML that are read. The parser's time grows with the square of nesting and of attributes:
this many are a second at worst, and ten times what is kept of a text."""

UNSPACED = (
    (0x0E00, 0x0FFF),  # Thai, Lao, Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul letters
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # Han repetition and zero
    (0x3040, 0x31FF),  # Hiragana, Katakana, Bopomofo, Hangul letters
    (0x3400, 0x9FFF),  # Han
    (0xAC00, 0xD7FF),  # Hangul syllables
    (0xF900, 0xFAFF),  # Han, compatibility
    (0xFF66, 0xFF9F),  # Katakana, half-width
    (0x20000, 0x3FFFF),  # Han, rarer
)
"""Scripts without blanks between words, or, like Hangul, with particles glued to them: the first and last
code point of each."""

_C1 = "\x80-\x9f"
_STRINGS = r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x08\x0a-\x1f\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
_SEQUENCES = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]"
_ESCAPES = re.compile(f"{_STRINGS}|{_SEQUENCES}")
"""Terminal strings (titles, links, clipboard) and control sequences, as ECMA-48 has them."""

_BREAKS = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")
_HIDDEN = re.compile(f"[\x00-\x08\x0e-\x1f\x7f{_C1}\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNCLEAN = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f{_C1}\ufeff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Whatever the others find, in one look: most texts need no more."""

_AS_WINDOWS_MEANT = {
    byte: letter for byte in range(0x80, 0xA0) if (letter := bytes([byte]).decode("cp1252", "ignore"))
}
"""Letters that were sent in Windows-1252 and read as Latin-1; browsers read them like this as well."""

_MARKS = re.compile(r"[^\w\s\x00-\x7f]{4,}")
"""Combining marks are no word characters, so longer runs of them are found among these."""

_MISREAD = re.compile("[\x80-\x9f\ud800-\udfff]|[^\x00-\x7f][^\x00-\x7f]|[\xc0-\xff] ")
"""What every misreading holds: two foreign letters for one, or one before what was a no-break space."""

_LONG_TAG = re.compile(r"(<[a-zA-Z][^\s/<>]{0,30})[^<>]{2000,}")
"""A tag with an image in it, or a hostile one; nothing of its attributes is read anyway."""

_TAG = re.compile(
    r"</?([a-zA-Z][a-zA-Z0-9]*)(?:\s+[^\s\"'<>/=]+(?:=(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=`]+))?)*\s*/?>"
)
_LONG_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{10}")
_BLOCKS = (
    *("address", "article", "aside", "blockquote", "br", "center", "dd", "details", "div", "dl", "dt"),
    *("figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
    *("nav", "ol", "p", "pre", "section", "summary", "ul"),
)
_INLINE = (
    *("a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "q"),
    *("s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
)
_TAG_LEAVES = dict.fromkeys(_BLOCKS, "\f") | dict.fromkeys(_INLINE, "")
_BLOCK = re.compile(
    rf"<(?=/?(?:{'|'.join(_BLOCKS)}|fieldset|form|option|table|tbody|tfoot|thead|tr)[\s/>])", re.IGNORECASE
)
_CELL = re.compile(r"<(?=/?t[dh][\s/>])", re.IGNORECASE)
_DROPPED = [
    *("title", "script", "style", "template", "noscript", "iframe", "noembed", "noframes", "svg", "select")
]


def clean(text: str) -> str:
    """Return foreign text without anything that acts on a terminal, a database or the reading order.

    Escape sequences, control characters and bidi controls go; line breaks become LF; lone
    surrogates become U+FFFD; a letter keeps three combining marks.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    if _UNCLEAN.search(text):
        text = _HIDDEN.sub("", _BREAKS.sub("\n", _ESCAPES.sub("", text)).translate(_AS_WINDOWS_MEANT))
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _MARKS.sub(_thinned, text)


def one_line(text: str, limit: int) -> str:
    """Return the text cleaned, on one line, and cut to at most `limit` characters with an ellipsis."""
    line = _spaced(clean(text))
    return line if len(line) <= limit else line[: max(limit - 1, 0)].rstrip() + "…"[:limit]


def plain(html: str) -> str:
    """Return the text that a reader of the HTML sees: blocks as lines, entities decoded once.

    Text without any tag keeps its own line breaks. At most 100,000 characters of HTML are read.
    """
    html = clean(_LONG_TAG.sub(r"\1 ", html)[:LONGEST_HTML])
    if "<" not in html:
        html = html.replace("\n", "\f")
    lines = _simple(html)
    if lines is None:
        lines = _parsed(html)
    return clean("\n".join(filter(None, map(_spaced, lines.split("\f")))))


def repair(text: str) -> str:
    """Return the text with letters restored that were decoded wrongly on their way ("cafÃ©").

    Nothing else changes: quotes, ligatures, widths, entities and line breaks stay as they are.
    """
    if text.isascii() or not _MISREAD.search(text):
        return text
    from ftfy import fix_text  # noqa: PLC0415 (100 ms that a report need not pay)

    return str(fix_text(text, _ftfy_config()))


def _spaced(text: str) -> str:
    """Return a text with one blank between its words, and none around them."""
    if "  " not in text and text.isprintable():  # blanks of all other kinds are not
        return text.strip()
    return " ".join(text.split())


def _simple(html: str) -> str | None:
    """Return what `_parsed` does, sooner, or None if the HTML is more than simple.

    Simple is what most entries of feeds are: well-formed tags that neither hide nor move text.
    """
    text = _TAG.sub(lambda tag: _TAG_LEAVES.get(tag[1].lower(), "<"), html)
    return None if "<" in text or _LONG_REFERENCE.search(text) else unescape(text)


def _parsed(html: str) -> str:
    """Return the text of HTML with its line breaks marked by form feeds.

    A form feed is a blank to the parser, so a mark may stand where text may not, as between rows.
    """
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 (25 ms that a report need not pay)

    tree = LexborHTMLParser("<body>" + _CELL.sub(" <", _BLOCK.sub("\f<", html)))
    tree.strip_tags(_DROPPED)
    return tree.body.text() if tree.body else ""


def _thinned(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for letter in run[0]:
        category = unicodedata.category(letter)
        if category[0] == "M":
            marks += 1
        elif category != "Cf":  # a joiner between marks starts no new letter
            marks = 0
        if category[0] != "M" or marks <= MARKS_PER_LETTER:
            kept.append(letter)
    return "".join(kept)


@cache
def _ftfy_config() -> TextFixerConfig:
    from ftfy import TextFixerConfig  # noqa: PLC0415 (see repair)

    return TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
