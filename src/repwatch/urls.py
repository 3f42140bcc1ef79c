"""Addresses: one spelling for each, their parts, and a form that may be shown."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

LONGEST_URL = 2_048
"""Longer addresses are not kept: they carry data, or lead round in circles."""

_LONGEST_READ = 4 * LONGEST_URL  # what is no part of the spelling may be long
_LONGEST_NAME = 253  # RFC 1035; the codec's time grows with the square
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?|\[[0-9a-f:.]+\]")
_UNSAFE = re.compile(r'[\x00-\x20\x7f<>"\\^`{|}]')
_BREAKS = re.compile(r"[\t\r\n]")
_BLANKS = "".join(map(chr, range(0x21)))
_SEGMENT = "[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
_PLAIN = re.compile(rf"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?")
"""Addresses that are canonical as they stand: most links of most feeds."""

_TRACKING = re.compile(
    r"utm_.*|hsa_.*|mtm_.*|pk_(?:campaign|kwd|source|medium|content)|at_(?:medium|campaign|custom\d)"
    r"|fbclid|fb_(?:action_ids|action_types|source|ref)|g(?:clid|clsrc|braid)|wbraid|dclid|msclkid|yclid"
    r"|twclid|ttclid|li_fat_id|igshid|igsh|mc_[ce]id|_hsenc|_hsmi|hsctatracking|mkt_tok|vero_(?:id|conv)"
    r"|oly_(?:anon|enc)_id|_ga|_gl|_openstat|wickedid|s_cid|ref_(?:src|url|medium)|__twitter_impression"
)
"""Parameters that say how a reader came, never what is read."""

_FROM_A_FEED = re.compile(r"(?:rss|feed)(?:[-_.].*)?", re.IGNORECASE)
_SESSION = re.compile(r"phpsessid|jsessionid|aspsessionid.*|oscsid|zenid|cfid|cftoken")
_SESSION_VALUE = re.compile(r"[0-9a-f]{24,}", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)

_ANCHOR = re.compile(
    r"[!/].+"
    r"|[a-z_]{0,20}(?:comment|reply|post|msg|message|answer|review|discussion|note)[\w-]{0,60}"
    r"|(?:p|c|r|pid|cid|entry|item|id)?[-_]?\d+",
    re.IGNORECASE | re.ASCII,
)
"""Fragments that may name one of several texts on a page: #comment-12, #p123, #!/topic/3."""

_SENSITIVE_WORD = re.compile(
    r"keys?|tokens?|secret|sig|signature|pass(?:word|wd|phrase)?|pwd|auth(?:orization)?|code|jwt|bearer|otp|pin"
    r"|hmac|credentials?|sess(?:ion|id)?|sid|phpsessid|jsessionid"
)
_SENSITIVE_ENDINGS = ("key", "token", "secret", "password", "signature", "sessionid", "sessid")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_USERINFO = re.compile(r"(?<=://)[^\s/?#\"'<>]+@")
_PARAMETER = re.compile(
    r"(?P<start>[?&;#])(?P<name>[^\s=&;#?\"'<>]{1,100})(?P<equals>=)(?P<value>[^\s&;#\"'<>]+)"
)
_ENCODED_PARAMETER = re.compile(
    r"(?P<start>%3F|%26)(?P<name>[^%]{1,100})(?P<equals>%3D)(?P<value>(?:(?!%26).)+)", re.IGNORECASE
)
"""The same in an address that is itself a parameter's value."""


def canonical(url: str) -> str | None:
    """Return the one spelling that stands for an http(s) address, None for anything else.

    The host is lower case and in IDNA form; the default port, credentials, session ids and
    parameters that only track readers are gone, and the other parameters are sorted. A fragment
    stays where it names one text among several on the page.
    """
    if len(url) > _LONGEST_READ:
        return None
    if len(url) <= LONGEST_URL and _PLAIN.fullmatch(url):
        return url
    url = _trimmed(url)
    parts = _split(_quoted(url)) if _split(url) else None  # before: a quoted backslash hides another host
    if parts is None:
        return None
    try:
        spelled = _spelled(parts)
        parts = _split(spelled)
    except (ValueError, OverflowError):
        return None
    if parts is None or len(spelled) > LONGEST_URL or not _HOST.fullmatch(_host(parts)):
        return None
    return spelled


def absolute(base: str, url: str) -> str | None:
    """Return the http(s) address that a link on the page `base` leads to, or None."""
    try:
        joined = _quoted(urljoin(base, _trimmed(url)))
        joined.encode()
    except ValueError:  # a lone surrogate among them
        return None
    return joined if len(joined) <= LONGEST_URL and _split(joined) else None


def origin(url: str) -> str:
    """Return scheme, host and port (if it is not the default one); empty for other than http(s)."""
    parts = _split(url)
    return f"{parts.scheme}://{_netloc(parts)}" if parts else ""


def host(url: str) -> str:
    """Return the host of an http(s) address, lower case and in IDNA form; empty if there is none."""
    parts = _split(url)
    return _name(parts) if parts else ""


def redact(text: str) -> str:
    """Return the text with every password and secret parameter of its addresses as ***."""
    if "=" not in text and "@" not in text and "%3" not in text:
        return text
    return _PARAMETER.sub(_redacted, _USERINFO.sub("***@", text))


def _redacted(parameter: re.Match[str]) -> str:
    start, name, equals, value = parameter.group("start", "name", "equals", "value")
    shown = "***" if _is_sensitive(name) else _ENCODED_PARAMETER.sub(_redacted, value)
    return f"{start}{name}{equals}{shown}"


def _is_sensitive(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return any(map(_SENSITIVE_WORD.fullmatch, words)) or "".join(words).endswith(_SENSITIVE_ENDINGS)


def _trimmed(url: str) -> str:
    """Return an address as a browser takes it from a page."""
    return _BREAKS.sub("", url.strip(_BLANKS))


def _quoted(url: str) -> str:
    return _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _split(url: str) -> SplitResult | None:
    """Take an http(s) address apart; None if it is none, or no program could connect to it."""
    try:
        parts = urlsplit(url)
        named = (parts.hostname or "").strip(".") and not _UNSAFE.search(parts.netloc)
        usable = parts.scheme in _DEFAULT_PORTS and named and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _name(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    if name.isascii() or len(name) > _LONGEST_NAME:
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _host(parts: SplitResult) -> str:
    name = _name(parts)
    return f"[{name}]" if ":" in name else name


def _netloc(parts: SplitResult) -> str:
    standard = parts.port in (None, _DEFAULT_PORTS[parts.scheme])
    return _host(parts) if standard else f"{_host(parts)}:{parts.port}"


def _spelled(parts: SplitResult) -> str:
    from w3lib.url import canonicalize_url, safe_url_string  # noqa: PLC0415 (50 ms that a report need not pay)

    separator = ";" if ";" in parts.query and "&" not in parts.query else "&"
    wanted = [part for part in parts.query.split(separator) if part and not _is_noise(part)]
    bare = any("=" not in part for part in wanted)  # showthread.php?12-title must not become ?12-title=
    parts = parts._replace(
        netloc=_netloc(parts), path=_SESSION_IN_PATH.sub("", parts.path), query=separator.join(wanted)
    )
    keep = _ANCHOR.fullmatch(parts.fragment) is not None
    url = (parts._replace(query="") if bare else parts).geturl()
    spelled = str(canonicalize_url(url, keep_fragments=keep, query_separator=separator))
    if not bare:
        return spelled
    query = urlsplit(safe_url_string(parts._replace(fragment="").geturl())).query
    if separator == "&":
        query = query.replace(";", "%3B")
    return urlsplit(spelled)._replace(query=query).geturl()


def _is_noise(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = name.lower()
    if name in ("sid", "s"):
        return _SESSION_VALUE.fullmatch(value) is not None
    if name in ("source", "ref", "from", "src"):
        return _FROM_A_FEED.fullmatch(value) is not None
    return bool(_TRACKING.fullmatch(name) or _SESSION.fullmatch(name))
