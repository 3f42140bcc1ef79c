"""What a host's robots.txt allows."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from repwatch.errors import FetchError
from repwatch.fetch.manners import MOST_WAIT_S
from repwatch.model import Answer, Request
from repwatch.text import clean

MOST_BYTES = 500 * 1024
DENY_ALL = "User-agent: *\nDisallow: /"
"""Stands for a robots.txt that could not be read: nothing is allowed until it can."""

_LONGEST_LINE = 2_048
_AGENT = re.compile(r"\s*user[-\s]*agent(?:\s*:|\s)[\s:]*(?P<name>[^#]*)", re.IGNORECASE)


def robots_request(url: str) -> Request:
    """Return the request for the robots.txt of an address's host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Request("GET", url)  # it is refused for what it is when it is sent
    place = parts._replace(netloc=parts.netloc.rpartition("@")[2], path="/robots.txt", query="", fragment="")
    return Request("GET", place.geturl(), headers=(("Accept", "text/plain, */*;q=0.5"),))


def read_robots(outcome: Answer | FetchError) -> str:
    """Return the rules in an answer, empty where everything is allowed.

    A host without robots.txt, or with a page in its place, allows everything. One that fails,
    or wants us to slow down, allows nothing for now: DENY_ALL.

    Source:
        RFC 9309, 2.3.1.
    """
    if isinstance(outcome, FetchError):
        # An address that may not be fetched is refused again, and more clearly, for the page itself.
        unavailable = outcome.reason == "refused" or 300 <= (outcome.status or 0) < 500
        return "" if unavailable and outcome.status != 429 else DENY_ALL
    if not 200 <= outcome.status < 300:
        return "" if outcome.status < 500 and outcome.status != 429 else DENY_ALL
    body = outcome.body.removeprefix(codecs.BOM_UTF8)[:MOST_BYTES]
    text = clean(body.decode("utf-8", "replace"))
    if text.lstrip().startswith("<"):
        return ""
    return "\n".join(line for line in text.splitlines() if len(line) <= _LONGEST_LINE)


def allowed(robots_text: str, url: str, user_agent: str) -> bool:
    """Tell whether rules let us read an address."""
    product = _product(user_agent)
    try:
        return bool(_rules(robots_text, product).can_fetch(url, product))
    except ValueError:
        return True  # no address at all, which is found out when it is sent


def crawl_delay_s(robots_text: str, user_agent: str) -> float | None:
    """Return the time to leave between two requests, at most 24 hours; None if the rules ask for none."""
    product = _product(user_agent)
    delay_s = _rules(robots_text, product).crawl_delay(product)
    return None if delay_s is None else min(float(delay_s), MOST_WAIT_S)


def _product(user_agent: str) -> str:
    """Rules name a product, so nothing else of a User-Agent, such as its contact, may match them."""
    return user_agent.partition("/")[0].strip().lower()


@lru_cache(maxsize=2)
def _rules(robots_text: str, product: str) -> Protego:
    lines = robots_text[:MOST_BYTES].splitlines()
    return Protego.parse("\n".join(_without_others(line, product) for line in lines))


def _without_others(line: str, product: str) -> str:
    """Give all agents that we are not one name.

    Protego keeps every rule of a group once for each of its agents: thousands of agents with
    thousands of rules would fill the memory.
    """
    named = _AGENT.match(line)
    if named is None:
        return line
    name = named["name"].strip().lower()
    if name != "*":
        name = _product(name.replace("*", ""))
        name = name if name and product.startswith(name) else "-"
    return f"User-agent: {name}"
