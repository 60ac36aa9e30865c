"""Real certificates, real handshakes on 127.0.0.1."""

import asyncio
import logging
import os
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from edgebox.errors import ConfigError
from edgebox.system.tls import (
    ABSENT,
    Pair,
    ServedPair,
    authorities_context,
    client_context,
    pair_of,
    refusal,
    reload,
    server_context,
)
from support.outside.certificates import make_pair, make_signed_pair, openssl
from support.polling import PATIENCE


@contextmanager
def serving(context):
    """A server that shakes hands and says "hello"; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    with context.wrap_socket(connection, server_side=True) as secure:
                        secure.sendall(b"hello")

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def shake(address, context, name=None):
    """One connection; returns (what was said, TLS version, certificate)."""
    with (
        socket.create_connection(address, 5) as raw,
        context.wrap_socket(raw, server_hostname=name or "127.0.0.1") as secure,
    ):
        return secure.recv(5), secure.version(), secure.getpeercert(binary_form=True)


def of(pair):
    return ssl.PEM_cert_to_DER_cert(pair.cert.read_text().partition("-----END")[0] + END)


END = "-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("names", ["DNS:edgebox.example", "IP:10.0.0.9", "DNS:*.example.kr", ""])
def test_the_boxs_own_clients_know_it_by_its_certificate(tmp_path, names):
    pair = make_pair(tmp_path, names=names)
    with serving(server_context(pair)) as address:
        assert shake(address, client_context(str(pair.cert))) == (b"hello", "TLSv1.3", of(pair))


def test_a_certificate_of_an_authority_is_known_without_the_authority(tmp_path):
    pair, authority = make_signed_pair(tmp_path)
    with serving(server_context(pair)) as address:
        assert shake(address, client_context(str(pair.cert)))[0] == b"hello"
        # A client of the centre, which trusts the authority and asks for the name, gets a chain.
        lan = ssl.create_default_context(cafile=str(authority))
        lan.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Python 3.13 wants more of the authority
        assert shake(address, lan, "edgebox.centre.example")[0] == b"hello"


def test_another_certificate_of_the_same_name_is_refused(tmp_path):
    pair, other = make_pair(tmp_path), make_pair(tmp_path, "other")
    with serving(server_context(other)) as address, pytest.raises(ssl.SSLError) as refused:
        shake(address, client_context(str(pair.cert)))
    assert "self-signed certificate" in (refusal(refused.value) or "")


def test_without_tls_the_context_trusts_nobody(tmp_path):
    with serving(server_context(make_pair(tmp_path))) as address, pytest.raises(ssl.SSLError):
        shake(address, client_context(""))


def test_a_certificate_by_hand_of_an_authority_of_the_system_is_taken(lan_receiver):
    with serving(lan_receiver) as address:
        assert shake(address, authorities_context(), "receiver.lan")[0] == b"hello"
        with pytest.raises(ssl.SSLError) as refused:  # what Python 3.13 does by itself
            shake(address, ssl.create_default_context(), "receiver.lan")
    assert refusal(refused.value)


def test_the_name_and_the_authority_are_checked_all_the_same(lan_receiver, monkeypatch):
    with serving(lan_receiver) as address:
        with pytest.raises(ssl.SSLError) as refused:
            shake(address, authorities_context(), "other.lan")
        assert "other.lan" in (refusal(refused.value) or "")
        monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
        monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")
        with pytest.raises(ssl.SSLError) as refused:
            shake(address, authorities_context(), "receiver.lan")
    assert "issuer certificate" in (refusal(refused.value) or "")


def test_the_authorities_are_found_where_another_distribution_has_them(lan_receiver, monkeypatch):
    elsewhere = Path(os.environ["SSL_CERT_FILE"])
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/file")
    monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")
    stores = [Path("/nonexistent/ca-bundle.crt"), elsewhere]
    with serving(lan_receiver) as address:
        assert shake(address, authorities_context(stores), "receiver.lan")[0] == b"hello"
        with pytest.raises(ssl.SSLError):
            shake(address, authorities_context(stores[:1]), "receiver.lan")


def test_no_context_is_stricter_than_python_3_12s(strict_tls, tmp_path):
    own = client_context(str(make_pair(tmp_path).cert))
    for context in (authorities_context(), own):
        assert not context.verify_flags & ssl.VERIFY_X509_STRICT
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname


def test_what_is_older_than_tls_1_2_is_refused(tmp_path):
    pair = make_pair(tmp_path)
    old = client_context(str(pair.cert))
    with serving(server_context(pair)) as address:
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        assert shake(address, old)[1] == "TLSv1.2"
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):  # noqa: PT011 - an alert or a closed connection
            shake(address, old)


def test_new_connections_get_the_new_certificate_and_old_ones_go_on(tmp_path):
    pair, other = make_pair(tmp_path), make_pair(tmp_path, "other")
    context = server_context(pair)
    ours, theirs = socket.socketpair()
    before = client_context(str(pair.cert))
    with ours, theirs:
        server = threading.Thread(target=lambda: held.append(context.wrap_socket(ours, True)))
        held = []
        server.start()
        client = before.wrap_socket(theirs)
        server.join(PATIENCE)
        reload(context, other)
        client.sendall(b"still")
        assert held[0].recv(5) == b"still"
        held[0].close()
        client.close()
    with serving(context) as address:
        assert shake(address, client_context(str(other.cert)))[2] == of(other)


def test_a_bad_pair_leaves_the_context_as_it_was(tmp_path):
    pair, other = make_pair(tmp_path), make_pair(tmp_path, "other")
    context = server_context(pair)
    with pytest.raises(ConfigError, match="does not belong"):
        reload(context, Pair(other.cert, pair.key))
    with serving(context) as address:
        assert shake(address, client_context(str(pair.cert)))[2] == of(pair)


def test_every_bad_pair_is_refused_in_words(tmp_path):
    pair, other = make_pair(tmp_path), make_pair(tmp_path, "other")
    locked, junk = tmp_path / "locked.key", tmp_path / "junk.key"
    openssl("pkey", "-in", str(pair.key), "-aes256", "-passout", "pass:x", "-out", str(locked))
    junk.write_text("x")
    for file in (locked, junk):
        file.chmod(0o600)
    expired = make_pair(tmp_path, "expired", days=-1)
    weak = Pair(tmp_path / "weak.crt", tmp_path / "weak.key")
    openssl(
        *("req", "-x509", "-newkey", "rsa:1024", "-noenc", "-subj", "/CN=weak"),
        *("-keyout", str(weak.key), "-out", str(weak.cert)),
    )
    weak.key.chmod(0o600)
    for bad, words in [
        (Pair(tmp_path / "no.crt", pair.key), "There is no .*no.crt"),
        (Pair(pair.cert, tmp_path / "no.key"), "There is no .*no.key"),
        (Pair(tmp_path, pair.key), "Cannot read"),
        (Pair(pair.cert, other.key), "does not belong to the certificate"),
        (Pair(pair.cert, junk), "not a key in PEM form"),
        (Pair(junk, pair.key), "not a certificate in PEM form"),
        (Pair(pair.cert, locked), "protected by a password"),
        (expired, r"has expired \(20\d\d-"),
        (weak, "key too small"),
    ]:
        with pytest.raises(ConfigError, match=words):
            server_context(bad)


def test_a_key_that_everybody_may_read_is_refused_with_what_to_type(tmp_path):
    pair = make_pair(tmp_path)
    pair.key.chmod(0o644)
    with pytest.raises(ConfigError, match=f"chmod o= {pair.key}"):
        server_context(pair)
    pair.key.chmod(0o640)
    server_context(pair)


def test_a_key_that_goes_while_it_is_read_is_told_in_words(tmp_path):
    pair = make_pair(tmp_path)
    named = tmp_path / "named.key"
    os.mkfifo(named, 0o600)

    def renew():
        with named.open("wb") as writer:
            named.unlink()
            writer.write(pair.key.read_bytes())

    thread = threading.Thread(target=renew)
    thread.start()
    with pytest.raises(ConfigError, match=r"Cannot read .*named\.key"):
        server_context(Pair(pair.cert, named))
    thread.join(PATIENCE)


def test_a_certificate_of_tomorrow_is_refused(tmp_path):
    pair = make_pair(tmp_path)
    context = server_context(pair)
    with pytest.raises(ConfigError, match="not valid before"):
        reload(context, pair, now=time.time() - 86_400)


def test_credentials_of_systemd_stand_in_for_files_that_only_root_reads(tmp_path):
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert pair_of("", "", {}) is None
    assert pair_of("/etc/c", "/etc/k", environ) == pair_of("/etc/c", "/etc/k", {})
    (tmp_path / "tls_cert").touch()
    (tmp_path / "tls_key").touch()
    assert pair_of("/etc/c", "/etc/k", environ) == Pair(tmp_path / "tls_cert", tmp_path / "tls_key")
    with pytest.raises(ConfigError, match="are not set"):
        pair_of("", "", environ)
    (tmp_path / "tls_key").write_bytes(ABSENT)  # the unit's word for a file that is not there
    assert pair_of("", "", environ) is None
    assert pair_of("/etc/c", "/etc/k", environ) == pair_of("/etc/c", "/etc/k", {})
    (tmp_path / "tls_key").write_bytes(b"")
    named = make_pair(tmp_path, "named")  # readable: taken, for a copy would not be renewed
    assert pair_of(str(named.cert), str(named.key), environ) == named


@pytest.mark.anyio
async def test_files_that_change_are_taken_and_bad_ones_are_said_once(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    pair, other = make_pair(tmp_path), make_pair(tmp_path, "other")
    served, asked = ServedPair(pair), asyncio.Event()
    context, first = served.context, of(pair)
    task = asyncio.create_task(served.keep_current(asked, poll=0.05))
    try:
        other.cert.replace(pair.cert)  # the key is another one's from here on
        await said(caplog, "does not belong", 1)
        await asyncio.sleep(0.3)
        assert caplog.text.count("not reloaded") == 1
        with serving(context) as address:
            assert (await asyncio.to_thread(shake, address, trusting(first)))[2] == first
        other.key.replace(pair.key)
        await said(caplog, "certificate reloaded, good until 20", 1)
        with serving(context) as address:
            shown = await asyncio.to_thread(shake, address, client_context(str(pair.cert)))
        assert shown[2] == of(pair) != first
        asked.set()
        await said(caplog, "certificate reloaded", 2)
        os.utime(pair.cert)
        await said(caplog, "certificate reloaded", 3)
        pair.key.unlink()
        await said(caplog, "There is no", 1)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.anyio
async def test_half_of_a_new_pair_is_waited_for(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    other = make_pair(tmp_path, "other")
    arriving = [
        lambda: None,
        lambda: other.cert.replace(own.cert),
        lambda: other.key.replace(own.key),
    ]

    class Arriving(Pair):
        """Its files are exchanged one after the other, a look apart."""

        def fingerprint(self):
            if arriving:
                arriving.pop(0)()
            return super().fingerprint()

    made = make_pair(tmp_path)
    own = Arriving(made.cert, made.key)
    task = asyncio.create_task(ServedPair(own).keep_current(asyncio.Event(), poll=0.02))
    await said(caplog, "certificate reloaded", 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "not reloaded" not in caplog.text


def trusting(der):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=der)
    context.check_hostname = False
    return context


async def said(caplog, words, times):
    for _ in range(250):
        if caplog.text.count(words) >= times:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"{words!r} was not said {times} times: {caplog.text}")
