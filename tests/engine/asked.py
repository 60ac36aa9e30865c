"""Sequences for the engine, each with everything that it emitted."""

import itertools

from edgebox.engine.core import EngineCore
from edgebox.engine.drafts import Drafts
from edgebox.engine.loaded import LoadedModel
from edgebox.engine.pool import Pool
from edgebox.engine.sampling import Sampler
from edgebox.engine.scheduler import Scheduler
from edgebox.engine.sequence import Sequence
from edgebox.engine.speed import Speed
from edgebox.engine.text import TextStream
from engine.toy_model import VOCABULARY, ToyModel

_arrivals = itertools.count(1)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        self.now += 0.001
        return self.now


CHEAP_ROWS = ((1, 0.1), (16, 0.11))
"""(rows, seconds) where rows of a draft cost next to nothing, as on a GPU."""


def loaded(model, *, parallel=3, retained=3, by_rows=()):
    """A model in memory; with drafts if it is known what a step of several rows takes."""
    pool = Pool(model, parallel=parallel, retained=retained)
    speed = Speed(100, 10, 20, parallel, by_rows)
    drafts = Drafts(speed, outputs=model.outputs, step_tokens=model.step_tokens)
    return LoadedModel(model, pool, speed, drafts if by_rows else None)


def build(model=None, *, clock=None, models=None, **pool):
    """An engine's core with these models, or one toy model as slm."""
    core = EngineCore(Scheduler(), clock or Clock())
    for role, made in (models or {"slm": model or ToyModel()}).items():
        core.adopt(role, loaded(made, **pool))
    return core


class Asked:
    """A sequence that was handed to ``take``, and its events."""

    def __init__(self, take, prompt, max_tokens=8, **rest):
        self.events = []
        self.prompt, self.max_tokens = list(prompt), max_tokens
        self.sequence = Sequence.of(
            prompt,
            role=rest.pop("role", "slm"),
            max_tokens=max_tokens,
            arrived=next(_arrivals),
            emit=self.events.append,
            text=TextStream(rest.pop("stop", ())),
            sampler=Sampler(temperature=0.0),
            **rest,
        )
        take(self.sequence)

    @property
    def text(self):
        return "".join(event.text for event in self.events)

    @property
    def tokens(self):
        return [int(token) for token in self.text.split()]

    @property
    def finish(self):
        return self.events[-1].finish if self.events else None


def prompt(seed, size):
    return [(seed * 7 + i * i) % (VOCABULARY - 1) + 1 for i in range(size)]
