import pytest

from edgebox.errors import ModelsTooLarge
from edgebox.models import advice
from edgebox.models.advice import fastest, layers_within, require_fit
from edgebox.models.catalog import Catalog, memory_need
from edgebox.system import machine

SLM, MLM = "qwen3-1.7b-q8_0", "qwen3-4b-instruct-2507-q4_k_m"
GB = 10**9


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def pair(catalog, context=16384):
    return {"slm": (catalog.get(SLM), context), "mlm": (catalog.get(MLM), context)}


def test_a_pair_that_fits_is_let_through(catalog):
    require_fit(pair(catalog), 16 * GB, catalog.entries)
    require_fit({}, 0, catalog.entries)


def test_a_smaller_context_is_the_first_advice(catalog):
    with pytest.raises(ModelsTooLarge, match=r"context_tokens = 8192 .*\[engines\.mlm\]") as caught:
        require_fit(pair(catalog), 8 * GB, catalog.entries)
    assert SLM in caught.value.detail
    require_fit(pair(catalog, 8192), 8 * GB, catalog.entries)


def test_smaller_models_are_the_second(catalog):
    with pytest.raises(ModelsTooLarge, match="edgebox models use slm ") as caught:
        require_fit(pair(catalog, 2048), 5 * GB, catalog.entries)
    words = caught.value.detail.partition("What fits: ")[2].replace("&&", "").split()
    chosen = {words[i + 1]: words[i + 2] for i, word in enumerate(words) if word == "use"}
    named = pair(catalog, 2048) | {role: (catalog.get(n), 2048) for role, n in chosen.items()}
    require_fit(named, 5 * GB, catalog.entries)


def test_one_file_in_both_roles_is_in_memory_once_where_it_is_mapped(catalog):
    entry = catalog.get("qwen2.5-coder-1.5b-instruct-q4_k_m")
    both = {"slm": (entry, 2048), "mlm": (entry, 2048)}
    room = 2 * memory_need(entry, 2048) - entry.size_bytes
    require_fit(both, room, (), mapped=True)
    with pytest.raises(ModelsTooLarge):
        require_fit(both, room, ())


def test_a_machine_too_small_for_anything_is_told_so(catalog):
    with pytest.raises(ModelsTooLarge, match="too small for any two models"):
        require_fit(pair(catalog), GB, catalog.entries)


def test_fastest_is_of_a_family_with_several_and_depends_on_the_device(catalog):
    assert fastest(catalog.entries, "cpu") == {"qwen3-1.7b-q4_k_m"}
    big = catalog.get(SLM)
    other = big.model_copy(
        update={"name": "own-q4_0", "quantization": "Q4_0", "size_bytes": 2 * GB}
    )
    assert fastest([*catalog.entries, other], "cpu") == {"own-q4_0"}
    assert fastest([*catalog.entries, other], "gpu") == {"qwen3-1.7b-q4_k_m"}


def test_layers_follow_the_budget(catalog):
    entry = catalog.get(MLM)
    need = memory_need(entry, 8192)
    assert layers_within(entry, 8192, need) == -1
    steps = [layers_within(entry, 8192, need * share // 10) for share in range(10)]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert 0 < steps[7] < entry.layers
    unknown = entry.model_copy(update={"layers": 0})
    assert layers_within(unknown, 8192, need - 1) == 0


def test_memory_is_what_the_kernel_says_within_the_cgroup(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9000 kB\nMemAvailable: 8000 kB\n")
    assert machine.available_memory(meminfo, tmp_path) == 8000 * 1024
    (tmp_path / "memory.max").write_text("5000000\n")
    (tmp_path / "memory.current").write_text("3000000\n")
    (tmp_path / "memory.stat").write_text(
        "anon 900000\nactive_file 500000\ninactive_file 1500000\n"
    )
    assert machine.available_memory(meminfo, tmp_path) == 4_000_000, "file pages are not in use"
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.available_memory(meminfo, tmp_path) == 8000 * 1024


@pytest.mark.parametrize(
    ("prints", "cards"),
    [
        ("NVIDIA L4, 23034, 22563", [("NVIDIA L4", 23034, 22563)]),
        ("A, B, 10, 5\nC, 20, 7", [("A, B", 10, 5), ("C", 20, 7)]),
        ("NVIDIA GB10, [N/A], [N/A]", []),
        ("No devices were found", []),
    ],
)
def test_cards_are_what_the_driver_lists(tmp_path, monkeypatch, prints, cards):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\ncat <<'X'\n{prints}\nX\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = [(c.name, c.total // 2**20, c.free // 2**20) for c in machine.gpus()]
    assert found == cards
    assert advice.this_machine().device == "cpu", "this llama.cpp was not built for a GPU"
    monkeypatch.setattr(advice, "built_for_gpu", lambda: True)
    assert advice.this_machine().device == ("gpu" if cards else "cpu")
