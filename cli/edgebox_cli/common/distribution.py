"""What an administrator types where distributions differ: Debian and Ubuntu, RHEL and its kin."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path("/")


def trust(root: Path = _ROOT) -> str:
    """Return the commands with which the system trusts the authority in ``CA.crt``.

    Args:
        root: of the file system.
    """
    if (root / "etc/pki/ca-trust/source/anchors").is_dir():
        return "cp CA.crt /etc/pki/ca-trust/source/anchors/ && update-ca-trust"
    return "cp CA.crt /usr/local/share/ca-certificates/ && update-ca-certificates"


def time_server(root: Path = _ROOT) -> tuple[str, str, str]:
    """Return the line that names a time server, its file, and the service that reads it.

    Args:
        root: of the file system.
    """
    for file, service in (("/etc/chrony.conf", "chronyd"), ("/etc/chrony/chrony.conf", "chrony")):
        if (root / file.removeprefix("/")).exists():
            return "server ADDRESS iburst", file, service
    return "NTP=ADDRESS", "/etc/systemd/timesyncd.conf", "systemd-timesyncd"
