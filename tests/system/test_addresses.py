import pytest

from edgebox.errors import UsageError
from edgebox.system.addresses import is_in, network_of


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("10.0.0.5/32", "10.0.0.5"),
        (" 10.0.0.0/8 ", "10.0.0.0/8"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("::1", "::1"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::/0", "::/0"),
    ],
)
def test_a_network_has_one_form(text, stored):
    assert network_of(text) == stored
    assert network_of(stored) == stored


@pytest.mark.parametrize("text", ["", "x", "10.0.0.0/33", "10.0.0", "10.0.0.1/8", "[::1]", "::1/0"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(UsageError):
        network_of(text)


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.1.2.3", False),
        ("2001:db8::1", True),
        ("fe80::1%eth0", True),
        ("2001:db9::1", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_an_address_is_in_a_network_or_not(host, inside):
    assert is_in(host, ["10.0.0.0/8", "2001:db8::/32", "fe80::/10"]) is inside
    assert not is_in(host, [])
