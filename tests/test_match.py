"""Which brands a text names."""

from __future__ import annotations

import pickle
import string
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.match import MAX_SPANS, Match, Matched, Matcher
from repwatch.model import Brand, Mention

ACME = Brand(
    key="acme",
    name="Acme Anvils",
    terms=("acme anvils", "@acme_anvils"),
    weak_terms=("acme",),
    need_one_of=("anvil", "forge", "acme app"),
    exclude=("acme protocol", "the acme of"),
    own_accounts=("mastodon:@help@acme.example",),
    own_domains=("acme.example", "acme-anvils.example"),
)
ZED = Brand(key="zed", name="Zed Forge", terms=("zed forge", "zed++"), role="competitor")


def mention(text: str = "", **said: object) -> Mention:
    return replace(Mention(space="test", native_id="1", kind="post", text=text), **said)


def found(brand: Brand, text: str) -> list[str]:
    """Return the pieces of a text that name the brand."""
    return [text[s.start : s.end] for m in Matcher([brand]).match(mention(text)).about for s in m.spans]


def only(**words: tuple[str, ...]) -> Brand:
    return Brand(key="b", name="B", **words)


def near(brand: Brand, text: str) -> str | None:
    matched = Matcher([brand]).match(mention(text))
    assert not matched.about
    return matched.near_misses[0].why if matched.near_misses else None


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("I like Acme Anvils.", "Acme Anvils"),
        ("ACME ANVILS!", "ACME ANVILS"),
        ("acmé anvils", "acmé anvils"),
        ("acme\u0301 anvils", "acme\u0301 anvils"),
        ("acme\u00a0anvils", "acme\u00a0anvils"),
        ("acme \n\t anvils", "acme \n\t anvils"),
        ("ＡＣＭＥ　ａｎｖｉｌｓ", "ＡＣＭＥ　ａｎｖｉｌｓ"),
        ("ac\u00adme an\u200bvils", "ac\u00adme an\u200bvils"),
        ("acme-anvils", "acme-anvils"),
        ("acme\u2011anvils", "acme\u2011anvils"),
        ("(acme_anvils)", "acme_anvils"),
        ("Acme Anvils' new shop", "Acme Anvils"),
        ("Acme Anvils’s new shop", "Acme Anvils"),
        ("#AcmeAnvils", "#AcmeAnvils"),
        ("＃AcmeAnvils", "＃AcmeAnvils"),
        ("#acmeanvils is down", "#acmeanvils"),
        ("#acme_anvils", "acme_anvils"),
        ("#LoveAcmeAnvils2026", "AcmeAnvils"),
        ("#ACMEAnvils", "#ACMEAnvils"),
        ("hi @AcmeAnvils!", "@AcmeAnvils"),
        ("hi @acme_anvils!", "@acme_anvils"),
        ("hi @acme_anvils@social.example", "@acme_anvils"),
        ("家のacme anvilsは", "acme anvils"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(text: str, piece: str) -> None:
    assert found(ACME, text) == [piece]


@pytest.mark.parametrize(
    "text",
    [
        "macme anvils",
        "acme anvilsmith",
        "acme anvils2",
        "acmeanvils",
        "#acmeanvilsmith",
        "acme. anvils",
        "https://blog.example/acme-anvils",
        "www.blog.example/acme-anvils",
        "HTTPS://BLOG.EXAMPLE/ACME-ANVILS",
        "acme-anvils@mail.example",
        "bob@acme-anvils.sub.other.example.test",
    ],
)
def test_a_phrase_inside_other_words_or_addresses_is_no_hit(text: str) -> None:
    assert found(only(terms=("acme anvils",)), text) == []


@pytest.mark.parametrize("text", ["hi @acme_anvils_fan", "hi @acme_jones", "#acme_jones", "u/acme_jones"])
def test_a_longer_handle_or_tag_is_not_the_brands(text: str) -> None:
    accounts = ("x:@acme", "reddit:u/acme")
    assert not found(only(terms=("@acme_anvils", "#acme"), own_accounts=accounts), text)


def test_scripts_without_blanks_have_an_edge_at_every_character() -> None:
    brand = only(terms=("阿克米", "アクメ", "แอคมี", "아크메"))
    assert found(brand, "我喜欢阿克米铁砧") == ["阿克米"]
    assert found(brand, "このｱｸﾒの金床") == ["ｱｸﾒ"]
    assert found(brand, "ชอบแอคมีมาก") == ["แอคมี"]
    assert found(brand, "아크메는 좋다") == ["아크메"]
    assert found(brand, unicodedata.normalize("NFD", "아크메는")) == [unicodedata.normalize("NFD", "아크메")]


def test_marks_make_other_letters_outside_latin_and_greek() -> None:
    assert found(only(terms=("иод",)), "йод") == []
    assert found(only(terms=("йод",)), unicodedata.normalize("NFD", "Йод")) == [
        unicodedata.normalize("NFD", "Йод")
    ]
    assert found(only(terms=("αθηνα",)), "ΑΘΗΝΑ Αθήνα") == ["ΑΘΗΝΑ", "Αθήνα"]
    assert found(only(terms=("राम",)), "रामा") == []


def test_a_letter_that_folds_to_two_keeps_its_place() -> None:
    assert found(only(terms=("strasse",)), "Die Straße… ist") == ["Straße"]
    assert found(only(terms=("istanbul",)), "İstanbul") == ["İstanbul"]
    assert found(only(terms=("office",)), "my oﬃce") == ["oﬃce"]


def test_terms_may_hold_punctuation() -> None:
    assert found(ZED, "zed++ and zed+") == ["zed++"]
    assert found(only(terms=("@zed",)), "mail bob@zed or ask @zed") == ["@zed"]


def test_a_one_word_brand_is_found_in_a_tag_that_looks_like_two() -> None:
    assert found(only(terms=("zedforge",)), "#ZedForge") == ["ZedForge"]
    assert found(only(terms=("zed",)), "#ZedForge") == ["Zed"]
    assert found(only(terms=("zed",)), "#Zedforge") == []
    assert found(only(terms=("zed",)), "#ZEDForge") == ["ZED"]


def test_a_weak_term_without_context_is_a_near_miss() -> None:
    why = near(ACME, "acme is at its height")
    assert why == 'weak term without context: none of "anvil", "forge", "acme app"'


@pytest.mark.parametrize("text", ["Acme has a new anvil", "the acme app", "acme #forge", "ACME’s Forge"])
def test_a_weak_term_counts_with_a_context_word(text: str) -> None:
    assert len(found(ACME, text)) == 1


def test_the_context_may_stand_in_another_field() -> None:
    matched = Matcher([ACME]).match(mention("acme broke", title="My anvil"))
    (span,) = matched.about[0].spans
    assert (span.field, span.term, span.rule) == ("text", "acme", "weak term with anvil")


def test_context_inside_a_longer_word_is_no_context() -> None:
    assert near(ACME, "acme and anvilled things") is not None


def test_weak_terms_of_a_brand_without_context_words_never_match() -> None:
    assert near(only(weak_terms=("acme",)), "acme anvil") == "weak term without context: need_one_of is empty"


def test_a_hit_inside_an_excluded_phrase_is_a_near_miss() -> None:
    assert near(ACME, "the forge speaks Acme  Protocol") == 'inside the excluded phrase "acme protocol"'
    assert near(ACME, "#AcmeProtocol forge") == 'inside the excluded phrase "acme protocol"'


def test_an_excluded_phrase_blocks_only_what_lies_in_it() -> None:
    text = "the acme protocol of the acme forge"
    (match,) = Matcher([ACME]).match(mention(text)).about
    assert [(s.start, text[s.start : s.end]) for s in match.spans] == [(25, "acme")]
    assert found(ACME, "at the acme of acme anvils") == ["acme anvils"]


def test_a_long_excluded_phrase_counts_though_a_shorter_one_lies_in_it() -> None:
    brand = only(terms=("acme protocol",), exclude=("the acme protocol of", "acme"))
    assert near(brand, "the acme protocol of peace") == 'inside the excluded phrase "the acme protocol of"'


def test_an_excluded_phrase_in_a_hit_does_not_block_it() -> None:
    brand = only(terms=("acme anvils",), exclude=("acme",))
    assert found(brand, "acme anvils") == ["acme anvils"]


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("see https://acme.example/x?y=1", "https://acme.example/x?y=1"),
        ("see http://shop.ACME.example:8080", "http://shop.ACME.example:8080"),
        ("see www.acme.example now", "www.acme.example"),
        ("see Acme.example.", "Acme.example"),
        ("see acme-anvils.example/shop", "acme-anvils.example"),
        ("write to help@acme.example", "help@acme.example"),
    ],
)
def test_a_link_to_an_own_domain_names_the_brand(text: str, piece: str) -> None:
    (match,) = Matcher([ACME]).match(mention(text)).about
    (span,) = match.spans
    assert (text[span.start : span.end], span.rule, match.own) == (piece, "own domain", False)


@pytest.mark.parametrize(
    "text",
    [
        "https://acme.example.evil.test/",
        "https://acme.example@evil.test/",
        "https://evil.test/acme.example",
        "https://evil.test/?to=https://acme.example",
        "notacme.example",
        "x-acme-anvils.example",
        "http://[acme.example",
        "https://",
    ],
)
def test_another_host_is_not_the_brands(text: str) -> None:
    assert not found(replace(ACME, terms=(), weak_terms=()), text)


def test_a_mentions_own_address_may_name_the_brand() -> None:
    (match,) = Matcher([ACME]).match(mention("hello", url="https://forum.acme.example/t/1")).about
    assert [(s.field, s.term) for s in match.spans] == [("url", "acme.example")]
    assert not Matcher([ACME]).match(mention("hello", url="https://forum.example/acme.example")).about


def test_an_international_domain_is_known_in_both_spellings() -> None:
    brand = only(own_domains=("bücher.example",))
    assert found(brand, "https://xn--bcher-kva.example/") == ["https://xn--bcher-kva.example/"]
    assert found(brand, "https://www.Bücher.example/") == ["https://www.Bücher.example/"]


def test_what_an_own_account_writes_is_own_named_or_not() -> None:
    post = mention("We are open again", author_id="Mastodon:@Help@acme.example")
    (match,) = Matcher([ACME, ZED]).match(post).about
    assert (match.brand, match.own, match.spans[0].rule) == ("acme", True, "own account")
    other = mention("Acme Anvils", author_id="mastodon:@somebody@acme.example")
    assert not Matcher([ACME]).match(other).about[0].own


def test_title_and_reviewed_item_name_brands_too() -> None:
    post = mention("ok", title="Zed Forge", item="Acme Anvils 3000", author="Zed Forge")
    spans = {m.brand: [s.field for s in m.spans] for m in Matcher([ACME, ZED]).match(post).about}
    assert spans == {"acme": ["item"], "zed": ["title"]}


def test_fields_do_not_run_into_each_other() -> None:
    assert not Matcher([ZED]).match(mention("forge", title="Zed")).about


def test_brands_may_share_words() -> None:
    brands = [replace(ACME, key=f"b{n}", need_one_of=("anvil",) if n % 2 else ("oven",)) for n in range(10)]
    matched = Matcher(brands).match(mention("acme anvil"))
    assert [m.brand for m in matched.about] == ["b1", "b3", "b5", "b7", "b9"]
    assert [m.brand for m in matched.near_misses] == ["b0", "b2", "b4", "b6", "b8"]


def test_a_span_inside_a_longer_one_is_left_out() -> None:
    text = "acme anvils and the forge of acme"
    assert found(ACME, text) == ["acme anvils", "acme"]


def test_a_name_repeated_without_end_has_a_bounded_number_of_spans() -> None:
    text = "acme anvils " * 5_000 + "acme protocol " * 5_000
    assert len(found(ACME, text)) == MAX_SPANS


def test_hostile_texts_are_matched_like_others() -> None:
    for text in (
        "@" * 20_000,
        "a@" * 10_000,
        "#A" * 10_000,
        "a." * 10_000,
        "www." * 5_000,
        "http://" * 3_000,
    ):
        assert Matcher([ACME]).match(mention(text)) == Matched()
    zalgo = "e" + "\u0301" * 10_000
    assert found(ACME, f"acm{zalgo} anvils") == [f"acm{zalgo} anvils"]
    assert found(ACME, "\ud800 acme anvils\x00") == ["acme anvils"]


def test_no_brands_and_empty_terms_match_nothing() -> None:
    assert Matcher([]).match(mention("acme anvils")) == Matched()
    assert Matcher([only(terms=("", " ", "\u200b"))]).match(mention("a  b")) == Matched()


def test_a_matcher_survives_its_way_to_a_worker() -> None:
    matcher = Matcher([ACME, ZED])
    copy = pickle.loads(pickle.dumps(matcher))
    text = mention("acme anvils or zed forge?")
    assert copy.match(text) == matcher.match(text) != Matched()
    assert copy.fingerprint == matcher.fingerprint


def test_the_fingerprint_changes_with_all_that_decides() -> None:
    same = Matcher([ACME, ZED]).fingerprint
    assert Matcher([ZED, replace(ACME, name="Other", terms=ACME.terms[::-1])]).fingerprint == same
    for field in ("terms", "weak_terms", "need_one_of", "exclude", "own_accounts", "own_domains"):
        changed = replace(ACME, **{field: (*getattr(ACME, field), "new")})
        assert Matcher([changed, ZED]).fingerprint != same
    assert Matcher([replace(ACME, terms=(), exclude=ACME.terms), ZED]).fingerprint != same


TERMS = ("acme anvils", "zedforge", "śmigło", "아크메", "acme")
NOT_WORDS = " .,;:!?()[]\"'…—\n\t\u00a0🔨"
FILLERS = st.lists(
    st.sampled_from(
        ["the", "Straße", "café", "cafe\u0301", "ﬁne", "x\u00ady", "東京", " ", "  ", "\n", "…", "🔨", "-"]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=100)
@given(
    st.sampled_from(TERMS),
    st.sampled_from([str.upper, str.title, str, lambda t: unicodedata.normalize("NFD", t)]),
    FILLERS,
    st.sampled_from(NOT_WORDS),
    st.sampled_from(NOT_WORDS),
    FILLERS,
)
def test_a_term_between_other_characters_is_always_found_where_it_stands(
    term: str, write: object, before: str, left: str, right: str, after: str
) -> None:
    written = write(term)  # type: ignore[operator]
    text = before + left + written + right + after
    at = len(before) + 1
    spans = Matcher([only(terms=(term,))]).match(mention(text)).about[0].spans
    assert (at, at + len(written)) in [(s.start, s.end) for s in spans]


@settings(max_examples=100)
@given(
    st.sampled_from(["acme anvils", "zedforge"]),
    st.text(string.ascii_letters + string.digits, min_size=1, max_size=5),
    st.text(string.ascii_letters + "éßж", min_size=1, max_size=5),
)
def test_a_term_inside_letters_is_never_found(term: str, before: str, after: str) -> None:
    for text in (before + term, term + after, before + term + after):
        assert found(only(terms=(term,)), text) == []


@settings(max_examples=100)
@given(st.text(max_size=60), st.text(max_size=60))
def test_spans_lie_in_their_text_whatever_stands_around(before: str, after: str) -> None:
    text = f"{before} acme anvils {after}"
    for match in Matcher([ACME]).match(mention(text)).about:
        for span in match.spans:
            assert 0 <= span.start < span.end <= len(text)
            assert (
                span.rule != "term"
                or "acme" in unicodedata.normalize("NFKC", text[span.start : span.end]).casefold()
            )


@settings(max_examples=50)
@given(FILLERS, st.integers(0, 5))
def test_brands_do_not_change_each_others_matches(filler: str, n: int) -> None:
    text = mention(f"{filler} acme anvils {filler} zed forge")
    crowd = [
        Brand(key=f"c{i}", name="C", terms=(f"acme{i}", "anvils"), weak_terms=("forge",)) for i in range(n)
    ]
    alone = [m for b in (ACME, ZED) for m in Matcher([b]).match(text).about]
    together = [m for m in Matcher([ACME, *crowd, ZED]).match(text).about if m.brand in ("acme", "zed")]
    assert together == alone
    assert all(isinstance(m, Match) for m in together)
