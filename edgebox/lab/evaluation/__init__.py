"""How good the models are at the two jobs, measured on consultations with known facts.

Each case is a transcript with the facts that a good summary keeps and the inventions
that it must not hold. Three passes, because speed and skill are different questions:

* ``quick``: what an agent gets on this machine, deadline, shortened input and all;
* ``full_text``: the same prompt on the whole transcript without a deadline;
* ``analysis``: the detailed analysis.

Facts are matched as plain substrings, so a model that copies the transcript finds
many: read coverage beside ``copied``.
"""

from __future__ import annotations

import codecs
import math
import re
import time
import unicodedata
from collections import Counter
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from edgebox.consultation.analysis import Analyst
from edgebox.consultation.engine_monitor import EngineMonitor
from edgebox.consultation.korean import numbers_in
from edgebox.consultation.leak import leaks_example
from edgebox.consultation.number import supports
from edgebox.consultation.prompts import example_texts, summary_messages
from edgebox.consultation.quick import FREQUENCY_PENALTY, MAX_SENTENCES, QuickSummaries
from edgebox.consultation.sentences import split_sentences
from edgebox.consultation.transcript import render, split_utterances
from edgebox.consultation.words import squeeze
from edgebox.engine_client import Completion, EngineClient
from edgebox.errors import BoxNotRunning, CaseInvalid, EngineError, EngineFault, EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from edgebox.consultation.types import Analysis
    from edgebox.settings import Role, Settings

Pass = Literal["quick", "full_text", "analysis"]
ROLE_OF: dict[Pass, Role] = {"quick": "slm", "full_text": "slm", "analysis": "mlm"}

KEY_WEIGHT = 2
"""Facts of this weight are those that one or two sentences should keep."""

COPIED_RUN = 20
"""Characters without spaces taken over unchanged from what was said. A written summary of
speech has no such run: endings, particles and numbers change."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_LOOP = re.compile(r"(.{2,40}?)\1{2,}")


class Fact(BaseModel):
    """Something said in a transcript that a summary should keep.

    Attributes:
        fact: in words, for the reader.
        any: accepted forms; one of them is enough.
        field: where an analysis should have it; "any" when it does not matter.
        weight: 2 for what even a short summary should keep, else 1.
    """

    fact: _Text
    any: Annotated[list[_Text], Field(min_length=1)]
    field: Literal["customer", "agent", "result", "any"] = "any"
    weight: Annotated[int, Field(ge=1, le=10)] = 1


class Case(BaseModel):
    """One transcript with what is to be found in its summary. Other fields are ignored."""

    id: _Text
    title: str = ""
    transcript: _Text
    facts: Annotated[list[Fact], Field(min_length=1)]
    must_not: list[_Text] = []


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model made of one case, judged.

    Attributes:
        text: what it said, fields on lines of their own; empty when it failed.
        status: "success", "partial" or "fallback" of a quick summary, else "success";
            "failed" when there is no answer.
        found: of each of the case's facts, whether it is there.
        seconds: from the request to the answer.
        faults: "leaked", "invented", "ungrounded_number", "repetition", "copied", "think".
        invented: the ``must_not`` strings that it holds.
        score: the quality score; analyses only.
        error: why it failed.
    """

    case: Case
    text: str
    status: str
    found: tuple[bool, ...]
    seconds: float
    model: str
    faults: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()
    score: float | None = None
    error: str = ""

    @property
    def missing(self) -> list[str]:
        """The facts that are not there, in words."""
        return [f.fact for f, held in zip(self.case.facts, self.found, strict=True) if not held]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; without the transcript."""
        return {
            "id": self.case.id,
            "title": self.case.title,
            "status": self.status,
            "text": self.text,
            "missing": self.missing,
            "faults": list(self.faults),
            "invented": list(self.invented),
            "quality_score": self.score,
            "seconds": self.seconds,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """One pass over all cases. Shares are 0 to 1, of the answers there are; times in seconds.

    Attributes:
        key_coverage: share of the facts of weight 2 that were found, over all cases;
            None where no case has one.
        coverage: the same of all facts, by weight. A failed case finds none.
        valid: share of the cases with an answer of the right form.
        statuses: how many of each.
        leaked: share that repeats one of the prompt's examples.
        invented: share that holds a ``must_not`` string.
        score: mean quality score, analyses only.
    """

    kind: Pass
    model: str
    cases: int
    failed: int
    key_coverage: float | None
    coverage: float
    valid: float
    statuses: dict[str, int]
    leaked: float
    invented: float
    ungrounded_numbers: float
    repetition: float
    copied: float
    think: float
    score: float | None
    p50: float
    p95: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def load_cases(folder: Path, limit: int | None = None) -> list[Case]:
    """Read a folder's ``*.json``, in order of name.

    Args:
        folder: one case a file, as ``tests/data/README.md`` describes it.
        limit: only the first so many.

    Raises:
        CaseInvalid: no such folder, nothing in it, or a file that is not a case;
            names the file and what is wrong, and quotes nothing of it.
    """
    if not folder.is_dir():
        raise CaseInvalid(f"There is no folder {folder}.")
    files = sorted(folder.glob("*.json"))[:limit]
    if not files:
        raise CaseInvalid(f"{folder} holds no .json files to evaluate with.")
    cases: dict[str, Case] = {}
    for file in files:
        case = _read(file)
        if case.id in cases:
            raise CaseInvalid(f"{file.name}: id: another file has the same; each needs its own.")
        cases[case.id] = case
    return list(cases.values())


def _read(file: Path) -> Case:
    try:
        return Case.model_validate_json(file.read_bytes().removeprefix(codecs.BOM_UTF8))
    except OSError as error:
        raise CaseInvalid(f"{file.name}: cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        what = "not JSON in UTF-8" if first["type"] == "json_invalid" else first["msg"]
        line = f"{place}: {what}" if place else what
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise CaseInvalid(f"{file.name}: {line}{more}.") from None


# Judging ------------------------------------------------------------------------


def mentions(pieces: Sequence[str], form: str) -> bool:
    """Whether one of the pieces holds the form, white space and case aside."""
    wanted = _plain(form)
    return any(wanted in _plain(piece) for piece in pieces)


def judge_summary(
    case: Case, text: str, *, status: str, seconds: float, model: str, examples: Sequence[str]
) -> Answer:
    """Judge a quick summary."""
    faults = [
        *(["think"] if "<think>" in text else []),
        *(["ungrounded_number"] if _ungrounded(text, case.transcript) else []),
        *(["repetition"] if _repeats(text) else []),
    ]
    return _judged(
        case, [text], faults, examples, status=status, seconds=seconds, model=model, score=None
    )


def judge_analysis(
    case: Case,
    analysis: Analysis,
    *,
    flags: Sequence[str],
    score: float,
    seconds: float,
    model: str,
    examples: Sequence[str],
) -> Answer:
    """Judge an analysis; ``flags`` and ``score`` are those of its ``Quality``."""
    summary, titles = analysis.summary, analysis.titles
    pieces = [summary.customer, summary.agent, summary.result]
    pieces += [", ".join(analysis.keywords), titles.keyword, titles.descriptive]
    faults = [flag for flag in ("ungrounded_number", "repetition") if flag in flags]
    faults += ["think"] if any("<think>" in piece for piece in pieces) else []
    return _judged(
        case, pieces, faults, examples, status="success", seconds=seconds, model=model, score=score
    )


def judge_failure(case: Case, error: EngineError, *, seconds: float, model: str) -> Answer:
    """A case without an answer: it finds nothing and invents nothing."""
    missed = (False,) * len(case.facts)
    return Answer(case, "", "failed", missed, seconds, model, error=error.detail)


def _judged(
    case: Case,
    pieces: list[str],
    faults: list[str],
    examples: Sequence[str],
    *,
    status: str,
    seconds: float,
    model: str,
    score: float | None,
) -> Answer:
    invented = tuple(form for form in case.must_not if mentions(pieces, form))
    faults += ["invented"] if invented else []
    if any(leaks_example(piece, case.transcript, examples) for piece in pieces):
        faults.append("leaked")
    if any(_copies(piece, case.transcript) for piece in pieces):
        faults.append("copied")
    return Answer(
        case=case,
        text="\n".join(pieces),
        status=status,
        found=tuple(any(mentions(pieces, form) for form in fact.any) for fact in case.facts),
        seconds=seconds,
        model=model,
        faults=tuple(sorted(faults)),
        invented=invented,
        score=score,
    )


def _plain(text: str) -> str:
    return squeeze(unicodedata.normalize("NFC", text)).lower()


def _ungrounded(text: str, transcript: str) -> bool:
    """Whether the text states a number that was not said; bare digits and ones state little."""
    provides = frozenset().union(*(number.provides for number in numbers_in(transcript)))
    return any(
        not supports(provides, number)
        for number in numbers_in(text)
        if number.value not in {"0", "1"} and not (number.kind == "plain" and len(number.value) < 2)
    )


def _repeats(text: str) -> bool:
    """Whether the text loops, or says a sentence twice."""
    loops = (match[1] for match in _LOOP.finditer(_plain(text)))
    sentences = [_plain(text[a:b]).rstrip(".") for a, b in split_sentences(text)]
    return len(set(sentences)) < len(sentences) or any(
        any(letter.isalpha() for letter in unit) for unit in loops
    )


def _copies(text: str, transcript: str) -> bool:
    squeezed, source = _plain(text), _plain(render(split_utterances(transcript)))
    return any(
        squeezed[at : at + COPIED_RUN] in source for at in range(len(squeezed) - COPIED_RUN + 1)
    )


# Adding up ----------------------------------------------------------------------


def report(kind: Pass, answers: Sequence[Answer]) -> Report:
    """Add up one pass.

    Args:
        kind: which.
        answers: one a case, at least one.
    """
    given = [answer for answer in answers if answer.status != "failed"]
    facts = [
        (fact.weight, held)
        for answer in answers
        for fact, held in zip(answer.case.facts, answer.found, strict=True)
    ]
    key = [held for weight, held in facts if weight >= KEY_WEIGHT]
    scores = [answer.score for answer in given if answer.score is not None]
    times = sorted(answer.seconds for answer in given)

    def share(fault: str) -> float:
        return _ratio(sum(fault in answer.faults for answer in given), len(given))

    return Report(
        kind=kind,
        model=next((a.model for a in given if a.status != "fallback"), answers[0].model),
        cases=len(answers),
        failed=len(answers) - len(given),
        key_coverage=_ratio(sum(key), len(key)) if key else None,
        coverage=_ratio(sum(w for w, held in facts if held), sum(w for w, _ in facts)),
        valid=_ratio(len(given), len(answers)),
        statuses=dict(Counter(answer.status for answer in answers)),
        leaked=share("leaked"),
        invented=share("invented"),
        ungrounded_numbers=share("ungrounded_number"),
        repetition=share("repetition"),
        copied=share("copied"),
        think=share("think"),
        score=round(sum(scores) / len(scores), 4) if scores else None,
        p50=percentile(times, 50),
        p95=percentile(times, 95),
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of values in ascending order; 0 of none."""
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


# Asking -------------------------------------------------------------------------


@dataclass(slots=True)
class Evaluator:
    """Puts cases to a running engine, one at a time: latencies are those of a quiet box.

    Attributes:
        client: the engine.
        settings: the deadline and limits that users have.
        clock: monotonic seconds.
    """

    client: EngineClient
    settings: Settings
    clock: Callable[[], float] = time.monotonic
    _examples: tuple[str, ...] = field(default_factory=example_texts)
    _monitor: EngineMonitor = field(init=False)
    _summaries: QuickSummaries = field(init=False)

    def __post_init__(self) -> None:
        self._monitor = EngineMonitor(self.client)
        self._summaries = QuickSummaries(
            self.client, self._monitor, self.settings.quick, clock=self.clock
        )

    async def run(
        self, kind: Pass, cases: Sequence[Case], *, each: Callable[[Answer], None] = lambda _: None
    ) -> list[Answer]:
        """One pass.

        Args:
            kind: which.
            cases: in the order in which they are asked.
            each: told of every answer as it comes.

        Raises:
            BoxNotRunning: no engine answers, or it went away meanwhile.
        """
        await self._check_running(ROLE_OF[kind])
        ask = {"quick": self._quick, "full_text": self._full_text, "analysis": self._analysis}[kind]
        answers: list[Answer] = []
        for case in cases:
            started = self.clock()
            try:
                answer = await ask(case)
            except EngineUnavailable as error:
                raise BoxNotRunning(error.detail) from None
            except EngineError as error:
                seconds, model = self.clock() - started, self.client.model_name(ROLE_OF[kind])
                answer = judge_failure(case, error, seconds=round(seconds, 3), model=model)
            answers.append(answer)
            each(answer)
        return answers

    async def _check_running(self, role: Role) -> None:
        if self.client.is_remote(role):
            return
        try:
            health = await self.client.health()
        except EngineUnavailable as error:
            raise BoxNotRunning(error.detail) from None
        if not health.ready:
            raise BoxNotRunning("The engine is still loading its models. Try again in a minute.")

    async def _quick(self, case: Case) -> Answer:
        await self._monitor.poll()
        result = await self._summaries.summarise(self._summaries.admit(case.transcript))
        return judge_summary(
            case,
            result.summary,
            status=result.status,
            seconds=result.processing_time,
            model=result.model_used,
            examples=self._examples,
        )

    async def _full_text(self, case: Case) -> Answer:
        started = self.clock()
        text, model = "", self.client.model_name("slm")
        stream = self.client.stream(
            "slm",
            summary_messages(render(split_utterances(case.transcript))),
            max_tokens=self.settings.quick.max_tokens,
            frequency_penalty=FREQUENCY_PENALTY,
        )
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    text, model = piece.text, piece.model
                    break
                text += piece.text
                # A third has begun: the second is whole.
                if len(split_sentences(text)) > MAX_SENTENCES:
                    break
        spans = split_sentences(text)[:MAX_SENTENCES]
        if not spans:
            raise EngineFault("The model said nothing.")
        return judge_summary(
            case,
            " ".join(text[: spans[-1][1]].split()),
            status="success",
            seconds=round(self.clock() - started, 3),
            model=model,
            examples=self._examples,
        )

    async def _analysis(self, case: Case) -> Answer:
        outcome = await Analyst(self.client, self.settings, self.clock).analyse(case.transcript)
        return judge_analysis(
            case,
            outcome.analysis,
            flags=outcome.quality.flags,
            score=outcome.quality.score,
            seconds=outcome.processing_time,
            model=outcome.model,
            examples=self._examples,
        )
