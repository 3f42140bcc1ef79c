"""A changed query tried on mentions of the past: what would be gained and lost, and how well it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from repwatch.match import Matched
from repwatch.model import Mention, Relevance

Verdict = Relevance | None
"""What holds of a mention and a brand: None where nothing is known of the brand in it."""

MOST_EXAMPLES = 5
"""Mentions that are shown of each kind of change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A mention as it was read: what the machine found of each brand, None for a near-miss.

    `said` is what a person said: whether it is about a brand. `place` is the brand that everything from
    its source is about. `kept` says that it is stored, and no near-miss.
    """

    id: str
    source: str
    mention: Mention
    was: Mapping[str, Verdict]
    said: Mapping[str, bool] = field(default_factory=dict)
    place: str | None = None
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """A mention of which another thing would hold, and why."""

    id: str
    title: str
    text: str
    was: Verdict
    now: Verdict
    why: str


@dataclass(slots=True)
class Hits:
    """How mentions were found of which people said whether they are about a brand.

    `right` and `wrong` were called about it, `missed` and `left` were not.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0
    left: int = 0

    def count(self, found: Verdict, is_about: bool) -> None:
        """Count one mention of which a person said whether it is about the brand."""
        if found == "about":
            self.right += is_about
            self.wrong += not is_about
        else:
            self.missed += is_about
            self.left += not is_about

    @property
    def all(self) -> int:
        """All of them."""
        return self.right + self.wrong + self.missed + self.left

    @property
    def precision(self) -> float | None:
        """The share of what is called about that is, None without any."""
        called = self.right + self.wrong
        return self.right / called if called else None

    @property
    def recall(self) -> float | None:
        """The share of what is about the brand that is called so, None without any."""
        true = self.right + self.missed
        return self.right / true if true else None


@dataclass(slots=True)
class Replayed:
    """What became of a brand's mentions, and examples of each change.

    `stored` and `near_misses` are how many there were, `stays` those that stay what they are. Of the
    `gained`, `from_near` are near-misses so far.
    """

    brand: str
    stored: int = 0
    near_misses: int = 0
    stays: int = 0
    gained: int = 0
    from_near: int = 0
    lost: int = 0
    doubted: int = 0
    unsure: int = 0
    dropped: int = 0
    before: Hits = field(default_factory=Hits)
    after: Hits = field(default_factory=Hits)
    examples: dict[Change, list[Example]] = field(default_factory=dict)


Change = Literal["gained", "lost", "doubted", "unsure", "dropped"]
"""A mention is about the brand now and was not; was about it and is not found any more, or may be about
it now; may be about it now and was not found; may have been about it and is not found any more."""

_CHANGES: Mapping[tuple[Verdict, Verdict], Change] = {
    (None, "about"): "gained",
    ("unsure", "about"): "gained",
    ("about", None): "lost",
    ("about", "unsure"): "doubted",
    (None, "unsure"): "unsure",
    ("unsure", None): "dropped",
}

Match = Callable[[Past], Matched]
"""The changed query."""


def replay(pasts: Iterable[Past], match: Match, brands: Iterable[str]) -> dict[str, Replayed]:
    """Return for each brand what the changed query makes of the past."""
    found = {brand: Replayed(brand) for brand in brands}
    for past in pasts:
        now = match(past)
        verdicts: dict[str, tuple[Verdict, str]] = {miss.brand: (None, miss.why) for miss in now.near_misses}
        verdicts |= {one.brand: (one.relevance, ", ".join(one.why)) for one in now.about}
        for brand, replayed in found.items():
            _count(replayed, past, *verdicts.get(brand, (None, "none of its terms is in it")))
    return found


def _count(replayed: Replayed, past: Past, now: Verdict, why: str) -> None:
    brand = replayed.brand
    was = past.was.get(brand)
    replayed.stored += past.kept and brand in past.was
    replayed.near_misses += not past.kept and brand in past.was
    if brand in past.said:
        replayed.before.count(was, past.said[brand])
        replayed.after.count(now, past.said[brand])
    change = _CHANGES.get((was, now))
    if change is None:
        replayed.stays += now is not None
        return
    setattr(replayed, change, getattr(replayed, change) + 1)
    replayed.from_near += change == "gained" and not past.kept
    examples = replayed.examples.setdefault(change, [])
    if len(examples) < MOST_EXAMPLES:
        examples.append(Example(past.id, past.mention.title, past.mention.text, was, now, why))
