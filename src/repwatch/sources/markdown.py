"""Markdown made plain text, for platforms that hand out what people typed.

What a reader would see stays: the words, the texts of links and pictures, code as it stands. The
marks around them, the addresses behind them and comments that are not shown are gone.
"""

from __future__ import annotations

import re

from repwatch.sources.common import unmarked
from repwatch.text import clean
from repwatch.tidy import LONGEST_TEXT

LONGEST_MARKDOWN = 4 * LONGEST_TEXT
"""Characters that are read: links and comments take room and leave little."""

_FENCED = re.compile(r"^[ \t]{0,3}(`{3,}+|~{3,}+)[^\n]*\n(.*?)(?:^[ \t]{0,3}\1[`~]*[ \t]*$|\Z)", re.M | re.S)
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]{1,2000})(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_LINK = re.compile(
    r"!?\[([^\[\]]{0,1000})\]\([ \t]*"
    r"(?:<[^<>\n]{0,2000}>|[^\s()]{0,2000}(?:\([^\s()]{0,200}\)[^\s()]{0,200})?)"
    r"(?:\s+(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?[ \t]*\)"
)
_ADDRESS = re.compile(r"<(https?://[^\s<>]{1,2000})>", re.I)
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,2000})?/?>", re.I)
_BREAK = re.compile(r"<(?:/?(?:p|div|details|summary|li|tr|h[1-6])|br)(?:\s[^<>]{0,2000})?/?>", re.I)
_LEADING = re.compile(r"^(?:[ \t]{0,3}>[ \t]?)*(?:[ \t]{0,3}#{1,6}[ \t]+)?", re.M)
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.M)
_STRONG = re.compile(
    r"(\*\*|~~)(?=\S)([^\n]{1,1000}?)(?<=\S)\1|(?<!\w)(__)(?=\S)([^\n]{1,1000}?)(?<=\S)__(?!\w)"
)
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_\n]{1,500})(?<=[^\s\\])\1(?![\w*])")
_KEPT = re.compile("\ue000([0-9]{1,6})\ue000")
"""The place of a piece of code, between letters that mean nothing to anybody."""


def plain_markdown(markdown: str) -> str:
    """Return the text that a reader of the Markdown sees, without empty lines."""
    kept: list[str] = []

    def keep(code: re.Match[str]) -> str:
        kept.append(code[2])
        return f"\ue000{len(kept) - 1}\ue000"

    text = clean(markdown[:LONGEST_MARKDOWN]).replace("\ue000", "")
    text = _COMMENT.sub("", _CODE.sub(keep, _FENCED.sub(keep, text)))
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))  # a picture may stand in a link
    text = _RULE.sub("", _LEADING.sub("", text))
    text = _EMPHASIS.sub(r"\2", _STRONG.sub(lambda marked: marked[2] or marked[4], text))
    text = _TAG.sub("", _BREAK.sub("\n", _ADDRESS.sub(r"\1", text)))
    text = _KEPT.sub(lambda place: kept[int(place[1])], unmarked(text))
    return clean("\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n")))))
