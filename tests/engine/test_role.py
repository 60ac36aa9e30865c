"""What a role has room for beside the shared prefixes, which are never evicted."""

import asyncio
from array import array
from types import SimpleNamespace

import pytest

from edgebox.engine.pool import pinned_cells
from edgebox.engine.role import ServedRole
from edgebox.engine.sequence import Finish
from edgebox.errors import EngineUnavailable, ModelError
from engine.asked import Asked, build, loaded, prompt
from engine.toy_model import ToyModel

CONTEXT = 400
FIRST = array("i", prompt(1, 60))
SECOND = array("i", [*prompt(1, 20), *prompt(5, 50)])


class Unified(ToyModel):
    """Counts what slots share once, as llama.cpp's unified cells are."""

    def held(self):
        slots = self.cells.values()
        return len({tuple(tokens[: at + 1]) for tokens in slots for at in range(len(tokens))})


def served(model, *prefixes, reloader=None):
    return ServedRole(
        "slm",
        "toy",
        loaded(model),
        reloader or SimpleNamespace(),
        prefixes=prefixes,
        sample=array("i"),
        tokens_per_char=0.5,
    )


def test_a_beginning_that_prefixes_share_takes_its_cells_once():
    assert pinned_cells(()) == 0
    assert pinned_cells((FIRST,)) == 60
    assert pinned_cells((FIRST, SECOND)) == 60 + 70 - 20
    assert pinned_cells((FIRST, FIRST)) == 60


@pytest.mark.parametrize("begins", [FIRST, SECOND, array("i", prompt(8, 10))])
def test_what_fills_the_room_has_it(begins):
    model = Unified(context_tokens=CONTEXT)
    role, core = served(model, FIRST, SECOND), build(model)
    for prefix in (FIRST, SECOND):
        Asked(core.add, prefix, 0, pin=True)
    while core.step():
        pass
    asking = [*begins, *prompt(9, 100)]
    room = role.room(array("i", asking))
    asked = Asked(core.add, asking, room - len(asking))
    while core.step():
        pass
    assert asked.finish is not Finish.ERROR
    assert asked.tokens
    assert room >= CONTEXT - 110


def test_the_context_of_a_role_is_what_each_of_its_tasks_may_fill():
    model = ToyModel(context_tokens=CONTEXT)
    assert served(model).context_tokens == CONTEXT
    assert served(model, FIRST).context_tokens == CONTEXT
    both = served(model, FIRST, SECOND)
    assert both.context_tokens == CONTEXT - 110 + 60


@pytest.mark.parametrize("error", [ModelError("gone"), MemoryError(), OSError(5, "disk")])
def test_a_model_that_cannot_be_loaded_again_is_not_tried_for_every_request(error):
    tried = []

    class Reloader:
        def reload(self, role, _speed):
            tried.append(role)
            raise error

    async def asked(role):
        with pytest.raises(EngineUnavailable):
            async with role.in_use(SimpleNamespace()):
                pass

    async def both():
        role = served(ToyModel(), reloader=Reloader())
        role.loaded = None
        await asked(role)
        await asked(role)

    asyncio.run(both())
    assert tried == ["slm"]
