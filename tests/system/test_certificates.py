import time

import pytest

from edgebox.errors import ConfigError
from edgebox.system.certificates import read_certificate
from support.outside.certificates import make_pair, make_signed_pair


def test_names_addresses_and_dates_are_read(tmp_path):
    found = read_certificate(make_pair(tmp_path).cert)
    assert found.names == ("edgebox.centre.example", "10.20.30.40")
    assert found.host == "edgebox.centre.example"
    now = time.time()
    assert found.not_before <= now
    assert abs(found.not_after - now - 90 * 86_400) < 600


@pytest.mark.parametrize(
    ("names", "host"),
    [
        ("", "edgebox"),
        ("DNS:*.centre.example", "edgebox.centre.example"),
        ("IP:::1", "0:0:0:0:0:0:0:1"),
    ],
)
def test_a_host_that_it_is_good_for(tmp_path, names, host):
    assert read_certificate(make_pair(tmp_path, names=names).cert).host == host


def test_an_expired_one_can_be_read(tmp_path):
    assert read_certificate(make_pair(tmp_path, days=-1).cert).not_after < time.time()


def test_the_first_of_a_chain_is_the_boxs_own(tmp_path):
    pair, authority = make_signed_pair(tmp_path)
    found = read_certificate(pair.cert)
    assert found.names[0] == "edgebox.centre.example"
    assert found.pem in pair.cert.read_text()
    assert authority.read_text() not in found.pem


@pytest.mark.parametrize(
    "text", ["", "not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_named(tmp_path, text):
    file = tmp_path / "own.crt"
    file.write_text(text)
    with pytest.raises(ConfigError, match="PEM form"):
        read_certificate(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=f"There is no {tmp_path}/own.crt"):
        read_certificate(tmp_path / "own.crt")
