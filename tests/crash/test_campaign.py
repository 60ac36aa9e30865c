"""Short crash campaigns; the long ones: ``python -m crash.campaign --cycles 200 [--troubled]``."""

import asyncio
import os

from crash.campaign import campaign
from crash.schedule import schedule
from support.boxes.killed import NAMES
from support.outside.network import network

CYCLES = max(8, int(float(os.environ.get("HOSTILE_SECONDS", "0")) / 4))


def test_nothing_is_lost_and_nothing_doubled_while_everything_is_killed():
    found = asyncio.run(campaign(seed=20, cycles=10))
    assert found.lost == found.doubled == 0
    assert found.consultations >= found.batches > 0
    assert found.deliveries >= found.batches
    assert all(found.kills[name] for name in NAMES), "each process was killed at least once"


def test_nothing_is_lost_while_the_network_and_the_clock_break_too():
    with network(seed=22) as link:
        found = asyncio.run(campaign(seed=22, cycles=CYCLES, link=link))
    print(found)
    assert found.lost == found.doubled == 0
    assert found.consultations >= found.batches > 0
    assert found.cuts
    assert found.jumps


def test_a_seed_is_a_schedule():
    assert schedule(7, 50) == schedule(7, 50) != schedule(8, 50)
    assert {victim for cycle in schedule(7, 50) for victim in cycle.victims} == set(NAMES)
