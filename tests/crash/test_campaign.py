"""A short crash campaign; ``python -m crash.campaign --cycles 200`` is the long one."""

import asyncio

from crash.campaign import NAMES, campaign, schedule


def test_nothing_is_lost_and_nothing_doubled_while_everything_is_killed():
    found = asyncio.run(campaign(seed=20, cycles=12))
    assert found.lost == found.doubled == 0
    assert found.consultations >= found.batches > 0
    assert found.deliveries >= found.batches
    assert all(found.kills[name] for name in NAMES), "each process was killed at least once"


def test_a_seed_is_a_schedule():
    assert schedule(7, 50) == schedule(7, 50) != schedule(8, 50)
    assert {victim for cycle in schedule(7, 50) for victim in cycle.victims} == set(NAMES)
