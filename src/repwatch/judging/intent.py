"""What somebody wants with a text, and how soon somebody should look at it.

Both are read from tables, from above: the first row whose signs are all there, and none of those
that it excludes, decides. A sign is a table of phrases (see signs) of which one stands in the text,
or one that its sentiment, its rating or the way it is written gives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast, get_args

from repwatch.judging.phrases import Phrases
from repwatch.judging.signs import languages, tables
from repwatch.model import Intent, Mention, Sender, Sentiment, Urgency

Signs = Mapping[str, str]
"""What was found in a text: the names of signs, each with what a person is told of it."""

VERY = 0.6
"""Scores beyond this, on either side, are very positive or very negative."""

DELIGHTED = 0.9
"""A score from which trouble that is named is over: of such texts two thirds are thanks for help. Below it
most are still complaints."""

HARSH, SURE = -0.75, 0.95
"""A score, and a probability of a negative text where the scorer gives one, from which a tone is harsh."""

LOW_RATING, HIGH_RATING = 0.3, 0.7
"""Shares of a rating's scale: two stars of five and fewer are low, four and more are high."""

HEARD = 100
"""Likes, replies and reposts together from which many have heard a text."""

SEEN = 20_000
"""Views from which they have."""

FOLLOWED = 20_000
"""Followers from which what somebody says reaches many, before anybody reacts."""


NO_TABLES = "no tables"
"""The sign of a text in a language without tables."""


class Rule(NamedTuple):
    """One row: a verdict, the signs that it needs, and those that must not be there."""

    verdict: str
    needs: tuple[str, ...]
    unless: tuple[str, ...]


def _rule(verdict: str, needs: str, *unless: str) -> Rule:
    return Rule(verdict, tuple(needs.split(" + ")), unless)


INTENTS: tuple[Rule, ...] = (
    *(_rule(kind, f"{kind} by your words") for kind in get_args(Intent)),
    _rule("promotion", "advertises"),
    _rule("complaint", "low rating"),
    _rule("complaint", "compared worse"),
    _rule("praise", "compared better"),
    _rule("complaint", "sarcasm"),
    _rule("promotion", "advert", "trouble", "negative"),
    _rule(
        "promotion", "offer + link", "trouble", "negative", "question", "request", "question mark", "person"
    ),
    _rule("question", "how to", "trouble", "negative"),
    _rule("request", "request", "trouble", "negative"),
    _rule("question", "question", "trouble", "negative"),
    _rule("praise", "praise + positive", "trouble"),
    _rule("complaint", "trouble + person", "delighted"),
    _rule("complaint", "trouble + negative"),
    _rule("complaint", "trouble", "positive", "link"),
    _rule("complaint", "hitch + negative"),
    _rule("request", "request"),
    _rule("question", "question"),
    _rule("question", "asks + question mark", "negative", "praise", "link"),
    _rule("complaint", "safety + person", "positive"),
    _rule("complaint", "loss + person", "positive"),
    _rule("complaint", "law + person", "positive"),
    _rule("complaint", "negative + person"),
    _rule("complaint", "very negative", "link"),
    _rule("praise", "very positive", "question mark", "hitch", "link"),
    _rule("praise", "high rating"),
    _rule("complaint", "negative + review"),
    _rule("praise", "positive + review"),
    _rule("complaint", f"negative + {NO_TABLES}"),
    _rule("praise", f"positive + {NO_TABLES}"),
)
"""What a text is: "other" where no row fits."""

URGENCIES: tuple[Rule, ...] = (
    *(_rule(level, f"{level} by your words") for level in get_args(Urgency)),
    _rule("low", "wants nothing"),
    _rule("high", "safety + person"),
    _rule("high", "loss + person"),
    _rule("high", "law + complaint"),
    _rule("high", "press + complaint"),
    _rule("high", "pressing"),
    _rule("high", "follow-up + complaint"),
    _rule("high", "heard + complaint"),
    _rule("medium", "now"),
    _rule("medium", "again"),
    _rule("medium", "heard"),
    _rule("medium", "waiting + complaint"),
    _rule("medium", "leaving + complaint"),
    _rule("medium", "money + complaint"),
    _rule("medium", "outage + complaint"),
    _rule("medium", "harsh + complaint"),
    _rule("medium", "low rating"),
)
"""How soon somebody should look: "low" where no row fits."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What somebody wants, how urgent it is, and the reasons for both in words."""

    intent: Intent
    urgency: Urgency
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """The phrases that texts are read by: those of signs, and some of one's own.

    `kinds` are phrases that make a text of one kind, `urgency` those that make it so urgent; they go
    before all other rules, in every language.
    """

    kinds: tuple[tuple[str, Intent], ...] = ()
    urgency: tuple[tuple[str, Urgency], ...] = ()

    @property
    def version(self) -> str:
        """What names phrases of one's own, to stand behind the version of a scorer; empty without any."""
        return _version(self) if self.kinds or self.urgency else ""

    def signs(self, text: str, lang: str | None) -> dict[str, str]:
        """Return the signs whose phrases stand in a text; where its language is not known, in English."""
        return {
            name: phrase if name == NO_TABLES else f'"{phrase}"'
            for name, phrase in self.phrases(text, lang).items()
        }

    def phrases(self, text: str, lang: str | None) -> dict[str, str]:
        """Return the same signs, each with its phrase as it is."""
        lang = lang or "en"
        known = lang if lang in languages() else ""
        found = _phrases(known, self.kinds, self.urgency).signs(text)
        if not known:
            found[NO_TABLES] = lang
        return found


@lru_cache(maxsize=8)
def _version(wording: Wording) -> str:
    said = json.dumps([wording.kinds, wording.urgency])
    return f"+phrases-{hashlib.blake2b(said.encode(), digest_size=4).hexdigest()}"


@lru_cache(maxsize=64)
def _phrases(
    lang: str, kinds: tuple[tuple[str, Intent], ...], urgency: tuple[tuple[str, Urgency], ...]
) -> Phrases:
    known = {name: list(phrases) for name, phrases in tables(lang).items()} if lang else {}
    for phrase, verdict in (*kinds, *urgency):
        known.setdefault(f"{verdict} by your words", []).append(phrase)
    return Phrases(known)


def written(mention: Mention) -> dict[str, str]:
    """Return the signs that a mention has beside its words."""
    found = written_in(mention.text)
    if "?" in mention.title:
        found["question mark"] = "?"
    if mention.kind == "review":
        found["review"] = "a review"
    engagement = (mention.likes or 0) + (mention.replies or 0) + (mention.reposts or 0)
    if max(engagement, mention.score or 0) >= HEARD or (mention.views or 0) >= SEEN:
        found["heard"] = f"{engagement} reactions" if engagement >= HEARD else "heard by many"
    elif (mention.author_followers or 0) >= FOLLOWED:
        found["heard"] = f"{mention.author_followers:,} followers"
    return found


def written_in(text: str) -> dict[str, str]:
    """Return the signs that a text has beside its words."""
    found = {}
    if "://" in text:
        found["link"] = "a link"
    if "?" in text:
        found["question mark"] = "?"
    return found


def sounds(sentiment: Sentiment, rating: float | None) -> dict[str, str]:
    """Return the signs of a text's tone, and of a rating as a share of its scale."""
    found: dict[str, str] = {sentiment.label: f"sounds {sentiment.label}"}
    if sentiment.score is not None and abs(sentiment.score) >= VERY:
        tone = "very positive" if sentiment.score > 0 else "very negative"
        found[tone] = f"sounds {tone}"
        if sentiment.score >= DELIGHTED:
            found["delighted"] = "sounds delighted"
    p_negative = sentiment.p_negative
    if p_negative is None and sentiment.score is not None:
        if sentiment.score <= HARSH:
            found["harsh"] = "sounds harsh"
    elif p_negative is not None and p_negative >= SURE:
        found["harsh"] = "sounds harsh"
    if rating is not None and rating <= LOW_RATING:
        found["low rating"] = "a low rating"
    elif rating is not None and rating >= HIGH_RATING:
        found["high rating"] = "a high rating"
    return found


class Decided(NamedTuple):
    """What somebody wants and how urgent it is, each with the rule that says so."""

    intent: Intent
    urgency: Urgency
    rule: Rule | None
    pressing: Rule | None


@lru_cache(maxsize=1 << 14)
def decided(signs: frozenset[str], sender: Sender) -> Decided:
    """Return what the names of signs come to; many texts share theirs."""
    found = set(signs)
    if sender in _ADVERTISERS:
        found.add("advertises")
    rule = _first(INTENTS, found)
    intent = cast(Intent, rule.verdict) if rule else "other"
    if intent == "complaint":
        found.add("complaint")
    if intent not in _ANSWERED or sender != "customer":
        found.add("wants nothing")
    pressing = _first(URGENCIES, found)
    return Decided(intent, cast(Urgency, pressing.verdict) if pressing else "low", rule, pressing)


def wants(signs: Signs, sender: Sender) -> Wants:
    """Return what all the signs of a text come to."""
    intent, urgency, rule, pressing = decided(frozenset(signs), sender)
    said = {**signs, "advertises": f"from {sender.replace('_', ' ')}"}
    why = [f"{intent}: {_reason(rule, said)}"] if rule else []
    if pressing and urgency != "low":
        why.append(f"{urgency} urgency: {_reason(pressing, said)}")
    return Wants(intent, urgency, tuple(why))


_ADVERTISERS: frozenset[Sender] = frozenset({"spam", "giveaway", "job_ad"})
_ANSWERED: frozenset[Intent] = frozenset({"complaint", "question", "request"})
_UNSAID = frozenset({"person", NO_TABLES, "complaint"})
"""Signs that are no reasons in themselves."""


def _first(rules: Sequence[Rule], signs: set[str]) -> Rule | None:
    for rule in rules:
        if signs.issuperset(rule.needs) and signs.isdisjoint(rule.unless):
            return rule
    return None


def _reason(rule: Rule, signs: Signs) -> str:
    return ", ".join(signs[name] for name in rule.needs if name not in _UNSAID)
