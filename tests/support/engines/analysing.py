"""An engine that analyses as it is told, and runs that use it."""

import asyncio
import contextlib
from types import SimpleNamespace

from edgebox.consultation.analysis import AnalysisInvalid
from edgebox.errors import EngineBusy, EngineDied, EngineRefused, EngineUnavailable
from edgebox.settings import BatchSettings
from edgebox.worker.runner import Runner
from edgebox.worker.timing import Timing
from support.outcomes import OUTCOME
from support.polling import PATIENCE

QUICK = Timing(poll=0.005, patience=0.2, busy=0.005, grace=0.05)


class Engine(contextlib.AbstractAsyncContextManager):
    """Analyses transcripts; what happens is in their text.

    ``poison`` kills it and everything in flight, ``refuse``, ``invalid`` and ``bug`` raise,
    ``busy`` is refused three times first, ``away`` finds no engine five times. After a death
    it is not ready for two questions.

    Attributes:
        seen: every transcript it was asked for, in order.
        days: the days of their calls.
        wanted: whether somebody waited for them.
        beside: by transcript, for each time the most others that were in flight meanwhile.
    """

    def __init__(self, seconds=0.005):
        self.seconds = seconds
        self.seen = []
        self.going = []
        self.most_in_flight = 0
        self.beside = {}
        self.days = []
        self.wanted = []
        self.down = 0
        self.death = asyncio.Event()
        self.hold = None

    async def __aexit__(self, *_):
        """Nothing was opened."""

    async def ready(self):
        self.down = max(0, self.down - 1)
        return not self.down

    async def analyse(self, transcript, call_date, *, wanted):
        self.wanted.append(wanted)
        assert not self.down, "asked for an analysis while it was down"
        self.seen.append(transcript)
        self.days.append(call_date)
        this = [transcript, 0]
        self.going.append(this)
        for one in self.going:
            one[1] = max(one[1], len(self.going) - 1)
        self.most_in_flight = max(self.most_in_flight, len(self.going))
        try:
            if self.hold is not None:
                await self.hold.wait()
            return await self._answer(transcript, self.death)
        finally:
            self.going.remove(this)
            self.beside.setdefault(transcript, []).append(this[1])

    async def _answer(self, transcript, death):
        if "busy" in transcript and self.seen.count(transcript) <= 3:
            raise EngineBusy("full")
        if "away" in transcript and self.seen.count(transcript) <= 5:
            raise EngineUnavailable("stopping")
        if "poison" in transcript:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(death.wait(), 0.03)
            if not death.is_set():
                self.down = 3
                self.death = asyncio.Event()
                death.set()
            raise EngineDied("died")
        doomed = any("poison" in text for text, _ in self.going)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(death.wait(), None if doomed else self.seconds)
            raise EngineDied("died")
        if "refuse" in transcript:
            raise EngineRefused(f"cannot read {transcript}")
        if "invalid" in transcript:
            raise AnalysisInvalid("no valid answer")
        if "bug" in transcript:
            raise KeyError(transcript)
        return OUTCOME


def runner(
    box, engine, *, timing=QUICK, ready=None, on_ended=lambda: None, metrics=None, **settings
):
    engine.ready = ready or engine.ready
    return Runner(
        box.store,
        engine,
        BatchSettings(**settings),
        callbacks=SimpleNamespace(wake_if_due=on_ended),
        clock=box.clock,
        timing=timing,
        metrics=metrics,
    )


def work(box, *, engine=None, **options):
    async def scenario():
        used = engine or Engine()
        return await runner(box, used, **options).run("test"), used

    return asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
