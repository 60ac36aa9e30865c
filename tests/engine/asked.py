"""Sequences for the engine, each with everything that it emitted."""

import itertools

from edgebox.engine.core import EngineCore, LoadedModel
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


def loaded(model, *, parallel=3, retained=3):
    pool = Pool(model, parallel=parallel, retained=retained)
    return LoadedModel(model, pool, Speed(100, 10, 20, parallel))


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
