"""What the engine publishes of itself: what is known, and nothing else."""

from collections import defaultdict

import pytest
from prometheus_client import generate_latest

from edgebox.engine.metrics import Assumed, Energy
from edgebox.engine.tally import Tally
from edgebox.exposition import Families
from edgebox.system.nvml import Card, Cards
from edgebox.system.rapl import Packages
from engine.asked import Asked, prompt
from support.boxes.watched import SomeCards, ToyEngine, rapl_of


class NoCards:
    def read(self):
        return ()


def values(collector):
    text = generate_latest(Families(collector.collect())).decode()
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


@pytest.fixture
def assumed():
    times = iter([100.0, 110.0])
    tally = Tally()
    spent = tally.spent_on("slm", "people")
    spent.prefill, spent.decode = 3.0, 1.0
    tally.spent["slm", "people"] = spent
    return Assumed(tally, 20.0, 60.0, clock=lambda: next(times))


def test_watts_of_the_settings_count_where_nothing_measures(tmp_path, assumed):
    found = values(Energy(NoCards(), Packages(tmp_path), assumed))
    assert found == {
        'edgebox_energy_joules_total{device="machine",source="assumed"}': 10 * 20 + 4 * 40
    }


def test_what_is_measured_goes_before_what_is_assumed(tmp_path, assumed):
    found = values(Energy(SomeCards(), Packages(rapl_of(tmp_path)), assumed))
    joules = {name: value for name, value in found.items() if "joules" in name}
    assert joules == {
        'edgebox_energy_joules_total{device="cpu0",source="rapl"}': 0.0,
        'edgebox_energy_joules_total{device="gpu0",source="nvml"}': 5000.0,
    }
    assert found['edgebox_gpu_throttled{gpu="0",reason="power"}'] == 1
    assert found['edgebox_gpu_utilisation_ratio{gpu="0"}'] == 0.4


def test_what_was_measured_once_is_never_assumed(tmp_path, assumed):
    class Once:
        answers = iter([(Card(joules=5000.0),), ()])

        def read(self):
            return next(self.answers)

    energy = Energy(Once(), Packages(tmp_path), assumed)
    assert values(energy) == {'edgebox_energy_joules_total{device="gpu0",source="nvml"}': 5000.0}
    assert values(energy) == {}, "nvml and assumed would be added up"


def test_a_package_that_cannot_be_read_any_more_does_not_freeze(tmp_path):
    packages = Packages(rapl_of(tmp_path))
    assert packages.joules() == {"cpu0": 0.0}
    counter = tmp_path / "intel-rapl:0" / "energy_uj"
    counter.write_text("nothing\n")
    assert packages.joules() == {}
    counter.write_text("3000007\n")
    assert packages.joules() == {"cpu0": 3.0}


def test_a_card_that_is_lost_leaves_the_others():
    class Lost(Exception):
        pass

    def lost(*_):
        raise Lost

    def handle(place):
        return place or lost()

    known = {  # as much of pynvml as is asked, with two cards of which the first is gone
        "nvmlDeviceGetCount": lambda: 2,
        "nvmlDeviceGetHandleByIndex": handle,
        "nvmlDeviceGetTotalEnergyConsumption": lambda _: 7000,
        "NVML_TEMPERATURE_GPU": 0,
        "NVMLError": Lost,
    }
    driver = defaultdict(lambda: lost, known)

    class Driver:
        def __getattr__(self, name):
            return driver[name]

    cards = Cards()
    cards._nvml = Driver()
    assert cards.read() == (Card(), Card(joules=7.0))


def test_what_a_gpu_does_not_know_is_absent(tmp_path):
    class Old:
        def read(self):
            return (Card(watts=30.0),)

    assert values(Energy(Old(), Packages(tmp_path))) == {'edgebox_gpu_power_watts{gpu="0"}': 30.0}
    assert values(Energy(NoCards(), Packages(tmp_path))) == {}


def test_without_a_driver_there_are_no_cards():
    assert Cards().read() == ()


def test_the_engine_tells_its_sequences_by_state_and_for_whom(tmp_path):
    engine = ToyEngine(tmp_path)
    engine.work()
    found = values(engine.registry)
    assert found['edgebox_engine_sequences{class="backlog",state="running"}'] == 0
    assert found['edgebox_engine_tokens_total{class="people",kind="read",role="slm"}'] == 40
    assert found['edgebox_engine_tokens_total{class="backlog",kind="read",role="mlm"}'] == 60
    assert found['edgebox_engine_queue_seconds_count{class="people"}'] == 1
    assert found['edgebox_engine_queue_seconds_bucket{class="own",le="+Inf"}'] == 0
    assert found['edgebox_engine_kv_cells{kind="total",role="slm"}'] == 4096
    card = 'edgebox_engine_gpu_bytes{gpu="0",kind="used",name="NVIDIA L4"}'
    assert found[card] == 6 * 2**30
    assert (
        'edgebox_model_info{backend="cpu",context_tokens="4096",model="toy-slm",parallel="3",'
        'role="slm"}'
    ) in found


def test_a_sequence_that_runs_is_seen_while_it_does(tmp_path):
    engine = ToyEngine(tmp_path)
    Asked(engine.thread.submit, prompt(1, 60), 5)
    Asked(engine.thread.submit, prompt(2, 60), 5, priority=100)
    engine.thread.turn()
    found = values(engine.registry)
    assert found['edgebox_engine_sequences{class="people",state="running"}'] == 1
    assert found['edgebox_engine_sequences{class="backlog",state="running"}'] == 1
    assert found["edgebox_engine_steps_total"] == 1
