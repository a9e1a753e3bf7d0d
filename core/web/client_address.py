"""Where a request comes from."""

import ipaddress
from ipaddress import IPv4Network, IPv6Address, IPv6Network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The visitor's IP address: that of the connection, or the last one in the header that our proxy sets."""
    header = settings.CLIENT_ADDRESS_HEADER
    said = request.headers.get(header, "").rpartition(",")[2].strip() if header else ""
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return request.META.get("REMOTE_ADDR", "") or "0.0.0.0"  # noqa: S104 - a Unix socket has no address


def client_network(request: HttpRequest) -> IPv4Network | IPv6Network:
    """The network of one visitor, who may have many addresses: a /64 of IPv6, else the address alone."""
    try:
        address = ipaddress.ip_address(client_address(request).partition("%")[0])
    except ValueError:  # the name of a Unix socket
        return IPv4Network(0)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return IPv6Network((address, 64), strict=False)
        address = address.ipv4_mapped
    return IPv4Network(address)
