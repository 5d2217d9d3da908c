"""Addresses that may be connected to: public ones, and those of an allow-list.

A model may write any link: to this machine, its neighbours, or a cloud's metadata service.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

Address = IPv4Address | IPv6Address

PUBLIC_PORTS: Final = frozenset({80, 443, 8080, 8443})
BLOCKED_PORTS: Final = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104),
        *(109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515),
        *(526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049),
        *(3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
"""Ports of other protocols, which no browser connects to (https://fetch.spec.whatwg.org/#bad-port); never opened."""
_REFUSED: Final = tuple(
    ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("168.63.129.16/32",),  # public by its number, but the host of a machine in Azure
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20"),
        *("5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
"""IANA's special-purpose registries and a cloud's additions, so that the version of Python makes no difference."""
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")
_IPV4_INSIDE: Final = (
    # (block, bits to the right of the IPv4 address)
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated
    (IPv6Network("::/96"), 0),  # compatible
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})


def is_public(address: Address) -> bool:
    """Return whether an address is on the public internet. One that embeds an IPv4 address counts as that address."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _REFUSED if block.version == 4)
    if address.scope_id is not None:
        return False
    if address.teredo is not None:
        return False
    for block, right in _IPV4_INSIDE:
        if address in block:
            return is_public(IPv4Address((int(address) >> right) & 0xFFFF_FFFF))
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return False
    return address in _GLOBAL_IPV6 and not any(address in block for block in _REFUSED if block.version == 6)


@dataclass(frozen=True, slots=True)
class AllowList:
    """Hosts and networks that may be connected to without being public, on every port but BLOCKED_PORTS."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def read(cls, entries: Sequence[str]) -> Self:
        """Read an allow-list. Raises ValueError that names the invalid entry."""
        hosts: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for entry in entries:
            if "/" in entry or _literal(entry) is not None:
                try:
                    networks.append(ip_network(entry.strip("[]"), strict=False))
                except ValueError:
                    raise ValueError(f"“{entry}” is neither a host nor a network like 10.0.0.0/8") from None
            elif all(part and part.replace("-", "").replace("_", "").isalnum() for part in entry.split(".")):
                hosts.add(entry.lower())
            else:
                raise ValueError(f"“{entry}” is neither a host nor a network like 10.0.0.0/8")
        return cls(frozenset(hosts), tuple(networks))

    def names(self, host: str, address: Address) -> bool:
        """Return whether a host, or the address that it resolved to, is on the list."""
        return host.lower().rstrip(".") in self.hosts or any(address in network for network in self.networks)


def may_connect(host: str, address: Address, port: int, allowed: AllowList) -> bool:
    if port in BLOCKED_PORTS:
        return False
    return allowed.names(host, address) or (port in PUBLIC_PORTS and is_public(address))


def _literal(text: str) -> Address | None:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None
