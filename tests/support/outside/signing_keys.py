"""Keys for signing releases, made by the ``gpg`` command."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def signing_keys(folder: Path, *names: str) -> Iterator[dict[str, Path]]:
    """Make keys in a keyring that gpg uses within the block; yields the public keys' files by name.

    Args:
        folder: where ``NAME.gpg`` is written.
        names: of the keys.
    """
    before = os.environ.get("GNUPGHOME")
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:  # a socket's path is 107 bytes
        os.environ["GNUPGHOME"] = home
        try:
            public = {}
            for name in names:
                making = ["--batch", "--passphrase", "", "--quick-gen-key", name, "ed25519", "sign"]
                subprocess.run(["gpg", *making], check=True, capture_output=True)
                exported = subprocess.run(
                    ["gpg", "--export", name], check=True, capture_output=True
                )
                public[name] = folder / f"{name}.gpg"
                public[name].write_bytes(exported.stdout)
            yield public
        finally:
            subprocess.run(["gpgconf", "--kill", "all"], check=False)
            del os.environ["GNUPGHOME"]
            if before is not None:
                os.environ["GNUPGHOME"] = before
