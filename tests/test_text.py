"""Foreign text becomes safe, HTML becomes what a reader sees."""

from __future__ import annotations

import re
import sys
import unicodedata

import ftfy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repwatch import text
from repwatch.text import MARKS_PER_LETTER, clean, one_line, plain, repair

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PIECES = st.sampled_from(
    [
        *("\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\", "\x1bP1;2q\x1b\\", "\x1b(B"),
        *("\x9b2J", "\ud800", "\udc00", "\ud83d\ude00", "\u0301" * 5, "\u200d", "🔥", "\r\n", "]0;", "[31m"),
        *"\\aZ é界 \t\n\r\0\x07\x08\x0b\x0c\x1b\x7f\x80\x85\x90\x9b\x9c\x9d\x9f\u2028\ufeff",
        *BIDI,
    ]
)
HOSTILE = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)


@settings(max_examples=200)
@given(HOSTILE)
@example("\x1b\x9d]x")
@example("a\u0301\u200d\u0301\u0301\u0301\u0301")
def test_nothing_that_acts_survives_cleaning(hostile: str) -> None:
    cleaned = clean(hostile)
    assert all(unicodedata.category(letter) != "Cc" or letter in "\n\t" for letter in cleaned)
    assert not set(cleaned) & set(BIDI)
    cleaned.encode()
    marks = 0
    for letter in cleaned:
        category = unicodedata.category(letter)
        marks = marks + 1 if category[0] == "M" else marks if category == "Cf" else 0
        assert marks <= MARKS_PER_LETTER


@settings(max_examples=200)
@given(HOSTILE)
def test_cleaning_twice_is_cleaning_once(hostile: str) -> None:
    assert clean(clean(hostile)) == clean(hostile)


@settings(max_examples=100)
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_letters_of_all_scripts_stay_as_they_are(ordinary: str) -> None:
    assert clean(ordinary) == ordinary


@pytest.mark.parametrize(
    ("foreign", "cleaned"),
    [
        ("a\x1b[1;31mred\x1b[0m", "ared"),
        ("a\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x07b", "alinkb"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
        ("a\x1bPq#0\x1b\\b\x1b_x\x1b\\c", "abc"),
        ("an unfinished \x1b]0;title keeps its text", "an unfinished 0;title keeps its text"),
        ("a\x9b31mb", "ab"),
        ("a\0b\x08c\x7fd", "abcd"),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        ("tab\tstays", "tab\tstays"),
        ("it\x92s \x93good\x94", "it’s “good”"),
        ("abc\u202etxt.exe\u2066", "abctxt.exe"),
        ("lone \ud83d here", "lone \ufffd here"),
        ("a pair \ud83d\ude00", "a pair 😀"),
        ("e\u0301\u0301\u0301\u0301\u0301x", "e\u0301\u0301\u0301x"),
        ("👩\u200d👩\u200d👧 می\u200cخواهم สวัสดี", "👩\u200d👩\u200d👧 می\u200cخواهم สวัสดี"),
    ],
)
def test_foreign_text_is_cleaned(foreign: str, cleaned: str) -> None:
    assert clean(foreign) == cleaned


@pytest.mark.parametrize(
    "piece",
    ["\x1b]", "\x1b[0", "\x9d", "\x1b", "\u0301", "\ud800", "\r", "\u202e", "🔥\ufe0f", "<!--", "<a ", "&#"],
)
def test_a_long_run_of_one_hostile_piece_is_read_to_its_end(piece: str) -> None:
    assert clean(piece * 200_000 + "\nend").endswith("end")
    assert len(plain(piece * 200_000)) <= len(piece) * 200_000
    assert isinstance(repair((piece * 200_000)[:20_000]), str)


@pytest.mark.parametrize(
    ("foreign", "limit", "line"),
    [
        ("  a\n\tb \x1b[31mc ", 20, "a b c"),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 5, ""),
    ],
)
def test_one_line_is_one_line_within_its_limit(foreign: str, limit: int, line: str) -> None:
    assert one_line(foreign, limit) == line


def test_blanks_of_every_kind_become_single_ones() -> None:
    for blank in filter(str.isspace, map(clean, map(chr, range(sys.maxunicode + 1)))):
        assert one_line(f"{blank}a{blank}b{blank}{blank}c", 9) == "a b c"
        assert plain(f"{blank}<p>a{blank}b{blank}{blank}c") == "a b c"


@settings(max_examples=100)
@given(HOSTILE, st.integers(0, 40))
def test_one_line_has_no_breaks_and_keeps_the_limit(hostile: str, limit: int) -> None:
    line = one_line(hostile, limit)
    assert len(line) <= limit
    assert not re.search(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]", line)
    assert one_line(line, limit) == line


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("", ""),
        ("no tags\nstay as  they are", "no tags\nstay as they are"),
        ("<p>One <b>bo</b>ld</p><p>Two</p>", "One bold\nTwo"),
        ("<p>wrapped\nin the source</p>", "wrapped in the source"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("before<table>x<tr><td>y</td></tr></table>", "before\nx\ny"),
        ("a<script>alert(1)</script><style>p{}</style>b", "ab"),
        ("a<!-- hidden -->b<![CDATA[c]]>", "ab"),
        ("<noscript>turn it on</noscript>text<iframe>x</iframe>", "text"),
        ("Fish &amp; chips &lt;b&gt; &#233;&#x2019; &nbsp; x", "Fish & chips <b> é’ x"),
        ("once only: &amp;amp; &amp;lt;b&amp;gt;", "once only: &amp; &lt;b&gt;"),
        ("5 < 6 and a <- b", "5 < 6 and a <- b"),
        ('<img src="data:image/png;base64,' + "A" * 150_000 + '">after', "after"),
        ('<a title="a > b">link</a>', "link"),
        ("<p>bad &#xD800; &#99999999999; &#0; &#" + "9" * 5_000 + ";</p>", "bad \ufffd \ufffd \ufffd \ufffd"),
        ("<p>&#27;[31mred&#155;2J &#8238;evil</p>", "[31mred›2J evil"),
        ("<title>head</title>body", "body"),
        ("<div>unclosed <i>tags", "unclosed tags"),
        ("cut in a <a href=", "cut in a"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, seen: str) -> None:
    assert plain(html) == seen


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200_000 + "deep",
        "<b>" * 200_000 + "deep",
        "<!--" * 250_000,
        "<!-- a -->" * 100_000 + "after",
        "<a " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</a>",
        "<a " + " ".join(f"a<{n}=1" for n in range(100_000)) + ">x</a>",
        "<a title='" + "x" * 500_000,
        "<p " + "a " * 400_000,
        "<" * 500_000,
        " " * 1_000_000 + "<",
        "<p>x" * 200_000,
        "&amp;" * 200_000,
        "<table>x<tr>" * 50_000,
    ],
    ids=lambda html: html[:12],
)
@pytest.mark.timeout(120)
def test_hostile_html_is_read_in_bounded_time_and_size(html: str) -> None:
    assert len(plain(html)) <= text.LONGEST_HTML


SIMPLE = st.recursive(
    st.sampled_from(
        ["word", " ", "\n", "&amp;", "&lt;i&gt;", "&#233;", "&nbsp;", "é", "\xa0", "&copy 5", "a &b c", ">"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4).map("".join)
        | st.builds(
            "<{0}{1}>{2}</{0}>".format,
            st.sampled_from(["p", "b", "DIV", "li", "ul", "span", "h2", "a", "em", "blockquote", "pre"]),
            st.sampled_from(
                ["", ' class="x"', " href='https://e.example/?a=1&b=2'", " hidden", " a=b c = d", "/"]
            ),
            inner,
        )
        | inner.map("{}<br />".format)
        | inner.map("{}<p>".format)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(SIMPLE)
def test_the_short_way_through_simple_html_sees_what_the_parser_sees(html: str) -> None:
    simple = text._simple(html)
    if simple is not None:
        assert [" ".join(line.split()) for line in simple.split("\f") if line.strip()] == [
            " ".join(line.split()) for line in text._parsed(html).split("\f") if line.strip()
        ]


def test_most_html_of_feeds_takes_the_short_way() -> None:
    html = '<p>It&#8217;s <a href="https://e.example/" rel=nofollow>here</a>.</p>\n<br/>'
    assert text._simple(html) is not None
    assert text._simple("<table><tr><td>x</table>") is None
    assert text._simple("<!-- x -->") is None


@settings(max_examples=100)
@given(HOSTILE)
def test_plain_text_is_clean_text(hostile: str) -> None:
    seen = plain(f"<p>{hostile}</p>")
    assert clean(seen) == seen


@pytest.mark.parametrize(
    ("misread", "meant"),
    [
        ("cafÃ© crÃ¨me", "café crème"),
        ("itâ€™s â€œgoodâ€\x9d", "it’s “good”"),
        ("Ã€ la veille, il sâ€™apprÃªte Ã se sÃ©parer", "À la veille, il s’apprête à se séparer"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("ðŸ˜€ nice", "😀 nice"),
    ],
)
def test_misread_letters_are_restored(misread: str, meant: str) -> None:
    assert repair(misread) == meant


@pytest.mark.parametrize(
    "right",
    [
        "plain ASCII &amp; <b>tags</b>",
        "“curly” ‘quotes’ – and … dots",
        "ﬁne ligatures, ｆｕｌｌ width, Ⅳ",
        "für Größe à la carte",
        "déjà &amp; <b>vu</b>",
        "línea 1\r\nlínea 2",
        "Привет, 世界, مرحبا",
        "e\u0301 decomposed",
    ],
)
def test_repair_leaves_alone_what_is_right(right: str) -> None:
    assert repair(right) == right


MISREADABLE = st.text(st.sampled_from("aé à’“”…ñßœ€Привет世\xa0 \n")).flatmap(
    lambda meant: st.sampled_from(
        [
            meant,
            *(
                meant.encode().decode(wrong, "ignore")
                for wrong in ("latin-1", "cp1252", "cp1251", "macroman")
            ),
        ]
    )
)


@settings(max_examples=200)
@given(MISREADABLE)
def test_texts_that_skip_the_repair_need_none(foreign: str) -> None:
    assert repair(foreign) == ftfy.fix_text(foreign, text._ftfy_config())
