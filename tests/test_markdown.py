from __future__ import annotations

import time

import pytest

from repwatch.sources.markdown import plain_markdown


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("## What *happened*\r\n\r\n> > quoted **Acme** __Anvils__", "What happened\nquoted Acme Anvils"),
        ("[the docs](https://acme.example/a_(b) 'T'), [x](<a b>)", "the docs, x"),
        ("[![badge](https://a.example/b.svg)](https://a.example)", "badge"),
        ("see <https://acme.example/x> &amp; C&#35;", "see https://acme.example/x & C#"),
        ("<!-- fill in\nall --> done <!-- and", "done"),
        ("a<br>b <details><summary>More</summary>x</details>", "a\nb\nMore\nx"),
        ("~~never~~ ***again***, acme_anvils_9 and 2*3*4 * 5", "never again, acme_anvils_9 and 2*3*4 * 5"),
        ("https://acme.example/a_b_c @acme_help", "https://acme.example/a_b_c @acme_help"),
        (r"\*not bold\* 3 \< 4", "*not bold* 3 < 4"),
        ("- [x] done\n* * *\n---\n1. one", "- [x] done\n1. one"),
        ("no #heading\n#acme", "no #heading\n#acme"),
    ],
)
def test_the_marks_go_and_the_words_stay(markdown: str, text: str) -> None:
    assert plain_markdown(markdown) == text


def test_code_stays_as_it_was_typed() -> None:
    block = "```c++\nvector<int> a_b_; // **not bold** &amp;\n```\nafter"
    assert plain_markdown(block) == "vector<int> a_b_; // **not bold** &amp;\nafter"
    assert plain_markdown("use `a[i](j)` and ``<b>``") == "use a[i](j) and <b>"
    assert plain_markdown("~~~\nnever closed *x*") == "never closed *x*"
    assert plain_markdown("\ue0000\ue000 `x`") == "0 x"


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[](", "[a](b c", "`", "```\n", "~~", "*", "**a", "*a ", "__", "<!--", "<a ", "> ", "&amp;"],
)
def test_hostile_markdown_takes_no_time(piece: str) -> None:
    began_s = time.process_time()
    plain_markdown(piece * 100_000)
    assert time.process_time() - began_s < 2.0
