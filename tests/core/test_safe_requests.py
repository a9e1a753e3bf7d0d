"""Safe requests never reach internal addresses, unless settings allow it, and never another host than checked."""

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import safe_requests
from core.safe_requests import EgressError
from tests.openuser.support.webhook_receiver import receiver

LOOPBACK = ["127.0.0.0/8"]
INSIDE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[::127.0.0.1]/",
    "https://[::a9fe:a9fe]/",
    "https://[::10.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:a00:1::1]/",
    "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[::ffff:0:10.0.0.1]/",
    "https://[::8.8.8.8]/",
    "https://[2002:808:808::1]/",
    "https://[fec0::1]/",
    "https://[5f00::1]/",
    "https://[3fff::1]/",
    "https://[3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[2001:db8::1]/",
    "https://[2001:20::1]/",
    "https://[2001:1::1]/",
    "https://[2620:4f:8000::1]/",
    "https://[100::1]/",
    "https://[4000::1]/",
    "https://192.88.99.1/",
    "https://192.0.0.9/",
    "https://192.0.2.1/",
    "https://192.31.196.1/",
    "https://192.52.193.1/",
    "https://192.175.48.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
]
PUBLIC = [
    "https://1.1.1.1/",
    "https://9.255.255.255/",
    "https://128.0.0.1/",
    "https://172.32.0.1/",
    "https://192.0.1.1/",
    "https://198.20.0.1/",
    "https://223.255.255.255/",
    "https://[2001:200::1]/",
    "https://[2400:3200::1]/",
    "https://[2606:4700:4700::1111]/",
    "https://[3ffe:ffff::1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::8.8.8.8]/",
]
# IANA's registries of special-purpose addresses, and multicast; less the prefix of NAT64, which its IPv4 part decides.
SPECIAL = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32"),
    *("2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10"),
    "ff00::/8",
]
NO_ADDRESS = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "https://",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://example.com:99999/",
    "https://example.com:0/",
    "javascript:alert(1)",
    "//example.com/",
    "http://example.com/",
    "http://8.8.8.8/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_nothing_inside_our_network_is_called(url):
    with pytest.raises(EgressError) as caught:
        safe_requests.resolve(url)
    assert caught.value.code == "forbidden"


@pytest.mark.parametrize("url", PUBLIC)
def test_addresses_of_the_internet_are_called(url):
    assert safe_requests.resolve(url)[0].hostname


@given(st.data())
def test_no_address_of_a_reserved_network_is_public(data):
    network = ip_network(data.draw(st.sampled_from(SPECIAL)))
    address = network[data.draw(st.integers(0, network.num_addresses - 1))]
    assert not safe_requests.is_public(address)
    if isinstance(address, IPv4Address):
        for prefix in ("::ffff:0:0", "64:ff9b::", "::", "::ffff:0:0:0"):  # mapped, NAT64, compatible, translated
            assert not safe_requests.is_public(IPv6Address(int(ip_address(prefix)) | int(address)))


@given(st.ip_addresses())
def test_a_public_address_is_global_and_of_no_reserved_network(address):
    if safe_requests.is_public(address):
        of_four = isinstance(address, IPv6Address) and (address.ipv4_mapped or address in ip_network("64:ff9b::/96"))
        judged = IPv4Address(int(address) & 0xFFFFFFFF) if of_four else address
        assert judged.is_global
        assert not any(judged in network for network in map(ip_network, SPECIAL))


@pytest.mark.parametrize(
    ("url", "network"),
    [
        ("https://10.1.2.3/", "10.0.0.0/8"),
        ("https://[::ffff:10.1.2.3]/", "10.0.0.0/8"),
        ("https://[fd00::5]/", "fd00::/8"),
        ("https://[fec0::1]/", "fec0::/10"),
        ("http://[64:ff9b::a01:203]/", "10.0.0.0/8"),
    ],
)
def test_networks_that_a_setting_names_are_called(url, network):
    assert safe_requests.resolve(url, [network])
    with pytest.raises(EgressError):
        safe_requests.resolve(url, ["192.168.0.0/16", "fc00:1::/32"])


def test_an_address_with_a_full_stop_is_not_called():
    with pytest.raises(EgressError) as caught:
        safe_requests.resolve("https://127.0.0.1.:443/")
    assert caught.value.code in ("forbidden", "unreachable")  # resolvers differ: an address, or a name of nothing


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_address_is_refused_with_a_remedy(url):
    with pytest.raises(EgressError) as caught:
        safe_requests.check_url(url)
    assert caught.value.code == "forbidden"
    assert caught.value.field == "url"
    assert caught.value.remedy


def test_a_name_that_leads_inside_is_refused_however_it_is_spelled(monkeypatch):
    def resolve(host, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(EgressError, match="in the internal network"):
        safe_requests.resolve("https://two-faced.example/")


def test_the_address_that_was_checked_is_the_one_that_is_called(monkeypatch):
    real, asked = socket.getaddrinfo, []

    def rebinding(host, *rest, **named):
        if host == "hook.example":
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with receiver() as other:
        port = other.url.rsplit(":", 1)[1]
        reply = safe_requests.post(f"http://hook.example:{port}", b"x", {}, allowed=LOOPBACK)
        assert reply.status == 204
        assert other.came[0][0]["host"].startswith("hook.example:")
    assert asked == ["hook.example"]


def test_a_redirect_is_an_answer_and_not_a_way():
    with receiver() as inside, receiver((302, {"Location": inside.url})) as other:
        assert safe_requests.post(other.url, b"x", {}, allowed=LOOPBACK).status == 302
        assert not inside.came


def test_nobody_at_home_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(EgressError) as caught:
            safe_requests.post(f"http://127.0.0.1:{taken.getsockname()[1]}/", b"", {}, allowed=LOOPBACK)
    assert caught.value.code == "unreachable"


def test_a_server_without_a_certificate_is_told_apart():
    with receiver() as other, pytest.raises(EgressError) as caught:
        safe_requests.post(other.url.replace("http:", "https:"), b"", {}, allowed=LOOPBACK)
    assert caught.value.code == "tls"


def exchanged(url: str, **options) -> safe_requests.Reply:
    given: dict[str, Any] = {"allowed": LOOPBACK, "seconds": 5.0, "most": 1_000}
    return safe_requests.exchange("POST", url, body=b"x", **(given | options))


def test_an_exchange_has_status_headers_and_body():
    with receiver((307, {"Location": "http://10.0.0.1/", "X-Kind": "odd"})) as other:
        reply = exchanged(other.url, headers={"X-Name": "value"})
        assert (reply.status, reply.headers["X-Kind"], reply.body) == (307, "odd", b"")
        assert other.came == [(other.came[0][0] | {"x-name": "value"}, b"x")]


def test_an_exchange_tries_every_address_and_none_inside(monkeypatch):
    both = [(family, socket.SOCK_STREAM, 6, "", (address, 0)) for family, address in ((10, "::1"), (2, "127.0.0.1"))]
    real = socket.getaddrinfo

    def resolve(host, *rest, **named):
        return both if host == "two.example" else real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with receiver() as other:
        url = other.url.replace("127.0.0.1", "two.example")
        assert exchanged(url, allowed=[*LOOPBACK, "::1/128"]).status == 204
        with pytest.raises(EgressError, match="in the internal network"):
            exchanged(url)


def test_an_exchange_ends_at_its_size_and_at_its_time():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(EgressError) as caught:
        exchanged(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.2)
    assert caught.value.code == "timeout"
    with serving(b"x" * 2_000) as url, pytest.raises(EgressError) as caught:
        exchanged(url)
    assert caught.value.code == "too_long"


def test_an_exchange_unpacks_its_body_and_counts_what_comes_out():
    with serving(gzip.compress(b"said"), "Content-Encoding: gzip") as url:
        assert exchanged(url).body == b"said"
    bomb = gzip.compress(bytes(1_001))
    assert len(bomb) < 1_000
    with serving(bomb, "Content-Encoding: gzip") as url, pytest.raises(EgressError) as caught:
        exchanged(url)
    assert caught.value.code == "too_long"


@contextmanager
def serving(body: bytes, *headers: str) -> Iterator[str]:
    """A server that sends this to whoever connects first."""
    head = "\r\n".join(("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(head.encode() + body)

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()
