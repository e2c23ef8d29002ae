"""Where the shop may be sent by somebody else's URL: to public addresses, and to the one that was checked.

A webhook's URL is typed by a person, and *our* server makes the call, from inside our network. So it could reach
what the person cannot: a database on loopback, a cloud's metadata (server-side request forgery). The rules: http or
https only; every address of the name must be public; and the call goes to the address that was checked, because the
name may point elsewhere a moment later. https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

Address = IPv4Address | IPv6Address
#: From a name and a port to the addresses that it has now.
Resolve = Callable[[str, int], Awaitable[Iterable[str]]]

#: The longest URL that is kept, in characters.
MAX_URL = 2000
MAX_PORT = 65_535
#: How long a look-up may take, in seconds, and how many may be under way.
LOOK_UP_S, LOOK_UPS = 3.0, 4
#: Addresses in which an IPv4 address is hidden: a translator (NAT64) would take us there.
NAT64 = IPv6Network("64:ff9b::/96")


class ForbiddenUrl(ValueError):
    """The shop will not call this URL. The sentence says why, for whoever typed it."""


class UnknownHost(Exception):
    """The name has no address just now. It may have one later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to call: `url` has an address in the name's place; `host` is the Host header, `name` the certificate's."""

    url: httpx.URL
    host: str
    name: str


class AddressGuard:
    """`allow_private`: whether loopback and private networks may be called too, as in development.

    `resolve`: who knows the addresses; the system's resolver when it is None.
    """

    def __init__(self, *, allow_private: bool = False, resolve: Resolve | None = None) -> None:
        self._allow_private, self._resolve = allow_private, resolve or self._look_up
        # Threads of its own: a name server that is silent must not keep the database's work from the common ones.
        self._threads = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="orders.look-up")

    async def check(self, text: str) -> Target:
        """Where a call of this URL goes; raises `ForbiddenUrl`, or `UnknownHost`."""
        url = _read(text)
        name = url.raw_host.decode("ascii")  # the name as the certificate has it, in ASCII
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        try:
            async with asyncio.timeout(LOOK_UP_S):
                addresses = [_plain(found) for found in await self._resolve(name, port)]
        except TimeoutError as error:
            raise UnknownHost(f"Nobody said within {LOOK_UP_S:g} s where {name} is.") from error
        except (OSError, UnicodeError) as error:
            raise UnknownHost(f"The name {name} cannot be found.") from error
        if not addresses:
            raise UnknownHost(f"The name {name} has no address.")
        if not all(self._may_call(address) for address in addresses):
            raise ForbiddenUrl("This URL leads into a private network, where the shop must not be sent.")
        # The first is the one to take: the resolver sorts them by what can be reached from here (RFC 6724).
        return Target(url=url.copy_with(host=str(addresses[0])), host=url.netloc.decode("ascii"), name=name)

    async def _look_up(self, name: str, port: int) -> list[str]:
        ask = partial(socket.getaddrinfo, name, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [str(entry[4][0]) for entry in found]

    def _may_call(self, address: Address) -> bool:
        hidden = _hidden(address)
        if hidden is not None:
            return self._may_call(hidden)
        if address.is_loopback:  # asked first, because Python counts ::1 among the reserved ones, too
            return self._allow_private
        if address.is_multicast or address.is_link_local or address.is_unspecified or address.is_reserved:
            return False  # link-local is where clouds keep their metadata: not even in development
        return address.is_global or (self._allow_private and address.is_private)


def _read(text: str) -> httpx.URL:
    if len(text) > MAX_URL or not text.isprintable():
        raise ForbiddenUrl(f"Give a URL of {MAX_URL} printable characters or fewer.")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ForbiddenUrl("This is not a URL; one looks like https://example.com/orders.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ForbiddenUrl("Give a URL that begins with https:// or http:// and names a host.")
    if url.port is not None and not 0 < url.port <= MAX_PORT:
        raise ForbiddenUrl(f"A port is a number from 1 to {MAX_PORT}.")
    if url.userinfo:
        raise ForbiddenUrl("Leave user and password out of the URL: the signature says who we are.")
    return url


def _plain(text: str) -> Address:
    return ip_address(text.partition("%")[0])  # a zone, `%eth0`, says through which card, not where


def _hidden(address: Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 one, in the three ways in which one is put there."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
