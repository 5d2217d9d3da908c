from ipaddress import ip_address

import pytest

from nodes.net.addresses import AllowList, is_public, may_connect


def test_no_spelling_of_an_inner_address_is_public(subtests: pytest.Subtests) -> None:
    for address in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.170",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:7f00:1::1",
        "2001:db8::1",
        "2606:4700::5efe:127.0.0.1",
        "2606:4700::200:5efe:10.0.0.1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "ff02::1",
        "4000::1",
    ]:
        with subtests.test(address=address):
            assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "140.82.112.3", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1", "2002:101:101::1"],
)
def test_the_web_stays_reachable(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(("port", "may"), [(443, True), (8080, True), (22, False), (6379, False)])
def test_a_link_cannot_knock_at_other_services(port: int, may: bool) -> None:
    assert may_connect("e.org", ip_address("1.1.1.1"), port, AllowList()) is may


def test_an_allow_list_opens_what_it_names_and_nothing_else() -> None:
    allowed = AllowList.read(["Docs.Intranet", "10.1.0.0/16", "::1"])
    assert may_connect("docs.intranet", ip_address("192.168.0.1"), 9000, allowed)
    assert may_connect("any.name", ip_address("10.1.2.3"), 9000, allowed)
    assert may_connect("::1", ip_address("::1"), 9000, allowed)
    assert not may_connect("any.name", ip_address("10.2.2.3"), 80, allowed)
    assert not may_connect("evil.docs.intranet.example", ip_address("192.168.0.1"), 80, allowed)


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "http://x", "a b", "", "*"])
def test_an_entry_that_means_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host nor a network"):
        AllowList.read([entry])
