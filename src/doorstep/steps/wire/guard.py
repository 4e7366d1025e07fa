"""An address a merchant gave → a connection to a public IP address, or a refusal.

The name is resolved once, every address it has is checked, and the connection goes to an address that was checked: a
name that answers differently the second time gains nothing. TLS still verifies the name.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import urlsplit

import httpcore
from typing_extensions import override

from doorstep.errors import MisconfiguredError

#: Host and port → IP addresses. Raises OSError where there are none.
Resolve = Callable[[str, int], Awaitable[list[str]]]

#: Public by the registry, yet a cloud's own service: Azure's host agent; relays and translators that lead elsewhere.
#: Source: IANA special-purpose registries; Azure's page on 168.63.129.16; as known on 2026-11-22.
_REFUSED = tuple(ipaddress.ip_network(text) for text in ("168.63.129.16/32", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"))
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_WEB_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024


async def resolved(host: str, port: int) -> list[str]:
    """Ask the system for a host's addresses.

    Raises:
        OSError: there are none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(text: str) -> bool:
    """Say whether an IP address is on the public internet and leads nowhere else."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    inner = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast or address.is_reserved
    if inner or address.is_unspecified or not address.is_global:
        return False
    return not any(address in network for network in _REFUSED if network.version == address.version)


def check_address(url: str) -> None:
    """Check what can be told of a merchant's address without the network.

    Raises:
        MisconfiguredError: not https, with a login in it, without a host, or at a port of another service.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MisconfiguredError("the endpoint's address cannot be read") from error
    if parts.scheme != "https":
        raise MisconfiguredError("the endpoint's address must begin with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise MisconfiguredError("the endpoint's address must have a host and no login")
    if port is not None and port < _FIRST_FREE_PORT and port not in _WEB_PORTS:
        raise MisconfiguredError("the endpoint's port belongs to another service")


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check, then connect to what was checked."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError("the host has no address") from error
        if not addresses:
            raise httpcore.ConnectError("the host has no address")
        if not all(is_public(address) for address in addresses):
            raise MisconfiguredError("the endpoint's address leads into a private network")
        refused: Exception | None = None
        for address in addresses[:4]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
        raise httpcore.ConnectError("the host does not answer") from refused

    @override
    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a merchant has no socket here."""
        raise MisconfiguredError("the endpoint's address leads into this machine")

    @override
    async def sleep(self, seconds: float) -> None:
        """Wait, for the pool's own retries."""
        await self._inner.sleep(seconds)
