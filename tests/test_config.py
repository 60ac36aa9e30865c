import pytest

from edgebox.config import Settings, load_settings


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEBOX_CONFIG", raising=False)
    return tmp_path / "edgebox.toml"


def test_setting_one_key_of_a_role_keeps_its_model(file, monkeypatch):
    file.write_text("[engines.slm]\nparallel = 8\n")
    monkeypatch.setenv("EDGEBOX_ENGINES__MLM__RETAINED", "3")
    engines = load_settings(file).engines
    default = Settings.model_fields["engines"].get_default()
    assert (engines.slm.parallel, engines.slm.model) == (8, default.slm.model)
    assert (engines.mlm.retained, engines.mlm.model) == (3, default.mlm.model)
    assert engines.slm.model != engines.mlm.model
