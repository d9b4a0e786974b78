"""From which addresses attempts are counted together."""

from ipaddress import IPv6Address, ip_address

NETWORK_BITS = 64
"""Of IPv6 everybody has as many addresses as they like, all of one network."""


def network_of(address: str) -> str:
    """An IPv4 address itself, the network of one of IPv6; empty for what is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return f"{int(parsed) >> (parsed.max_prefixlen - NETWORK_BITS):x}::/{NETWORK_BITS}"
    return address
