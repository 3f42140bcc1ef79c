"""Which addresses may be fetched: public ones, and those that the user allowed by name."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a provider's NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, clouds' metadata services
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
"""The only block that global unicast addresses are given out from; mapped, compatible, NAT64, local, unique
local, multicast and segment-routing addresses all lie outside."""

_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which wraps any IPv4 address
        "3fff::/20",  # documentation
    )
)

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_BRACKETED = re.compile(r"\[(?P<place>[^\]]*)\](?::(?P<port>.*))?")


def is_public(address: str | IPAddress) -> bool:
    """Tell whether an address belongs to the public internet.

    Stricter than `is_global` of the standard library: whatever wraps another address (mapped,
    compatible, NAT64, 6to4, Teredo) and whatever is set aside for a special use is not public.

    Source:
        The IANA special-purpose address registries for IPv4 and IPv6.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not any(ip in network for network in _CLOSED_V4)
    inside = ip in _OPEN_V6 and not any(ip in network for network in _CLOSED_V6)
    return inside and ip.is_global and ip.scope_id is None


def numeric(host: str) -> IPAddress | None:
    """Return the address that a host spells in figures, None for a name.

    Reads what a system's resolver reads, too: 127.1, 2130706433 and 0x7f000001 are 127.0.0.1.
    """
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2].lower()):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Allowed:
    """Places that are not public and may be fetched all the same, each at one port or at any (None)."""

    names: tuple[tuple[str, int | None], ...] = ()
    networks: tuple[tuple[IPNetwork, int | None], ...] = ()

    @classmethod
    def parse(cls, entries: Sequence[str]) -> Allowed:
        """Read entries such as "intranet.example", "localhost:8000", "::1", "[::1]:80" or "10.1.0.0/16".

        Raises:
            ValueError: an entry is none of these; the text says which and why.
        """
        names, networks = [], []
        for entry in entries:
            place, port = _parts(entry)
            network = _network(entry, place)
            if network is not None:
                networks.append((network, port))
            else:
                names.append((_name(entry, place), port))
        return cls(tuple(names), tuple(networks))

    def covers(self, host: str, port: int, address: str | IPAddress) -> bool:
        """Tell whether a connection to `host`, which has this address, is allowed."""
        ip = ipaddress.ip_address(address)
        host = host.lower().rstrip(".")
        return _at(port, (p for name, p in self.names if name == host)) or _at(
            port, (p for network, p in self.networks if ip in network)
        )


def _at(port: int, ports: Iterable[int | None]) -> bool:
    return any(allowed in (None, port) for allowed in ports)


def _parts(entry: str) -> tuple[str, int | None]:
    entry = entry.strip().lower()
    if "://" in entry:
        raise ValueError(f"{entry!r} is an address of a page; write the host alone, as in localhost:8000")
    bracketed = _BRACKETED.fullmatch(entry)
    if bracketed:
        return bracketed["place"], None if bracketed["port"] is None else _port(entry, bracketed["port"])
    if entry.count(":") == 1:
        place, _, port = entry.partition(":")
        return place, _port(entry, port)
    return entry, None


def _port(entry: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= 65535:
        return int(text)
    raise ValueError(f"{entry!r} has no usable port; ports are 1 to 65535")


def _network(entry: str, place: str) -> IPNetwork | None:
    try:
        return ipaddress.ip_network(place)
    except ValueError as error:
        if "/" in place or ":" in place:
            raise ValueError(f"{entry!r} is no network or address: {error}") from None
    return None


def _name(entry: str, place: str) -> str:
    name = place.rstrip(".")
    if not _NAME.fullmatch(name) or _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise ValueError(f"{entry!r} is no host, host:port, IP address or network such as 10.1.0.0/16")
    return name
