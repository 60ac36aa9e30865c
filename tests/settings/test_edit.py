import contextlib
import fcntl
import os
import stat
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.errors import ConfigError
from edgebox.settings import edit, load_settings
from edgebox.settings.edit import replace_string, set_string
from edgebox.system import folder_lock

KEY = "engines.slm.model"

COMMENTED = """\
# our box
state_dir = "/srv/edgebox"   # on the big disk

[api]
port = 8601 # not 8600

[engines.slm]
# what agents wait for
model = "old"   # since May
context_tokens = 8192

[engines.mlm]
model = "other"
"""


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    monkeypatch.delenv("EDGEBOX_CONFIG", raising=False)


def test_only_the_value_changes(tmp_path):
    file = tmp_path / "edgebox.toml"
    file.write_text(COMMENTED)
    file.chmod(0o640)
    set_string(file, KEY, "new")
    assert file.read_text() == COMMENTED.replace('"old"', '"new"')
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    engines = load_settings(file).engines
    assert (engines.slm.model, engines.mlm.model) == ("new", "other")


def test_a_file_that_is_not_there_is_made_with_its_folder(tmp_path):
    file = tmp_path / "etc" / "edgebox.toml"
    set_string(file, KEY, "new")
    assert file.read_text() == '[engines.slm]\nmodel = "new"\n'
    assert load_settings(file).engines.slm.model == "new"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[engines.slm]\nmodel = "new"\n'),
        ("# only this", '# only this\n\n[engines.slm]\nmodel = "new"\n'),
        (
            "[engines.slm]\nparallel = 2\n[api]\nport = 1\n",
            '[engines.slm]\nmodel = "new"\nparallel = 2\n[api]\nport = 1\n',
        ),
        ("[engines.slm] # here", '[engines.slm] # here\nmodel = "new"\n'),
        ("[engines . slm]\nmodel='old'#x\n", '[engines . slm]\nmodel="new"#x\n'),
        ('[engines]\nslm.model = "old"\n', '[engines]\nslm.model = "new"\n'),
        ('engines.slm.model = "a\\"b"\n', 'engines.slm.model = "new"\n'),
        ('["engines"."slm"]\n"model" = ""\n', '["engines"."slm"]\n"model" = "new"\n'),
        ("[api]\r\nport = 1\r\n", '[api]\r\nport = 1\r\n\r\n[engines.slm]\r\nmodel = "new"\r\n'),
        ('[x]\nmodel = "keep"\n', '[x]\nmodel = "keep"\n\n[engines.slm]\nmodel = "new"\n'),
        ('[engines]\nslm = { model = "old" }\n', '[engines]\nslm = { model = "new" }\n'),
        ('[engines.slm]\nmodel = """\nold"""\n', '[engines.slm]\nmodel = "new"\n'),
        ("[engines.slm]\nmodel = 3\n", '[engines.slm]\nmodel = "new"\n'),
        (
            "[engines]\nslm.parallel = 2\n",
            '[engines]\nslm.model = "new"\nslm.parallel = 2\n',
        ),
        (
            'note = """\n[engines.slm]\nmodel = "old"\n"""\n',
            'note = """\n[engines.slm]\nmodel = "old"\n"""\n\n[engines.slm]\nmodel = "new"\n',
        ),
        (
            "[engines.slm]\r\n# ours\r\nparallel = 2\r\n",
            '[engines.slm]\r\nmodel = "new"\r\n# ours\r\nparallel = 2\r\n',
        ),
        (  # the comment belongs to the next table
            "[engines.slm]\n# parallel = 8\n\n# The larger model.\n[engines.mlm]\n",
            '[engines.slm]\nmodel = "new"\n# parallel = 8\n\n# The larger model.\n[engines.mlm]\n',
        ),
    ],
)
def test_other_ways_of_writing_it(before, after):
    assert replace_string(before, KEY, "new") == after


@pytest.mark.parametrize(
    "text",
    ["engines = 3\n", "engines = {}\n", "[[engines]]\na = 1\n", '[engines]\nslm = "a"\n'],
)
def test_what_cannot_be_edited_is_refused_not_broken(tmp_path, text):
    assert replace_string(text, KEY, "new") is None
    file = tmp_path / "edgebox.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match="by hand"):
        set_string(file, KEY, "new")
    assert file.read_text() == text


def test_a_file_with_another_mistake_is_left_alone_and_named(tmp_path):
    file = tmp_path / "edgebox.toml"
    file.write_text("[api]\nprot = 1\n")
    with pytest.raises(ConfigError, match=r"edgebox\.toml .*api\.prot") as raised:
        set_string(file, KEY, "new")
    assert str(file) in raised.value.detail
    assert file.read_text() == "[api]\nprot = 1\n"
    assert list(tmp_path.iterdir()) == [file]
    file.write_text("[api\n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        set_string(file, KEY, "new")


def test_a_folder_in_the_way_is_told(tmp_path):
    with pytest.raises(ConfigError, match="Cannot read"):
        set_string(tmp_path, KEY, "new")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="Cannot write"):
        set_string(tmp_path / "file" / "edgebox.toml", KEY, "new")


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_value_comes_back_as_it_was_given(value):
    for text in ("", COMMENTED):
        edited = replace_string(text, KEY, value)
        assert edited is not None
        assert tomllib.loads(edited)["engines"]["slm"]["model"] == value


def test_of_two_changes_at_once_none_is_lost(tmp_path, monkeypatch):
    file = tmp_path / "edgebox.toml"
    file.write_text(COMMENTED)
    both = threading.Barrier(2)
    load = edit.load_settings

    def when_both_have_read(fresh):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return load(fresh)

    monkeypatch.setattr(edit, "load_settings", when_both_have_read)
    with ThreadPoolExecutor() as pool:
        for role in ("slm", "mlm"):
            pool.submit(set_string, file, f"engines.{role}.model", f"new-{role}")
    engines = load_settings(file).engines
    assert (engines.slm.model, engines.mlm.model) == ("new-slm", "new-mlm")


def test_whoever_locks_the_folder_is_named(tmp_path, monkeypatch):
    file = tmp_path / "edgebox.toml"
    file.write_text(COMMENTED)
    monkeypatch.setattr(folder_lock, "PATIENCE_SECONDS", 0.01)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match=f"fuser -v {tmp_path}"):
            set_string(file, KEY, "new")
    finally:
        os.close(descriptor)
    assert file.read_text() == COMMENTED
