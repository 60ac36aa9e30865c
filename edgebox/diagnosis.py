"""What ``edgebox doctor`` found when it ran last, in a file of the state folder.

The command runs by itself, so this is how the administrator's page knows of it.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from edgebox.system.files import leave_bytes, open_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE: Final = "doctor.json"
LONGEST: Final = 100_000
"""Bytes that are read of the file."""

LATEST: Final = 4e9
"""A time, in Unix seconds, that can be shown."""

MOST: Final = 50
LONGEST_TEXT: Final = 500
"""Findings, and characters of a text of one."""

_NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that was not ok.

    Attributes:
        name: of the check.
        state: ``warn`` or ``fail``.
        detail: what is wrong.
        fix: what helps, if that is known.
        values: what stands for the ``{names}`` in the three texts.
    """

    name: str
    state: str
    detail: str
    fix: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A run of the doctor.

    Attributes:
        at: Unix seconds.
        checked: how many checks there were.
        findings: those that were not ok, failures first.
    """

    at: float
    checked: int
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether a check failed."""
        return any(one.state == "fail" for one in self.findings)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its values put in. A name without a value stays as it is.

    Args:
        text: with ``{names}``.
        values: by name.
    """
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)


def leave(folder: Path, *, at: float, checked: int, findings: Iterable[Finding]) -> None:
    """Leave what was found; a folder that cannot be written is no failure.

    Args:
        folder: the state folder.
        at: Unix seconds.
        checked: how many checks there were.
        findings: those that were not ok.
    """
    kept = [asdict(one) for one in findings]
    text = json.dumps({"at": at, "checked": checked, "findings": kept}, ensure_ascii=False)
    with suppress(OSError):
        leave_bytes(folder / FILE, text.encode("utf-8", "replace"))


def last(folder: Path) -> Diagnosis | None:
    """Return what was found last; None if the doctor never ran, or left nothing that can be read.

    Args:
        folder: the state folder.
    """
    try:
        with os.fdopen(open_file(folder / FILE), "rb") as file:
            text = file.read(LONGEST + 1)
        if len(text) > LONGEST:
            return None
        said = json.loads(text)
        findings = [_finding(one) for one in said["findings"][:MOST]]
        at = float(said["at"])
        if not 0 <= at <= LATEST:
            return None
        findings.sort(key=lambda one: one.state != "fail")
        return Diagnosis(at, int(said["checked"]), tuple(findings))
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ):
        return None


def _finding(one: dict[str, Any]) -> Finding:
    fix, values = one["fix"], one.get("values", {})
    return Finding(
        str(one["name"])[:LONGEST_TEXT],
        "fail" if one["state"] == "fail" else "warn",
        str(one["detail"])[:LONGEST_TEXT],
        None if fix is None else str(fix)[:LONGEST_TEXT],
        {str(key): str(value)[:LONGEST_TEXT] for key, value in values.items()},
    )
