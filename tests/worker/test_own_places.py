"""How many analyses our own engine is sent at once."""

import asyncio

import pytest

from edgebox.engine_client import EngineHealth
from edgebox.engine_client.health import RoleHealth
from edgebox.settings import Settings
from edgebox.worker.mid_model import MidModel, OwnPlaces


def health(*roles, parallel=7):
    found = {
        role: RoleHealth(role, "m", 4096, 100.0, 10.0, 50.0, 0.5, parallel, 1, 1) for role in roles
    }
    return EngineHealth(ready=True, roles=found, rss_bytes=None, raw={})


@pytest.mark.parametrize(
    ("most", "parallel", "limit"), [(16, 7, 7), (16, 16, 16), (4, 16, 4), (16, 0, 1)]
)
def test_as_many_as_it_found_fastest_and_no_more_than_the_settings(most, parallel, limit):
    places = OwnPlaces(most)
    places.learn(health("mlm", parallel=parallel))
    assert places.limit == limit


def test_an_engine_that_says_nothing_of_the_model_changes_nothing():
    places = OwnPlaces(16)
    places.learn(health("slm"))
    assert places.limit == 16


def test_they_are_learned_before_a_run_and_an_engine_that_is_gone_is_not_ready(tmp_path):
    async def ready(model):
        async with model:
            model._client.health = answer
            return await model.ready()

    async def answer(_seconds):
        return health("mlm")

    model = MidModel(Settings(state_dir=tmp_path))
    assert model.places.limit == 16
    assert asyncio.run(ready(model))
    assert model.places.limit == 7

    async def gone():
        async with model:
            return await model.ready()

    assert not asyncio.run(gone())
