"""Requests to URLs that people typed in, without access to the internal network (SSRF protection).

A host name is resolved once and the connection goes to the checked address, so DNS rebinding does not work. Redirects
are not followed. Settings may allow networks of your own.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3
from django.utils.translation import gettext as _
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError, TimeoutError

from core.exceptions import OpenUserError

CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
READ_AT_MOST = 4096
# IPv6 networks whose addresses end with an IPv4 address, by which they are judged: IPv4-mapped, and NAT64.
ENDING_WITH_IPV4 = (ipaddress.ip_network("::ffff:0:0/96"), ipaddress.ip_network("64:ff9b::/96"))
# Global unicast: IPv4 below its multicast, and the only block of IPv6 that IANA assigns addresses from.
UNICAST = (*map(ipaddress.ip_network, ("0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3")), ipaddress.ip_network("2000::/3"))
# IANA's special-purpose registries (RFC 6890), as far as they lie in it: no host to call, whether reachable or not.
# https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry
SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
        ),
    )
)

Address = IPv4Address | IPv6Address


class EgressError(OpenUserError):
    """The request failed: `code` is forbidden, unreachable, timeout, tls or too_long."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """The status of a response, the seconds of its Retry-After header, and its duration."""

    status: int
    retry_after: float | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A whole response: its status, headers and body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def check_url(url: str, allowed: Iterable[str] = ()) -> SplitResult:
    """The parts of a URL, checked without resolving its host. Raises `EgressError` (forbidden).

    `allowed` are internal networks that may be called, such as 10.0.0.0/8; only those may be called without TLS.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _forbidden(_("This is not a URL."), _("Write it like https://oa.example.com/hook.")) from error
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise _forbidden(_("This is not a URL."), _("Write it like https://oa.example.com/hook."))
    if parts.username is not None or parts.password is not None:
        raise _forbidden(_("A URL may not contain a password."), _("The signature identifies us."))
    literal = _ip_literal(parts.hostname)
    if literal is not None:
        _check_address(literal, allowed, parts.scheme)
    elif parts.scheme == "http" and not allowed:
        raise _not_encrypted()
    return parts


def resolve(url: str, allowed: Iterable[str] = ()) -> tuple[SplitResult, Address]:
    """The parts of a URL and the IP address of its host. Raises `EgressError`: forbidden, unreachable."""
    parts = check_url(url, allowed)
    return parts, _resolve(parts, allowed)[0]


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: Iterable[str] = ()) -> Response:
    """POST and return the status, also one of an error. Raises `EgressError`."""
    parts, address = resolve(url, allowed)
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    began = time.monotonic()
    with _pool(parts, str(address), _port(parts), timeout) as pool:
        try:
            reply = pool.urlopen(
                "POST",
                _path(parts),
                body=body,
                headers={**headers, "Host": parts.netloc},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            with reply:
                reply.read(READ_AT_MOST)
        except SSLError as error:
            raise EgressError(_("The certificate is not valid."), code="tls") from error
        except NewConnectionError as error:  # a subclass of urllib3's TimeoutError, but it is not a timeout
            raise _unreachable() from error
        except TimeoutError as error:
            raise _late() from error
        except (HTTPError, OSError) as error:
            raise _unreachable() from error
    seconds = time.monotonic() - began
    return Response(status=reply.status, retry_after=_seconds(reply.headers.get("Retry-After")), seconds=seconds)


def exchange(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str | bytes] | None = None,
    allowed: Iterable[str] = (),
    seconds: float,
    most: int,
) -> Reply:
    """Send a request and read the whole response, with any status, in at most `seconds` and `most` bytes.

    Every address of the host is tried until one accepts the connection. Raises `EgressError`.
    """
    allowed = tuple(allowed)
    parts = check_url(url, allowed)
    until = time.monotonic() + seconds
    last = _unreachable()
    for address in _resolve(parts, allowed):
        try:
            return _exchange(method, parts, address, body=body, headers=headers or {}, until=until, most=most)
        except NewConnectionError:  # a subclass of urllib3's TimeoutError, but it is not a timeout
            continue
        except SSLError as error:
            raise EgressError(_("The certificate is not valid."), code="tls") from error
        except TimeoutError as error:
            last = _late()
            last.__cause__ = error
            break
        except (HTTPError, OSError) as error:
            raise _unreachable() from error
    raise last


def _exchange(
    method: str,
    parts: SplitResult,
    address: Address,
    *,
    body: bytes | None,
    headers: Mapping[str, str | bytes],
    until: float,
    most: int,
) -> Reply:
    left = max(0.001, until - time.monotonic())
    timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=left)
    with _pool(parts, str(address), _port(parts), timeout) as pool:
        response = pool.urlopen(
            method,
            _path(parts),
            body=body,
            headers={**headers, "Host": parts.netloc},  # type: ignore[dict-item]  # http.client takes bytes too
            redirect=False,
            retries=False,
            preload_content=False,
        )
        with response:
            received = b""
            while chunk := response.read1(65_536, decode_content=True):
                received += chunk
                if len(received) > most:
                    raise EgressError(_("The response is too long."), code="too_long")
                if time.monotonic() > until:
                    raise _late()
            return Reply(status=response.status, headers=dict(response.headers.items()), body=received)


def _pool(parts: SplitResult, address: str, port: int, timeout: urllib3.Timeout) -> urllib3.HTTPConnectionPool:
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=timeout,
        maxsize=1,
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
    )


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _resolve(parts: SplitResult, allowed: Iterable[str]) -> list[Address]:
    """The addresses to connect to. All addresses of the host must be allowed, not just the one we pick."""
    assert parts.hostname is not None
    try:
        resolved = socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _unreachable() from error
    addresses = [ipaddress.ip_address(str(row[4][0]).split("%")[0]) for row in resolved]
    for address in addresses:
        _check_address(address, allowed, parts.scheme)
    return list(dict.fromkeys(addresses))


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet: global unicast, less all that IANA reserves."""
    inner = _unwrapped(address)
    return any(inner in network for network in UNICAST) and not any(inner in network for network in SPECIAL)


def _check_address(address: Address, allowed: Iterable[str], scheme: str) -> None:
    networks = [ipaddress.ip_network(network) for network in allowed]
    ours = any(each in network for network in networks for each in (address, _unwrapped(address)))
    if not ours and not is_public(address):
        raise _forbidden(
            _("This address is in the internal network."),
            _("To allow it, add the network to OPENUSER_WEBHOOK_NETWORKS."),
        )
    if scheme == "http" and not ours:
        raise _not_encrypted()


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, else the address itself."""
    if any(address in network for network in ENDING_WITH_IPV4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _ip_literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() else None


def _unreachable() -> EgressError:
    return EgressError(_("The address cannot be reached."), code="unreachable")


def _late() -> EgressError:
    return EgressError(_("The request timed out."), code="timeout")


def _not_encrypted() -> EgressError:
    return _forbidden(_("This URL is not encrypted."), _("Use https."))


def _forbidden(message: str, remedy: str) -> EgressError:
    return EgressError(message, code="forbidden", remedy=remedy, field="url")
