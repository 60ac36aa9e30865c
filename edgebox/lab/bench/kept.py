"""The measurements of a session in a file, each as soon as it is made.

So a session that is broken off loses the measurement that ran, and goes on with that one.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from edgebox.errors import RunInvalid
from edgebox.lab.bench.workload import Measurement, Size
from edgebox.lab.kept_lines import KeptLines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

_MEASUREMENT: Final = TypeAdapter(Measurement)


class _Plan(BaseModel):
    """The first line of the file: what its measurements have in common.

    Attributes:
        targets: names, in their order.
        workloads: names, in their order.
        size: with the salt of the session, which makes its texts.
    """

    targets: list[str]
    workloads: list[str]
    size: Size


class KeptRuns:
    """A file of measurements, held for this command alone.

    Args:
        path: it is made if it is not there. Only its owner can read it; it has no word of a call.
        targets: of the session.
        workloads: of the session.
        size: of the session. Where there is a file its salt goes before this one.

    Attributes:
        size: with the salt of the session that the file began.
        runs: the measurements, in the order in which they were made.

    Raises:
        RunInvalid: another command has it, it is of another session, or it cannot be written.
    """

    def __init__(
        self, path: Path, targets: Sequence[str], workloads: Sequence[str], size: Size
    ) -> None:
        self._path = path
        self.runs: list[Measurement] = []
        self.size = size
        self._file = KeptLines(path)
        try:
            self._read(_Plan(targets=list(targets), workloads=list(workloads), size=size))
        except RunInvalid:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, run: Measurement) -> None:
        """Write a measurement. One with a request that failed is made again, and is not written.

        Raises:
            OSError: it cannot be written.
        """
        if not any(sample.error for sample in run.samples):
            self._file.add(_MEASUREMENT.dump_json(run))

    def _read(self, plan: _Plan) -> None:
        lines = self._file.lines
        first = lines[0] if lines else self._file.broken
        try:
            kept = _Plan.model_validate_json(first) if first else plan
            self.runs = [_MEASUREMENT.validate_json(line) for line in lines[1:]]
        except ValidationError:
            raise RunInvalid(
                f"{self._path} holds something else than measurements. Name another file."
            ) from None
        self.size = replace(plan.size, salt=kept.size.salt)
        if different := _difference(kept, plan.model_copy(update={"size": self.size})):
            raise RunInvalid(
                f"{self._path} is of another session: {different}. Go on with the same targets, "
                "workloads and sizes, or name another file."
            )
        self._file.mend()
        if not lines:
            self._file.add(kept.model_dump_json().encode())


def _difference(kept: _Plan, wanted: _Plan) -> str:
    """Return the first thing that two plans have otherwise; empty where there is none."""
    before = kept.model_dump(exclude={"size"}) | asdict(kept.size)
    after = wanted.model_dump(exclude={"size"}) | asdict(wanted.size)
    for name, one in before.items():
        if one != after[name]:
            was, now = (
                ", ".join(value) if isinstance(value, list) else value
                for value in (one, after[name])
            )
            return f"{name} is {now} and was {was}"
    return ""
