"""Where a callback may go."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.callbacks.urls import (
    Destination,
    check_callback_url,
    is_own_address,
    own_ports,
    parse_allowed,
    parse_callback_url,
)
from edgebox.errors import InvalidFields, UsageError
from edgebox.settings import ApiSettings, Settings

OWN = frozenset({8600, 9100})


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://centerlink.api/webhook/analysis-complete", "centerlink.api"),
        ("https://centerlink.api:443/x", "centerlink.api"),
        ("http://centerlink.api/x", "centerlink.api:80"),
        ("http://CenterLink.API./x", "centerlink.api"),
        ("https://centerlink.api/x", "CENTERLINK.API."),
        ("http://10.0.0.7:9000/x?site=1&n=2", "10.0.0.7:9000"),
        ("http://[fd00::7]:9000/x", "[FD00:0::7]:9000"),
        ("http://[fd00::7]/x", "fd00::7"),
        ("https://상담센터.kr/x", "상담센터.kr"),
        ("http://0x0a000007:9000/x", "10.0.0.7:9000"),
        ("http://127.0.0.1:9000/x", "127.0.0.1:9000"),
    ],
)
def test_a_listed_host_and_port_is_allowed(url, allowed):
    check_callback_url(url, ["other.example", allowed], OWN)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://centerlink.api/x", []),
        ("https://evil.example/x", ["centerlink.api"]),
        ("https://centerlink.api.evil.example/x", ["centerlink.api"]),
        ("https://sub.centerlink.api/x", ["centerlink.api"]),
        ("https://centerlink.api:8443/x", ["centerlink.api"]),
        ("http://centerlink.api/x", ["centerlink.api:443"]),
        ("http://centerlink.api@evil.example/x", ["centerlink.api"]),
        ("http://evil.example#@centerlink.api/x", ["centerlink.api"]),
        ("http://evil.example\\@centerlink.api/x", ["centerlink.api"]),
    ],
)
def test_a_host_or_port_that_is_not_listed_is_refused(url, allowed):
    with pytest.raises(InvalidFields):
        check_callback_url(url, allowed, OWN)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "0xA9FEA9FE",
        "0xa9.0xfe.0xa9.0xfe",
        "169.254.43518",
        "169.16689662",
        "169.254.169.254.",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[::169.254.169.254]",
        "[64:ff9b::169.254.169.254]",
        "[2002:a9fe:a9fe::1]",
        "[fe80::1]",
        "[febf::1]",
        "0.0.0.0",
        "0",
        "0.1.2.3",
        "[::]",
        "224.0.0.1",
        "[ff02::1]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[::ffff:0:a9fe:a9fe]",
        "[2001:0:a9fe:a9fe::f5ff:fffe]",
        "255.255.255.255",
    ],
)
def test_link_local_unspecified_and_multicast_are_refused_even_when_listed(host):
    listed = [host.rstrip("."), "169.254.169.254", f"{host}:80"]
    with pytest.raises(InvalidFields) as refusal:
        check_callback_url(f"http://{host}/latest/meta-data", listed, OWN)
    assert "link-local" in refusal.value.detail


@pytest.mark.parametrize("host", ["xn--1", "xn--", "xn--0.example", "[::1%．]"])
def test_hosts_without_an_encoded_or_a_decoded_form_are_refused(host):
    with pytest.raises(InvalidFields, match="must be an absolute"):
        check_callback_url(f"http://{host}/", ["centerlink.api"], OWN)


@pytest.mark.parametrize("host", ["1.2.3.4.5", "1．2．3．999", "4294967296"])
def test_numbers_that_are_no_address_are_no_name_either(host):
    with pytest.raises(InvalidFields, match="impossible host"):
        parse_callback_url(f"http://{host}/")
    with pytest.raises(UsageError):
        parse_allowed(host)


@pytest.mark.parametrize("host", ["0251.0376.0251.0376", "[fe80::1%25eth0]", "169%2e254.1.1"])
def test_hosts_with_escapes_zones_or_octal_are_refused(host):
    with pytest.raises(InvalidFields):
        check_callback_url(f"http://{host}/", [host, "169.254.169.254"], OWN)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.9.9.9",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[64:ff9b:1:7f00:0:100::]",
        "[::ffff:0:7f00:1]",
        "[2001:0:808:808::80ff:fffe]",
        "localhost",
        "a.localhost",
    ],
)
@pytest.mark.parametrize("port", sorted(OWN))
def test_the_boxs_own_ports_are_refused_even_when_listed(host, port):
    with pytest.raises(InvalidFields) as refusal:
        check_callback_url(f"http://{host}:{port}/", [f"{host}:{port}", f"127.0.0.1:{port}"], OWN)
    assert "own ports" in refusal.value.detail


def test_this_machines_own_name_counts_as_the_box():
    name = socket.gethostname()
    with pytest.raises(InvalidFields, match="own ports"):
        check_callback_url(f"http://{name}:8600/", [f"{name}:8600"], OWN)


def test_only_addresses_of_this_machine_are_its_own():
    assert is_own_address(ipaddress.ip_address("127.0.0.53"))
    assert not is_own_address(ipaddress.ip_address("192.0.2.1"))
    assert not is_own_address(ipaddress.ip_address("2001:db8::1"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "centerlink.api/x",
        "//centerlink.api/x",
        "ftp://centerlink.api/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http:///x",
        "http://:80/x",
        "http://centerlink.api:0/x",
        "http://centerlink.api:70000/x",
        "http://centerlink.api:port/x",
        "http://user:password@centerlink.api/x",
        "http://centerlink.api/x#part",
        "http://centerlink.api/x y",
        "http://centerlink.api\r\nX-Injected: 1/",
        "http://center\tlink.api/",
        "http://centerlink..api/",
        "http://-centerlink.api/",
        "http://[::1/",
        "http://\ud800.api/",
        "http://centerlink.api/" + "x" * 2048,
    ],
)
def test_what_is_not_a_plain_http_url_is_refused_at_its_pointer(url):
    with pytest.raises(InvalidFields) as refusal:
        check_callback_url(url, ["centerlink.api", "-centerlink.api", "[::1]"], OWN)
    assert refusal.value.errors[0][0] == "/callback_url"
    assert "password@" not in refusal.value.detail


@given(st.text(max_size=80) | st.text(max_size=60).map("http://".__add__))
def test_any_text_is_either_read_or_refused(url):
    try:
        target = parse_callback_url(url)
    except InvalidFields:
        return
    assert target.host.isascii()
    assert target.path.startswith("/")


def test_a_url_is_read_into_what_delivery_needs():
    assert parse_callback_url("https://Center.api./웹훅?a=1") == Destination(
        "https", "center.api", 443, "/%EC%9B%B9%ED%9B%85?a=1", None
    )


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://center.api/x", "center.api"),
        ("https://center.api:80/x", "center.api:80"),
        ("http://[fd00::7]:9000/x", "[fd00::7]:9000"),
        ("http://[fd00::7]/x", "[fd00::7]"),
    ],
)
def test_the_host_header_names_the_port_only_where_needed(url, authority):
    assert parse_callback_url(url).authority == authority


@pytest.mark.parametrize(
    "entry", ["", ":80", "host:", "host:http", "host:99999", "http://host", "*.host", "a b", "[::1"]
)
def test_a_list_entry_that_can_match_nothing_is_refused(entry):
    with pytest.raises(UsageError):
        parse_allowed(entry)


def test_own_ports_are_those_of_the_api_and_of_the_metrics():
    settings = Settings(api=ApiSettings(port=8600, metrics_listen="0.0.0.0:9100"))
    assert own_ports(settings) == {8600, 9100}
    assert own_ports(Settings(api=ApiSettings(port=8600))) == {8600}
