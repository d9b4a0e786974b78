"""Which addresses may be reached on behalf of somebody who merely wrote them down."""

import queue
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from kernel.messages import Message
from kernel.networks import Address, Network

Lookup = Callable[[str, int], Sequence[str]]

NEVER: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this very host
            "169.254.0.0/16",  # the link, and the metadata of most clouds
            "168.63.129.16/32",  # metadata: Azure
            "192.0.0.192/32",  # Oracle
            "100.100.100.200/32",  # Alibaba
            "fd00:ec2::/32",  # Amazon
            "fe80::/10",
            "::/96",  # the rest hides another address in itself: IPv4-compatible,
            "64:ff9b::/96",  # NAT64,
            "64:ff9b:1::/48",
            "2002::/16",  # 6to4,
            "2001::/32",  # Teredo
        ),
    )
)
"""Whatever the settings say."""
MOST_LOOKUPS = 16
"""At once. The system's resolver cannot be interrupted, and name servers may take their time."""


class AddressProblem(Exception):
    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.message = Message(vi, en)


class Refused(AddressProblem):
    """The address must not be reached."""


class Unresolved(AddressProblem):
    """The name has no address just now."""


def check_address(text: str, allowed: Sequence[Network], *, loopback_allowed: bool) -> Address:
    """Raises Refused. Answers with the address as it is to be connected to."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        if loopback_allowed:
            return address
        raise Refused("trỏ về chính máy chủ này", "it leads to this machine itself")
    if address.is_multicast or any(_within(address, network) for network in NEVER):
        raise Refused(
            "địa chỉ thuộc loại không bao giờ được kết nối",
            "its address is of a kind that is never connected to",
        )
    if not _is_public(address) and not any(_within(address, network) for network in allowed):
        raise Refused(
            "địa chỉ thuộc mạng riêng không có trong CONGVU_OUTBOUND__ALLOWED_NETWORKS",
            "its address is private and not in CONGVU_OUTBOUND__ALLOWED_NETWORKS",
        )
    return address


def _is_public(address: Address) -> bool:
    former = isinstance(address, IPv6Address) and address.is_site_local  # RFC 3879
    return address.is_global and not former


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def system_lookup(host: str, port: int) -> list[str]:
    """Raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for _, _, _, _, sockaddr in found]


class Resolver:
    """Gives up in time: each lookup has a thread of its own, which is left to end by itself."""

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._places = threading.BoundedSemaphore(MOST_LOOKUPS)

    def addresses(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """At least one. Raises Unresolved."""
        if not self._places.acquire(blocking=False):
            raise Unresolved("đang tra quá nhiều tên miền", "too many names are being looked up")
        answer: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()
        threading.Thread(
            target=self._look_up, args=(host, port, answer), name="lookup", daemon=True
        ).start()
        try:
            found = answer.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            raise Unresolved(
                "không tra được tên miền kịp thời", "its name was not resolved in time"
            ) from None
        if not found:
            raise Unresolved("tên miền không có địa chỉ", "its name has no address")
        return found

    def _look_up(self, host: str, port: int, answer: "queue.SimpleQueue[Sequence[str]]") -> None:
        try:
            answer.put(self._lookup(host, port))
        except (OSError, UnicodeError):
            answer.put(())
        finally:
            self._places.release()
