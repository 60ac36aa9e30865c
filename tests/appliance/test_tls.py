"""HTTPS from the first start, and a renewed certificate without a restart."""

import ssl
import time

import httpx
import pytest

from support.outside.certificates import make_pair

USB = "/media/usb"
WITH = f"--tls-cert {USB}/tls/box.crt --tls-key {USB}/tls/box.key"
NAMES = "DNS:edgebox.centre.example,IP:127.0.0.1"


def healthy(machine, cert):
    """The status of /healthz for a client that trusts this certificate alone; None: no trust."""
    context = ssl.create_default_context(cafile=cert)
    try:
        with machine.network():
            return httpx.get("https://127.0.0.1:8600/healthz", verify=context).status_code
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" not in str(error):
            raise
        return None


@pytest.fixture(scope="module")
def first(machine, artifacts):
    """The certificate it was installed with; there are no models, so only the API is started."""
    pair = make_pair(artifacts.folder / "tls", "box", names=NAMES)
    pair.key.chmod(0o755)  # as on a stick with exFAT
    ended = machine.run(f"sh {USB}/plain.run {WITH}", timeout=300)
    assert ended.code == 0, ended.said
    machine.out("systemctl start edgebox-api")
    return pair.cert.read_bytes()


def test_the_api_speaks_https_with_the_certificate_of_the_installation(machine, artifacts, first):
    assert healthy(machine, artifacts.folder / "tls" / "box.crt") == 200
    modes = machine.out("stat -c '%a %U %G %n' /etc/edgebox/tls /etc/edgebox/tls/*")
    assert modes.splitlines() == [
        "750 root edgebox /etc/edgebox/tls",
        "644 root root /etc/edgebox/tls/cert",
        "640 root edgebox /etc/edgebox/tls/key",
    ]
    with machine.network(), pytest.raises(httpx.HTTPError):
        httpx.get("http://127.0.0.1:8600/healthz")


def test_a_person_logs_in_with_the_password_that_the_command_printed(machine, artifacts, first):
    """An installation with a certificate has its pages on; nothing was set for them."""
    password = machine.out("edgebox operators add hong --role admin 2>/dev/null").strip()
    context = ssl.create_default_context(cafile=artifacts.folder / "tls" / "box.crt")
    page = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    box = {"base_url": "https://127.0.0.1:8600", "verify": context, "headers": page}
    with machine.network(), httpx.Client(**box) as http:
        assert http.get("/").headers["location"] == "/login"
        login = http.get("/login")
        style = login.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert http.get(style).headers["content-type"].startswith("text/css")
        wrong = http.post("/login", data={"name": "hong", "password": "not this one"})
        assert wrong.status_code == 403
        right = http.post("/login", data={"name": "hong", "password": password})
        assert (right.status_code, right.headers["location"]) == (303, "/password")
        assert right.headers["set-cookie"].startswith("__Host-edgebox=")
        assert http.get("/password").status_code == 200
        new = "남산의 소나무 여섯 그루"
        changed = http.post("/password", data={"old": password, "new": new, "again": new})
        assert (changed.status_code, changed.headers["location"]) == (303, "/")
        for page in ("", "/state", "/batches", "/operators", "/clients", "/models", "/settings"):
            assert http.get(f"/admin{page}").status_code == 200, page
        assert http.get("/admin/audit").status_code == 200
    assert "session.login" in machine.out("edgebox audit list --action session")
    assert password not in machine.out("journalctl -u edgebox-api --no-pager")


def test_a_renewed_certificate_is_served_without_a_restart(machine, artifacts, first):
    pid = machine.out("systemctl show -P MainPID edgebox-api")
    pair = make_pair(artifacts.folder / "tls", "box", names=NAMES)
    assert healthy(machine, pair.cert) is None  # the old one is served
    machine.out(f"install -m 644 {USB}/tls/box.crt /etc/edgebox/tls/cert")
    machine.out(f"install -m 640 -g edgebox {USB}/tls/box.key /etc/edgebox/tls/key")
    machine.out("systemctl reload edgebox-api")
    deadline = time.monotonic() + 10
    while healthy(machine, pair.cert) is None:
        assert time.monotonic() < deadline, machine.run("journalctl -u edgebox-api -n 20").out
        time.sleep(0.2)
    assert machine.out("systemctl show -P MainPID edgebox-api") == pid
    assert machine.run("edgebox status").out.count("https://") == 1


def test_the_key_never_leaves_its_file(machine, first):
    key = machine.out("sed -n 2p /etc/edgebox/tls/key")
    (machine.folder / "root" / "word").write_text(f"{key}\n")
    found = machine.out("grep -raFl -f /root/word /opt /etc /var /run /tmp 2>/dev/null; true")
    assert found.splitlines() == ["/etc/edgebox/tls/key"]
    assert machine.out("journalctl --no-pager -o verbose | grep -aFc -f /root/word; true") == "0"


def test_a_certificate_that_does_not_fit_its_key_is_not_taken(machine, artifacts, first):
    serving = machine.out("cat /etc/edgebox/tls/cert")
    other = make_pair(artifacts.folder / "tls", "other", names=NAMES)
    machine.out(f"install -m 644 {USB}/tls/other.crt /etc/edgebox/tls/cert")
    machine.out("systemctl reload edgebox-api")
    time.sleep(1)
    assert healthy(machine, artifacts.folder / "tls" / "box.crt") == 200
    assert healthy(machine, other.cert) is None
    assert machine.run("edgebox doctor").code == 1
    (machine.folder / "etc/edgebox/tls/cert").write_text(serving + "\n")
