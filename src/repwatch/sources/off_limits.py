"""Places that no source reads, by the word that people would try as a type, and why there is none.

What is known of them is as of November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class OffLimits:
    """A place that is not read: its name, what there is, why it is left alone, and its addresses.

    `hosts` is a pattern for a host, with the path behind it where the host alone does not tell.
    """

    name: str
    has: str
    why: str
    hosts: str
    instead: str = (
        "export or save what you may keep of it, and read that: repwatch import FILE --source {type}"
    )

    def todo(self, type: str) -> str:
        """Return what to do instead; `type` is the word for the place."""
        return self.instead.format(type=type)


_OWN_ACCOUNT = "export what your own account shows you, and read that: repwatch import FILE --source {type}"
_BOT_WALL = "it keeps programs out, and its API is for vendors"

OFF_LIMITS: Mapping[str, OffLimits] = MappingProxyType(
    {
        "amazon": OffLimits(
            name="Amazon",
            has="reviews of products",
            why="its terms forbid programs, and it keeps them out",
            hosts=r"(?:.+\.)?amazon\.[a-z.]{2,6}",
        ),
        "capterra": OffLimits(
            name="Capterra",
            has="reviews of software",
            why="it keeps programs out, and there is no API",
            hosts=r"(?:.+\.)?capterra\.[a-z.]{2,6}",
        ),
        "chromewebstore": OffLimits(
            name="Chrome Web Store",
            has="reviews of extensions",
            why="there is no API",
            hosts=r"chromewebstore\.google\.com",
        ),
        "g2": OffLimits(
            name="G2",
            has="reviews of software",
            why=_BOT_WALL,
            hosts=r"(?:.+\.)?g2\.com",
        ),
        "glassdoor": OffLimits(
            name="Glassdoor",
            has="reviews of employers",
            why="it keeps programs out, and there is no API",
            hosts=r"(?:.+\.)?glassdoor\.[a-z.]{2,6}",
        ),
        "googleplaces": OffLimits(
            name="Google Places",
            has="reviews of shops and places",
            why="its terms let nothing be kept but the id of a place, and it shows five reviews",
            hosts=r"(?:maps\.google\.[a-z.]{2,6}|maps\.app\.goo\.gl|g\.page|(?:www\.)?google\.[a-z.]{2,6}/maps\b).*",
        ),
        "instagram": OffLimits(
            name="Instagram",
            has="posts and comments",
            why="a business account sees what mentions itself, with an app that Meta reviewed; all else"
            " is behind a login",
            hosts=r"(?:.+\.)?instagram\.com",
            instead=_OWN_ACCOUNT,
        ),
        "linkedin": OffLimits(
            name="LinkedIn",
            has="posts and comments",
            why="there is no search for programs, and its API is for partners alone",
            hosts=r"(?:.+\.)?linkedin\.com",
            instead=_OWN_ACCOUNT,
        ),
        "quora": OffLimits(
            name="Quora",
            has="questions and answers",
            why="there is no API, and it keeps programs out",
            hosts=r"(?:.+\.)?quora\.com",
        ),
        "threads": OffLimits(
            name="Threads",
            has="posts",
            why="its search needs Meta's approval, and without that finds one's own posts alone, and does"
            " not say so",
            hosts=r"(?:.+\.)?threads\.(?:net|com)",
            instead=_OWN_ACCOUNT,
        ),
        "tiktok": OffLimits(
            name="TikTok",
            has="videos and comments",
            why="its API is for universities and non-profits alone",
            hosts=r"(?:.+\.)?tiktok\.com",
            instead=_OWN_ACCOUNT,
        ),
        "tripadvisor": OffLimits(
            name="Tripadvisor",
            has="reviews of hotels and places",
            why="its terms: no caching, storing or indexing of anything but the id of a place",
            hosts=r"(?:.+\.)?tripadvisor\.[a-z.]{2,6}",
        ),
        "yelp": OffLimits(
            name="Yelp",
            has="reviews of shops and places",
            why="its terms let nothing be kept for more than 24 hours, and its API shows three excerpts",
            hosts=r"(?:.+\.)?yelp\.[a-z.]{2,6}",
        ),
    }
)
"""The places by the word for each."""


def named(word: str) -> str | None:
    """Return the key of the place that somebody may mean by a type: "Google-Places" is googleplaces."""
    meant = re.sub(r"[^a-z0-9]", "", word.lower())
    also = {"google": "googleplaces", "googlemaps": "googleplaces", "googlereviews": "googleplaces"}
    meant = also.get(meant, meant)
    return meant if meant in OFF_LIMITS else None


def at(host: str, path: str) -> str | None:
    """Return the key of the place that an address belongs to."""
    for key, place in OFF_LIMITS.items():
        if re.fullmatch(place.hosts, host) or re.fullmatch(place.hosts, f"{host}{path}"):
            return key
    return None
