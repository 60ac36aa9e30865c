"""A secret in a file of its own."""

import os

import pytest

from edgebox.errors import ConfigError
from edgebox.system.secret_file import read_secret


def test_it_is_read_without_the_space_around_it(tmp_path):
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_text(" sk-1234 \n")
    assert read_secret(str(file)) == "sk-1234"


def test_a_pipe_in_its_place_holds_nobody(tmp_path):
    pipe = tmp_path / "key"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_secret(str(pipe))


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601])
def test_what_every_user_may_use_is_no_secret(tmp_path, mode):
    file = tmp_path / "key"
    file.write_text("sk-1234")
    file.chmod(mode)
    with pytest.raises(ConfigError, match="chmod o="):
        read_secret(str(file))
