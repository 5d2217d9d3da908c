"""A webhook that can never arrive is refused when it is made, with the reason."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.net.addresses import AllowList
from nodes.net.connect import FetchFailed
from nodes.net.destinations import check_destination

REFUSED = [
    ("https://hooks.example:22/", "port 22 is not allowed"),
    ("https://hooks.example:6379/", "port 6379 is not allowed"),
    ("http://93.184.216.34:25/", "port 25 is not allowed"),
    ("https://hooks.example:0/", "its port is not a number"),
    ("https://hooks.example:99999/", "its port is not a number"),
    ("http://localhost/", "“localhost” is not a public host name"),
    ("http://LOCALHOST:8080/", "“localhost” is not a public host name"),
    ("http://hooks.localhost/", "not a public host name"),
    ("http://intranet/", "“intranet” is not a public host name"),
    ("http://printer.local/", "not a public host name"),
    ("http://metadata.google.internal/", "not a public host name"),
    ("http://nas.home.arpa/", "not a public host name"),
    ("http://hooks.invalid/", "not a public host name"),
    ("https://a..b/", "“a..b” is not a valid host name"),
    ("https://.hooks.example/", "not a valid host name"),
    ("https://hooks .example/", "not a valid host name"),
    ("https://hooks%2eexample/", "not a valid host name"),
    ("https://-hooks.example/", "not a valid host name"),
    ("https://hooks-.example/", "not a valid host name"),
    ("https://ho*ks.example/", "not a valid host name"),
    ("https://hooks.example./", "ends with a dot"),
    ("https://localhost./", "ends with a dot"),
    ("https://127.0.0.1./", "ends with a dot"),
    (f"https://{'a' * 64}.example/", "too long"),
    (f"https://{'.'.join(['a' * 60] * 5)}/", "too long"),
    ("https://☃.example/", "not a valid name or address"),
    (f"https://{'é' * 70}.example/", "not a valid name or address"),
    ("https://xn--a.example/", "not a valid internationalized host name"),
    ("https://\ud800.example/", "not a valid name or address"),
    ("http://2130706433/", "four decimal numbers"),
    ("http://127.1/", "four decimal numbers"),
    ("http://0x7f.0.0.1/", "four decimal numbers"),
    ("http://0x7f000001/", "four decimal numbers"),
    ("http://017700000001/", "four decimal numbers"),
    ("http://0177.0.0.1/", "not a valid name or address"),
    ("http://１２７.0.0.1/", "not a valid name or address"),
    ("http://127.0.0.1/", "“127.0.0.1” is not a public address"),
    ("http://10.1.2.3/", "not a public address"),
    ("http://169.254.169.254/latest/meta-data", "not a public address"),
    ("http://[::1]/", "not a public address"),
    ("http://[::ffff:10.0.0.1]/", "not a public address"),
    ("http://[fe80::1%25eth0]/", "not a public address"),
    ("http://[::1/", "cannot be read as a URL"),
    ("https://hooks.example\t/", "cannot be read as a URL"),
    ("https://hooks.example/\x00", "cannot be read as a URL"),
    ("https://ann:secret@hooks.example/", "user name or a password"),
    ("https://hooks.example\\@10.0.0.1/", "user name or a password"),
    ("ftp://hooks.example/", "http:// or https://"),
    ("javascript:alert(1)", "http:// or https://"),
    ("hooks.example", "http:// or https://"),
    (" https://hooks.example/", "http:// or https://"),
    ("https:///x", "http:// or https://"),
    ("", "http:// or https://"),
]


def test_a_place_where_nothing_can_arrive_is_refused_with_the_reason(subtests: pytest.Subtests) -> None:
    for url, reason in REFUSED:
        with subtests.test(url=url, reason=reason), pytest.raises(FetchFailed, match=reason):
            check_destination(url, AllowList())


@given(
    st.one_of(
        st.text(),
        st.builds("https://{}/".format, st.text(max_size=80)),
        st.builds("https://xn--{}.example/".format, st.text("abcdefghijklmnopqrstuvwxyz0123456789-", max_size=40)),
        st.builds("http://[{}]:{}/".format, st.text("0123456789abcdef:.%", max_size=40), st.integers()),
    )
)
def test_no_text_is_an_error_other_than_a_reason(url: str) -> None:
    with contextlib.suppress(FetchFailed):
        check_destination(url, AllowList())


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/roadmaps?key=a b",
        "http://HOOKS.example:8080",
        "https://hooks.example:8443/",
        "https://日本.example/フック",
        "https://xn--wgv71a.example/",
        "https://my_hooks.example/",
        "https://93.184.216.34/",
        "https://[2606:4700:4700::1111]/",
    ],
)
def test_a_public_place_is_not_refused(url: str) -> None:
    check_destination(url, AllowList())


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("localhost", "http://localhost:3000/"),
        ("127.0.0.1", "http://localhost:3000/"),
        ("::1", "http://hooks.localhost:3000/"),
        ("hooks.intranet", "http://hooks.intranet:9000/"),
        ("intranet", "http://intranet:9000/"),
        ("10.1.0.0/16", "http://10.1.2.3:9000/"),
        ("10.1.0.0/16", "http://intranet:9000/"),
        ("10.1.0.0/16", "http://hooks.corp.example:9000/"),
    ],
)
def test_what_the_operator_allows_is_not_refused(allowed: str, url: str) -> None:
    check_destination(url, AllowList.read([allowed]))


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("10.1.0.0/16", "http://localhost/"),
        ("10.1.0.0/16", "http://10.2.0.1/"),
        ("10.1.0.0/16", "http://10.1.2.3:22/"),
        ("hooks.intranet", "http://intranet/"),
        ("hooks.intranet", "http://hooks.intranet:25/"),
        ("hooks.intranet", "https://hooks.example:9000/"),
    ],
)
def test_an_allow_list_opens_nothing_beside_what_it_names(allowed: str, url: str) -> None:
    with pytest.raises(FetchFailed):
        check_destination(url, AllowList.read([allowed]))
