"""What is chosen from measured seconds, and what a record counts for."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from edgebox.models import tuned as tuned_module
from edgebox.models.installed import Installed
from edgebox.models.tuned import Timings, Tuned, TunedRole, keep_tuned, read_tuned, tuned_here
from edgebox.processes.tuning import SPINS, Served, Tuning, candidates
from edgebox.settings import Settings

MODELS = {
    "slm": Served(Path("small.gguf"), "a" * 64, repack=True),
    "mlm": Served(Path("mid.gguf"), "b" * 64, repack=False),
}


def tune(seconds, *, threads=(2,), models=MODELS):
    """Tune a machine on which a way takes ``seconds(way)`` times one second for a thing."""
    made = []

    def trial(path, way):
        made.append((path.name, way))
        factor = seconds(way)
        return Timings(read=0.01 * factor, write=0.03 * factor, together=0.02 * factor)

    told = []
    tuning = Tuning(
        models,
        build="1",
        threads=threads,
        trial=trial,
        told=lambda done, total: told.append((done, total)),
    )
    found = tuning.run(at=7.0)
    assert len(made) == tuning.total
    assert told[-1] == (tuning.total, tuning.total)
    return found, made


def chosen(tuned):
    return {role: found.repack for role, found in tuned.roles.items()}


def test_each_model_is_run_as_it_is_faster_here():
    found, made = tune(lambda way: 0.8 if way.repack == (way.role == "mlm") else 1.0)
    assert chosen(found) == {"slm": False, "mlm": True}
    assert {name for name, way in made if way.role == "slm"} == {"small.gguf"}
    assert found.roles["mlm"].sha256 == "b" * 64


def test_what_is_hardly_faster_changes_nothing():
    found, _ = tune(lambda way: 0.98 if way.repack == (way.role == "mlm") else 1.0)
    assert chosen(found) == {"slm": True, "mlm": False}


def test_a_machine_that_becomes_slower_meanwhile_favours_none():
    number = iter(range(1, 1000))
    found, _ = tune(lambda way: (0.9 if way.repack else 1.0) * (1 + next(number) / 10))
    assert chosen(found) == {"slm": True, "mlm": True}


def test_the_spin_count_is_the_one_whose_worse_case_is_best():
    quiet = dict(zip(SPINS, (1.10, 1.02, 1.0), strict=True))
    busy = dict(zip(SPINS, (1.0, 1.05, 9.0), strict=True))
    found, _ = tune(lambda way: (busy if way.busy else quiet)[way.spin])
    assert found.spin == SPINS[1]
    found, _ = tune(lambda way: quiet[way.spin])
    assert found.spin == SPINS[2], "where spinning harms nothing it may spin"


def test_hardware_threads_are_tried_where_there_are_more_than_cores():
    found, made = tune(lambda way: 0.7 if way.threads == 4 else 1.0, threads=(2, 4))
    assert found.threads == 4
    assert {way.threads for _, way in made if way.busy} == {4}, "the spin count of what is chosen"
    found, _ = tune(lambda way: 0.7 if way.threads == 2 else 1.0, threads=(2, 4))
    assert found.threads == 2


def test_a_box_with_one_model_of_its_own_tries_that_one():
    found, made = tune(lambda _: 1.0, models={"mlm": MODELS["mlm"]})
    assert {way.role for _, way in made} == {"mlm"}
    assert list(found.roles) == ["mlm"]


def test_the_number_of_threads_of_the_settings_is_not_tried_against():
    assert candidates(Settings.model_validate({"engines": {"threads": 3}})) == [3]


@pytest.fixture
def box(tmp_path):
    """Settings, and a models folder in which both files were checked."""
    records = [
        {
            "name": name,
            "size": 1,
            "mtime_ns": 1,
            "sha256": letter * 64,
            "trust": "catalogue",
            "checked_at": "2026-01-01T00:00:00+00:00",
        }
        for name, letter in (("small", "a"), ("mid", "b"))
    ]
    (tmp_path / "installed.json").write_text(json.dumps({"models": records}), encoding="utf-8")
    engines = {"slm": {"model": "small"}, "mlm": {"model": "mid"}}
    return Settings.model_validate({"models_dir": tmp_path, "engines": engines})


def record(**changes):
    roles = {role: TunedRole(sha256=served.sha256, repack=True) for role, served in MODELS.items()}
    made = Tuned(
        at=1.0,
        processor=tuned_module.processor(),
        build="1",
        threads=2,
        spin=2500,
        roles=roles,
    )
    return made.model_copy(update=changes)


def test_a_record_counts_for_its_processor_its_build_and_its_files(box):
    def here(settings=box, build="1"):
        return tuned_here(settings, Installed(settings.models_dir), build)

    assert here() is None
    keep_tuned(box.models_dir, record())
    assert here() == record()
    assert here(build=None) is None, "the installed build is another one"
    keep_tuned(box.models_dir, record(build=version("llama-cpp-python")))
    assert here(build=None) is not None
    keep_tuned(box.models_dir, record())
    assert here(build="2") is None
    keep_tuned(box.models_dir, record(processor="another/2"))
    assert here() is None
    keep_tuned(box.models_dir, record())
    engines = {"slm": {"model": "mid"}, "mlm": {"model": "mid"}}
    assert here(box.model_copy(update={"engines": type(box.engines)(**engines)})) is None
    elsewhere = {"slm": {"url": "http://gpu.local"}, "mlm": {"model": "mid"}}
    assert here(box.model_copy(update={"engines": type(box.engines)(**elsewhere)})) is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 1}', "\udcff", "9" * 200_000])
def test_a_damaged_record_is_none(tmp_path, text):
    (tmp_path / tuned_module.FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_tuned(tmp_path) is None
