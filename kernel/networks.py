"""Addresses and networks, of either version of the protocol."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Annotated

from pydantic import BeforeValidator

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NetworkSetting = Annotated[Network, BeforeValidator(ip_network)]
"""One reason why it is none, such as host bits, where pydantic would give one for each version."""
