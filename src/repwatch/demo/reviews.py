"""Pages of reviews with schema.org markup."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from repwatch.demo.answers import Response, page
from repwatch.demo.corpus import Place, Shown, html_of, newest

ON_A_PAGE = 20


def json_ld(place: Place, shown: Sequence[Shown], query: Mapping[str, str]) -> Response:
    """Return one page of a product's reviews in JSON-LD, the next one by rel=next."""
    here, head = _one_page(shown, query)
    product = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": place.item,
        "url": place.home,
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": _mean(shown),
            "bestRating": place.best,
            "reviewCount": len(shown),
        },
        "review": [_review(place, each) for each in here],
    }
    script = json.dumps(product, ensure_ascii=False, indent=1).replace("<", "\\u003c")
    body = f'<h1>{escape(place.title)}</h1><script type="application/ld+json">{script}</script>'
    return page(place.title, body, head=head, lang=place.lang, changed_at=newest(shown))


def microdata(place: Place, shown: Sequence[Shown], query: Mapping[str, str]) -> Response:
    """Return one page of an app's reviews in microdata, the next one by rel=next."""
    here, head = _one_page(shown, query)
    body = (
        '<div itemscope itemtype="https://schema.org/SoftwareApplication">'
        f'<h1 itemprop="name">{escape(place.item)}</h1>'
        f"{''.join(_article(place, each) for each in here)}</div>"
    )
    return page(place.title, body, head=head, lang=place.lang, changed_at=newest(shown))


def _one_page(shown: Sequence[Shown], query: Mapping[str, str]) -> tuple[Sequence[Shown], str]:
    number = max(1, int(query.get("page") or 1))
    end = number * ON_A_PAGE
    following = f'<link rel="next" href="?page={number + 1}">' if len(shown) > end else ""
    return shown[end - ON_A_PAGE : end], following


def _mean(shown: Sequence[Shown]) -> str:
    stars = [float(each.post.stars.replace(",", ".")) for each in shown if each.post.stars]
    return f"{sum(stars) / len(stars):.1f}" if stars else "0"


def _review(place: Place, shown: Shown) -> dict[str, Any]:
    post = shown.post
    rating = {"@type": "Rating", "ratingValue": post.stars, "bestRating": place.best}
    review = {
        "@type": "Review",
        "author": {"@type": "Person", "name": post.by},
        "name": post.title or None,
        "reviewBody": shown.text or None,
        "datePublished": shown.at.date().isoformat() if shown.at else None,
        "reviewRating": rating if post.stars else None,
        "inLanguage": post.lang,
    }
    return {name: value for name, value in review.items() if value is not None}


def _article(place: Place, shown: Shown) -> str:
    post = shown.post
    parts = (
        f'<h3 itemprop="name">{escape(post.title)}</h3>' if post.title else "",
        _author(post.by or "a user"),
        f'<time itemprop="datePublished" datetime="{shown.at.isoformat()}">{shown.at:%d %b}</time>'
        if shown.at
        else "",
        _rating(post.stars, place.best) if post.stars else "",
        f'<div itemprop="reviewBody">{html_of(shown)}</div>' if shown.text or post.html else "",
    )
    scope = 'itemprop="review" itemscope itemtype="https://schema.org/Review"'
    return f'<article id="{escape(post.id)}" {scope}>{"".join(parts)}</article>\n'


def _author(name: str) -> str:
    scope = 'itemprop="author" itemscope itemtype="https://schema.org/Person"'
    return f'<span {scope}><span itemprop="name">{escape(name)}</span></span>'


def _rating(stars: str, best: str) -> str:
    scope = 'itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating"'
    return (
        f'<div {scope}><meta itemprop="worstRating" content="1">'
        f'<span itemprop="ratingValue">{escape(stars)}</span>'
        f' / <span itemprop="bestRating">{escape(best)}</span></div>'
    )
