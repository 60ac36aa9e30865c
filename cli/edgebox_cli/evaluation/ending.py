"""How ``edgebox eval`` begins and ends, whatever it asks: mistakes, saved runs, the gate."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from edgebox.errors import CaseInvalid, EdgeBoxError, RunInvalid, UsageError
from edgebox.lab.evaluation.comparing import cautions, compare
from edgebox.lab.evaluation.kept import Kept
from edgebox.lab.evaluation.runs import load_run
from edgebox_cli.common.output import note, print_error, print_json
from edgebox_cli.evaluation.screen import NAMES, show_comparisons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from edgebox.lab.evaluation.comparing import Comparison
    from edgebox.lab.evaluation.runs import Run


@dataclass(frozen=True, slots=True)
class Output:
    """What becomes of a run.

    Attributes:
        save: the file that it is saved in.
        resume: go on with a run to that file that was broken off.
        against: the saved run to compare with.
        as_json: print nothing for people.
        details: print every answer.
    """

    save: Path | None
    resume: bool
    against: Path | None
    as_json: bool
    details: bool


@contextmanager
def mistakes_shown() -> Iterator[None]:
    """Report every mistake in cases or questions on a line of its own, and exit."""
    try:
        yield
    except CaseInvalid as error:
        for line in error.detail.splitlines():
            print_error(line)
        raise typer.Exit(error.exit_code) from None


def run_before(output: Output, check: Callable[[Run], None]) -> Run | None:
    """Return the run to compare with. Whatever is wrong shows now, not after hours of asking.

    Args:
        output: the new run's, and the file of the one to compare with.
        check: raises an error for a run that cannot be compared with the new one.

    Raises:
        UsageError: there is no such file, or no place to save the new run.
        RunInvalid: the file holds no run, or one that cannot be compared.
    """
    if output.save:
        _check_place(output.save, output.against)
    if output.against is None:
        return None
    before = load_run(output.against)
    check(before)
    return before


def _check_place(save: Path, against: Path | None) -> None:
    """Check that a run can be saved in a file, and is not saved over the one to compare with.

    Raises:
        UsageError: it cannot, or would be.
    """
    folder = save.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder} to save the run in.")
    if save.is_dir():
        raise UsageError(f"{save} is a folder. Name a file in it to save the run in.")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"You may not write into {folder}. Save the run in another folder.")
    if against and save.absolute() == against.absolute():
        raise UsageError(
            "The new run would replace the one to compare with. Give --save another file."
        )


@contextmanager
def keeping(output: Output, of: int) -> Iterator[Kept | None]:
    """Keep the answers of a run that the block asks for and saves; an error says how to go on.

    Args:
        output: the run's.
        of: how many answers the whole run has.

    Raises:
        UsageError: there is no run to go on with, or one that would be lost.
        RunInvalid: the run that was broken off cannot be read.
        EdgeBoxError: that of the block.
    """
    if output.save is None:
        if output.resume:
            raise UsageError("--resume goes on with a saved run: give its --save FILE as well.")
        yield None
        return
    with closing(Kept(output.save, resume=output.resume)) as kept:
        try:
            yield kept
            kept.forget()
        except RunInvalid:  # says by itself how to go on
            raise
        except EdgeBoxError as error:
            if kept:
                error.detail += f" {_how_to_go_on(kept, of)}"
            raise


def leave(result: Mapping[str, Any], kept: Kept | None, of: int, *, as_json: bool) -> NoReturn:
    """End a run that was stopped.

    Raises:
        typer.Exit: always.
    """
    if as_json:
        print_json(result)
    print_error(f"Stopped. {_how_to_go_on(kept, of)}")
    raise typer.Exit(1)


def _how_to_go_on(kept: Kept | None, of: int) -> str:
    """Return what became of the answers of a run that was broken off, ``of`` in all."""
    if kept is None:
        return "Nothing was kept; with --save FILE the same command could go on."
    if not kept:
        return "No answer was there yet."
    return f"{len(kept)} of {of} answers are kept: the same command with --resume goes on."


def compared(before: Run | None, after: Run) -> list[Comparison]:
    """Compare two runs, if there is a first one, and say what the comparison leaves open.

    Raises:
        RunInvalid: they cannot be compared.
    """
    if before is None:
        return []
    comparisons = compare(before, after)
    for line in cautions(before, after):
        note(line)
    return comparisons


def finish(
    comparisons: Sequence[Comparison], result: Mapping[str, Any], *, gate: bool, as_json: bool
) -> None:
    """Print the comparisons, with the result where it is JSON, and let the gate decide.

    Raises:
        typer.Exit: the gate refuses.
    """
    if as_json:
        compared = {"comparisons": [one.as_dict() for one in comparisons]} if comparisons else {}
        print_json({**result, **compared})
    elif comparisons:
        show_comparisons(comparisons)
    refused = [f"{NAMES[one.kind]}: {one.refused}" for one in comparisons if one.refused]
    if gate and refused:
        print_error(f"Refused. {'. '.join(refused)}.")
        raise typer.Exit(1)
