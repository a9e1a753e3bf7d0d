"""Where a person's picture may be sent: to your own network, and to the public hosts that a setting names."""

import ipaddress
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

SETTING = "OPENUSER_PUBLIC_ENGINE_HOSTS"


def allowed(url: str, public_hosts: Iterable[str]) -> bool:
    """Whether pictures may go to this URL: no address of its host is public, or it is listed and encrypted.

    A link-local address is never allowed: clouds serve their credentials there. A host that is not found is: nothing
    can be sent to it.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    addresses = _addresses(host)
    if any(address.is_link_local or address.is_multicast for address in addresses):
        return False
    if not any(address.is_global for address in addresses):
        return True
    return parts.scheme == "https" and host in {each.lower() for each in public_hosts}


def _addresses(host: str) -> list[IPv4Address | IPv6Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(one[4][0]).split("%")[0]) for one in found]
