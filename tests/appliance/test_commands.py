"""What the guides have an administrator type as root, on an installed box."""

import json

import pytest

USB = "/media/usb"
CLOSED = """
install -m 600 -o root /etc/hostname /root/gpu-key
sed -i 's|^\\[engines.mlm\\]|&\\nurl = "http://127.0.0.1:9/v1"\\nurl_key_file = "/root/gpu-key"|' \
  /etc/edgebox/edgebox.toml
"""


@pytest.fixture(scope="module", autouse=True)
def installed(machine, artifacts):
    ended = machine.run(f"sh {USB}/edgebox.run --callback centre.example:443", timeout=600)
    assert ended.code == 0, ended.said


def test_the_models_are_tried_by_the_services_user(machine):
    """Minutes to its end, which tests/cli/test_tune.py sees with a tiny model."""
    trying = "find /proc -maxdepth 2 -name cmdline -user edgebox -exec grep -qa tune-trial {} ';' "
    trying += "-print 2>/dev/null | grep -q ."
    script = f"""
cd /root
timeout 100 edgebox tune &
for n in $(seq 300); do
  if {trying}; then kill $!; exit 0; fi
  sleep 0.2
done
exit 1
"""
    ended = machine.run(script, timeout=120)
    assert ended.code == 0, ended.said


def test_files_in_roots_home_are_roots_affair(machine):
    assert machine.out("stat -c %a /root") in ("700", "550")
    machine.out("cd /root && echo '{}' > body.json && printf '고객: 안녕하세요\\n' > call.txt")
    for words in (
        "keys sign centerlink --v2 POST /api/v1/batches body.json",
        "reviews export reviews.jsonl",
        "audit export audit.jsonl",
        "backup today.db",
        "support box.tar.gz",
        "transcript call.txt",
        "summarize call.txt",
    ):
        ended = machine.run(f"cd /root && edgebox {words}", timeout=300)
        assert ended.code == 0, (words, ended.said)
    written = "reviews.jsonl audit.jsonl today.db box.tar.gz"
    owners = machine.out(f"cd /root && stat -c '%U %a' {written}")
    assert set(owners.splitlines()) == {"root 600"}


def test_a_key_that_the_services_cannot_read_is_found_before_the_restart(machine):
    before = machine.out("cat /etc/edgebox/edgebox.toml")
    assert machine.run("edgebox config check").code == 0
    machine.out(CLOSED)
    ended = machine.run("edgebox config check --json")
    assert ended.code == 1
    [problem] = json.loads(ended.out)["problems"]
    assert problem["key"] == "engines.mlm.url_key_file"
    machine.out(f"cat > /etc/edgebox/edgebox.toml <<'FILE'\n{before}\nFILE")
    assert machine.run("edgebox config check").code == 0


def test_a_box_that_was_disabled_is_upgraded_and_stays_so(machine, artifacts):
    machine.out("systemctl disable --now edgebox.target")
    artifacts.pack("newer.run", lambda tree: (tree / "VERSION").write_text("9.1.0\n"))
    ended = machine.run(f"sh {USB}/newer.run --upgrade", timeout=600)
    assert ended.code == 0, ended.said
    assert "systemctl enable --now edgebox.target" in ended.out
    assert machine.run("systemctl is-enabled edgebox.target").out.strip() == "disabled"
    assert machine.run("systemctl is-active edgebox-api").out.strip() == "inactive"
