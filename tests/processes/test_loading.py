"""What is ready when the engine is."""

import pytest

from edgebox.engine import role as served
from edgebox.engine.drafts import DRAFT_TOKENS
from edgebox.engine.speed import ROWS_PROBE
from edgebox.errors import EngineFault
from edgebox.processes.loading import Loader, widths
from edgebox.settings import EngineSettings, RoleSettings, Settings
from support.engines import tiny_model


class Late:
    """A compiler of constraints that is built too late: a request waits for it."""

    def __init__(self, model):
        raise EngineFault(f"built for a request, {model.vocabulary} tokens")


@pytest.fixture
def loader(tmp_path, monkeypatch):
    def load(*, parallel=8, retained=6, **settings):
        tiny_model.install(tmp_path / "models")
        options = RoleSettings(
            model=tiny_model.NAME,
            context_tokens=tiny_model.CONTEXT_TOKENS,
            parallel=parallel,
            retained=retained,
        )
        made = Loader(
            Settings(
                state_dir=tmp_path,
                models_dir=tmp_path / "models",
                engines=EngineSettings(slm=options, mlm=options),
                **settings,
            )
        )
        made.load()
        monkeypatch.setattr(served, "Grammars", Late)
        return made.roles

    return load


def test_no_request_waits_for_the_compiler_of_constraints(loader):
    for role in loader().values():
        constraint = role.grammars(role.loaded.model).compile_regex("[가-힣]+")
        assert constraint.allows(role.loaded.model.tokenize("가")[0])


def test_summaries_that_are_held_to_nothing_need_none(loader):
    roles = loader(quality={"ground_numbers": "off"})
    roles["mlm"].grammars(roles["mlm"].loaded.model)
    with pytest.raises(EngineFault):
        roles["slm"].grammars(roles["slm"].loaded.model)


def test_a_box_of_one_request_at_a_time_keeps_logits_of_a_whole_draft(loader):
    for role in loader(parallel=1, retained=1).values():
        assert role.loaded.model.outputs > DRAFT_TOKENS
        assert role.loaded.speed.by_rows[-1][0] >= ROWS_PROBE[-1]


@pytest.mark.parametrize(
    ("role", "parallel", "context", "found"),
    [
        ("mlm", 16, 16_384, (7, 16)),
        ("mlm", 16, 8192, (7, 8)),  # which of the two is measured
        ("mlm", 16, 4096, (4,)),
        ("mlm", 3, 16_384, (3,)),
        ("mlm", 16, 512, (1,)),
        ("slm", 8, 16_384, (8,)),
    ],
)
def test_analyses_are_as_many_at_a_time_as_there_is_room_for(role, parallel, context, found):
    options = RoleSettings(parallel=parallel, context_tokens=context)
    assert widths(role, options, 450) == found
