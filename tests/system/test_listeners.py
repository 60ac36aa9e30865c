import os
import socket

import pytest

from edgebox.system.listeners import foreign_listener

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"


def line(address, port, uid, state="0A"):
    return f"   0: {address}:{port:04X} 00000000:0000 {state} 0:0 00:0 0 {uid} 0 1 1 0\n"


@pytest.fixture
def proc(tmp_path):
    (tmp_path / "net").mkdir()

    def listening(tcp="", tcp6=""):
        (tmp_path / "net" / "tcp").write_text(HEAD + tcp)
        (tmp_path / "net" / "tcp6").write_text(HEAD + tcp6)
        return tmp_path

    return listening


@pytest.mark.parametrize("url", ["http://127.0.0.1:8600", "https://localhost:8600"])
@pytest.mark.parametrize("address", ["0100007F", "00000000"])
def test_another_users_listener_is_named(proc, tmp_path, url, address):
    assert foreign_listener(url, tmp_path, proc(line(address, 8600, 4242))) == 4242


def test_an_ipv6_listener_of_another_users_takes_ipv4_too(proc, tmp_path):
    everywhere = line("0" * 32, 8600, 4242)
    mapped = line("0" * 16 + "FFFF0000" + "0100007F", 8600, 4242)
    loopback = line("0" * 24 + "01000000", 8600, 4242)
    for tcp6 in (everywhere, mapped):
        assert foreign_listener("http://127.0.0.1:8600", tmp_path, proc(tcp6=tcp6)) == 4242
    assert foreign_listener("http://127.0.0.1:8600", tmp_path, proc(tcp6=loopback)) is None
    assert foreign_listener("http://[::1]:8600", tmp_path, proc(tcp6=loopback)) == 4242


def test_the_boxs_user_root_and_this_one_are_no_strangers(proc, tmp_path):
    for uid in (0, os.geteuid(), tmp_path.stat().st_uid):
        listening = proc(line("0100007F", 8600, uid))
        assert foreign_listener("http://127.0.0.1:8600", tmp_path, listening) is None
    elsewhere = line("0100007F", 8601, 4242) + line("0200A8C0", 8600, 4242)
    connected = line("0100007F", 8600, 4242, state="01")
    listening = proc(elsewhere + connected)
    assert foreign_listener("http://127.0.0.1:8600", tmp_path, listening) is None
    assert foreign_listener("http://127.0.0.1:8600", tmp_path, tmp_path / "none") is None


def test_this_machines_own_tables_are_read(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert foreign_listener(url, tmp_path) is None
