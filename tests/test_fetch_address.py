"""Which addresses may be fetched."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.fetch.address import Allowed, is_public, numeric

SPECIAL = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700::1%eth0",
]


@pytest.mark.parametrize("address", SPECIAL)
def test_an_address_with_a_special_use_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "9.9.9.9", "172.32.0.1", "192.0.1.1", "2606:4700::1", "2a00:1450::1"]
)
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_what_is_public_is_global_in_the_standard_library_too(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert not is_public(address) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=4))
def test_no_wrapping_makes_an_address_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = (number, 0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80)
    assert not any(is_public(ipaddress.IPv6Address(bits)) for bits in wrapped)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1."],
)
def test_every_spelling_of_loopback_in_figures_is_read(host: str) -> None:
    assert str(numeric(host)) == "127.0.0.1"


@pytest.mark.parametrize(
    "host", ["forge.example", "localhost", "1.forge.example", "", "999.1.1.1", "0x", "host 1"]
)
def test_a_name_is_no_figure(host: str) -> None:
    assert numeric(host) is None


@pytest.mark.parametrize(
    ("entry", "host", "port", "address"),
    [
        ("intranet.example", "intranet.example", 80, "10.0.0.5"),
        ("Intranet.Example.", "intranet.example", 8080, "10.0.0.5"),
        ("intranet.example", "INTRANET.example.", 80, "10.0.0.5"),
        ("localhost:8000", "localhost", 8000, "::1"),
        ("10.1.0.0/16", "10.1.2.3", 80, "10.1.2.3"),
        ("10.1.0.0/16", "wiki.example", 80, "10.1.2.3"),
        ("10.1.0.0/16:8080", "10.1.2.3", 8080, "10.1.2.3"),
        ("127.0.0.1", "localhost", 1234, "127.0.0.1"),
        ("127.0.0.1:80", "127.1", 80, "127.0.0.1"),
        ("::1", "::1", 80, "::1"),
        ("[::1]", "::1", 80, "::1"),
        ("[::1]:81", "::1", 81, "::1"),
        ("fd00::/8", "x.example", 1, "fd12::1"),
        ("[fd00::/8]:443", "x.example", 443, "fd12::1"),
    ],
)
def test_an_allowed_place_is_covered(entry: str, host: str, port: int, address: str) -> None:
    assert Allowed.parse([entry]).covers(host, port, address)


@pytest.mark.parametrize(
    ("entry", "host", "port", "address"),
    [
        ("intranet.example", "evil.intranet.example", 80, "10.0.0.5"),
        ("intranet.example", "10.0.0.5", 80, "10.0.0.5"),
        ("localhost:8000", "localhost", 8001, "127.0.0.1"),
        ("10.1.0.0/16", "10.2.0.1", 80, "10.2.0.1"),
        ("10.1.0.0/16:8080", "10.1.2.3", 80, "10.1.2.3"),
        ("127.0.0.1:80", "127.0.0.1", 81, "127.0.0.1"),
        ("[::1]:81", "::1", 80, "::1"),
        ("127.0.0.1", "::1", 80, "::1"),
    ],
)
def test_a_place_beside_an_allowed_one_is_not_covered(entry: str, host: str, port: int, address: str) -> None:
    assert not Allowed.parse([entry]).covers(host, port, address)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("", "is no host"),
        ("http://intranet.example", "address of a page"),
        ("intranet.example/wiki", "no network"),
        ("*.example", "is no host"),
        ("localhost:http", "port"),
        ("localhost:", "port"),
        ("localhost:0", "port"),
        ("localhost:65536", "port"),
        ("localhost:٣", "port"),
        ("10.1.2.3/16", "host bits"),
        ("10.0.0.0/33", "no network"),
        ("10.0.0", "is no host"),
        ("2130706433", "is no host"),
        ("::g", "no network"),
        ("user@host", "is no host"),
        ("bücher.example", "is no host"),
    ],
)
def test_a_bad_entry_is_named_with_what_is_wrong(entry: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        Allowed.parse(["localhost", entry])
    assert repr(entry) in str(caught.value)
