"""The allowed destinations of a person's picture: your own network, and the public hosts that a setting names."""

import ipaddress
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

SETTING = "OPENUSER_PUBLIC_ENGINE_HOSTS"
# Addresses that exist only on this machine or in a network of its owner: RFC 1918, 4193 and 6598.
OWN = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7"),
    )
)


def allowed(url: str, public_hosts: Iterable[str]) -> bool:
    """Whether pictures may go to this URL: all addresses of its host are your own, or it is listed and encrypted.

    A link-local address is never allowed: clouds serve their credentials there. A host that is not found is: nothing
    can be sent to it.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    addresses = _addresses(host)
    if any(address.is_link_local or address.is_multicast for address in addresses):
        return False
    if all(_is_own(address) for address in addresses):
        return True
    return parts.scheme == "https" and host in {each.lower() for each in public_hosts}


def _is_own(address: IPv4Address | IPv6Address) -> bool:
    inner = (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
    return any(inner in network for network in OWN)


def _addresses(host: str) -> list[IPv4Address | IPv6Address]:
    try:
        resolved = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(row[4][0]).split("%")[0]) for row in resolved]
