import pytest

from edgebox.errors import ModelsTooLarge
from edgebox.models.installed import Installed
from edgebox.processes.loading import gpu_layers_of, repacks, require_room
from edgebox.settings import EngineSettings, RoleSettings, Settings

MLM = "qwen3-4b-instruct-2507-q4_k_m"


def settings(tmp_path, **mlm):
    engines = EngineSettings(mlm=RoleSettings(model=MLM, **mlm))
    return Settings(state_dir=tmp_path, models_dir=tmp_path, engines=engines)


def test_models_that_cannot_fit_are_refused_before_any_is_loaded(tmp_path):
    huge = settings(tmp_path, context_tokens=10**9)
    with pytest.raises(ModelsTooLarge, match="context_tokens ="):
        require_room(huge, Installed(tmp_path))


def test_a_role_of_another_server_needs_no_room(tmp_path):
    away = settings(tmp_path, context_tokens=10**9, url="http://10.0.0.9:8000")
    away.engines.slm.url = "http://10.0.0.9:8001"
    require_room(away, Installed(tmp_path))


@pytest.mark.parametrize(
    ("gib", "layers", "want"),
    [
        (0, -1, -1),
        (0, 7, 7),
        (100, -1, -1),
        (100, 7, 7),
        (0.1, -1, 0),
        (0.1, 7, 0),
        (1, 0, 0),
    ],
)
def test_layers_stay_within_the_roles_gpu_memory(tmp_path, gib, layers, want):
    entry = Installed(tmp_path).get(MLM)
    options = RoleSettings(model=MLM, gpu_layers=layers, gpu_memory_gib=gib)
    assert gpu_layers_of(options, entry) == want


@pytest.mark.parametrize(
    ("wanted", "quantization", "want"),
    [
        ("auto", "Q4_K_M", False),
        ("auto", "Q4_0", True),
        ("on", "Q4_K_M", True),
        ("off", "Q4_0", False),
    ],
)
def test_weights_are_rearranged_where_that_is_faster(wanted, quantization, want):
    assert repacks(wanted, quantization) is want
