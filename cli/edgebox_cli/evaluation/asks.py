"""``edgebox eval --asks``: questions about known calls, put to the running box."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from edgebox.contract.paths import Paths
from edgebox.errors import BoxNotRunning, CaseInvalid, EdgeBoxError
from edgebox.lab.evaluation.ask_judging import judge_ask, judge_ask_failure
from edgebox.lab.evaluation.ask_totals import ask_report
from edgebox.lab.evaluation.comparing import check_same_asked
from edgebox.lab.evaluation.kept import KeptAnswer, Source
from edgebox.lab.evaluation.questions import load_questions, tags_of
from edgebox.lab.evaluation.replies import Reply
from edgebox.lab.evaluation.runs import (
    hash_of_asked,
    run_of_asks,
    save_run,
    saved_of_ask,
)
from edgebox_cli.common.box import opened_box
from edgebox_cli.common.output import note, print_json
from edgebox_cli.common.refused import said_of
from edgebox_cli.evaluation.ask_screen import show_ask_answers, show_ask_report, show_questions
from edgebox_cli.evaluation.ending import (
    compared,
    keeping,
    leave,
    mistakes_shown,
    run_before,
)
from edgebox_cli.evaluation.screen import NAMES, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from edgebox.lab.evaluation.ask_judging import AskJudgement
    from edgebox.lab.evaluation.comparing import Comparison
    from edgebox.lab.evaluation.kept import Kept
    from edgebox.lab.evaluation.questions import Asked
    from edgebox_cli.common.box import Box
    from edgebox_cli.evaluation.ending import Output


class Questions:
    """The questions of a file that are to be asked.

    Args:
        file: in the form that ``docs/guide/operate.md`` describes.
        hard: only those with this tag.
        limit: only the first so many.
        client: asks as this client of the box; None: the first one.

    Raises:
        UsageError: there is no such file.
        CaseInvalid: no question has the tag; the message lists the tags.
        typer.Exit: the file has mistakes. Each was reported.
    """

    def __init__(
        self,
        file: Path,
        hard: str | None = None,
        limit: int | None = None,
        client: str | None = None,
    ) -> None:
        with mistakes_shown():
            asked = load_questions(file)
        tags = sorted(tag for tag, _ in tags_of(asked))
        if hard is not None and hard not in tags:
            raise CaseInvalid(
                f"No question has the tag {hard}. There are: {', '.join(tags) or 'none'}."
            )
        self._asked = [one for one in asked if hard is None or hard in one.question.hard][:limit]
        self._client = client

    def show_checked(self, *, as_json: bool) -> None:
        """Print how many questions there are."""
        if not as_json:
            show_questions(self._asked)
            return
        answerable = sum(one.question.answerable for one in self._asked)
        ids = [one.id for one in self._asked]
        print_json({"questions": len(ids), "answerable": answerable, "ids": ids})

    def evaluate(self, output: Output) -> tuple[list[Comparison], dict[str, Any]]:
        """Ask the box; save and show the judgements.

        Returns:
            The comparison with the run before, if there is one, and the result for JSON.

        Raises:
            EdgeBoxError: as `ask_all`, `run_before`, `keeping` and `save_run` do.
            typer.Exit: it was stopped; what was known so far is shown.
        """
        before = run_before(output, lambda run: check_same_asked(run, self._asked))
        of = len(self._asked)
        with opened_box(self._client) as (box, settings), keeping(output, of) as kept:
            source = Source(model=settings.engines.role("mlm").model)
            answers, complete = ask_all(box, self._asked, Keeper(kept, source))
            result = _shown(answers, output, complete=complete)
            if not complete:
                leave(result, kept, of, as_json=output.as_json)
            run = run_of_asks(answers, ask_report(answers).model, made_at=datetime.now(UTC))
            if output.save:
                save_run(run, output.save)
        return compared(before, run), result


class Keeper:
    """Keeps the answers to questions.

    Args:
        kept: where; None: nowhere.
        source: of the answers.
    """

    def __init__(self, kept: Kept | None, source: Source) -> None:
        self._kept, self._source = kept, source

    def answers(self, asked: Sequence[Asked]) -> dict[str, AskJudgement]:
        """Return the answers that are there, by the id of their question.

        Raises:
            RunInvalid: they are those of another run.
        """
        if self._kept is None:
            return {}
        self._kept.check(["ask"])
        by_id = {one.id: one for one in asked}
        hashes = {name: hash_of_asked(one) for name, one in by_id.items()}
        found = self._kept.of("ask", self._source, hashes)
        return {name: line.of_question(by_id[name]) for name, line in found.items()}

    def take(self, answer: AskJudgement) -> None:
        """Keep an answer."""
        if self._kept is not None:
            saved = saved_of_ask(answer)
            self._kept.add(KeptAnswer(kind="ask", source=self._source, by=answer.by, answer=saved))


def _shown(answers: Sequence[AskJudgement], output: Output, *, complete: bool) -> dict[str, Any]:
    """Print the answers and the report for people; return the same for JSON."""
    reports = [ask_report(answers)] if answers else []
    result: dict[str, Any] = {
        "questions": len(answers),
        "complete": complete,
        "reports": [one.as_dict() for one in reports],
    }
    if output.details and output.as_json:
        result["answers"] = {"ask": [one.as_dict() for one in answers]}
    elif output.details:
        show_ask_answers(answers)
    if not output.as_json:
        for one in reports:
            show_ask_report(one)
    return result


def ask_all(
    box: Box,
    asked: Sequence[Asked],
    keeper: Keeper,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[list[AskJudgement], bool]:
    """Put questions to the box, one after the other, and judge the answers.

    Nothing is read from or written to the box's cache of answers: each is a new one.

    Args:
        box: the running box.
        asked: the questions, those about one call best beside each other.
        keeper: has answers of a run that was broken off, and keeps the new ones.
        clock: monotonic seconds.

    Returns:
        The answers in the order of the questions, and whether they are all: Ctrl-C stops it.

    Raises:
        BoxNotRunning: nothing answers the first question.
        EdgeBoxError: the box refuses every question; the message is its own.
        RunInvalid: the answers that were kept are those of another run.
    """
    given = keeper.answers(asked)
    left = [one for one in asked if one.id not in given]
    complete = False
    try:
        with progress() as shown:
            task = shown.add_task(NAMES["ask"], total=len(asked), completed=len(given))
            for one in left:
                given[one.id] = _judged(box, one, clock, is_first=one is left[0])
                keeper.take(given[one.id])
                shown.advance(task)
        complete = True
    except KeyboardInterrupt:
        pass
    answers = [given[one.id] for one in asked if one.id in given]
    reasons = Counter(one.error for one in answers if one.status == "failed")
    if answers and reasons.total() == len(answers):
        raise EdgeBoxError(f"No question was answered. {reasons.most_common(1)[0][0]}")
    for reason, count in reasons.most_common():
        note(f"{count} not answered: {reason}")
    return answers, complete


def _judged(box: Box, one: Asked, clock: Callable[[], float], *, is_first: bool) -> AskJudgement:
    began = clock()
    try:
        with said_of({"/question": "The question", "/conversation_text": "The call"}):
            reply = Reply.model_validate(_asked(box, _body(one)))
    except ValidationError:
        error = "The box answered in another form than an answer has."
        return judge_ask_failure(one, error, seconds=clock() - began)
    except EdgeBoxError as error:
        if is_first and isinstance(error, BoxNotRunning):
            raise
        return judge_ask_failure(one, error.detail, seconds=clock() - began)
    return judge_ask(one, reply, seconds=clock() - began)


def _asked(box: Box, body: dict[str, Any]) -> dict[str, Any]:
    """Return the end of a question with what was found in the call before any model read it."""
    evidence: list[dict[str, Any]] = []
    for name, data in box.events(Paths.ASK, body):
        if name == "evidence":
            evidence = data["citations"]
        elif name == "done":
            return {**data, "evidence": evidence}
    raise BoxNotRunning("The connection broke during the answer. See: edgebox status")


def _body(one: Asked) -> dict[str, Any]:
    day = one.case.call_date
    return {
        "question": one.question.question,
        "conversation_text": one.case.transcript,
        "sources": ["transcript"],
        "cache": False,
        **({"call_date": day.isoformat()} if day else {}),
    }
