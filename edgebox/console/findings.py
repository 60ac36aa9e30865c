"""What the doctor found, in the language of the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.console.words import doctor_ko
from edgebox.diagnosis import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.diagnosis import Finding

_KINDS: Final = {"n": r"[\d.]+", "m": r"[\d.]+", "id": r"[^\s:]+"}
_ANYTHING: Final = "(?:(?!; ).)+"  # sentences are joined by "; ": one never goes on in the next
_NAME: Final = re.compile(r"\\\{(\w+)\\\}")
_DEEPEST: Final = 4
_JOINED: Final = ("; ", ", ")


class Translation:
    """Puts findings into another language. What it does not know stays as the doctor wrote it.

    Args:
        found: by the doctor's own text, with ``{names}``: names of checks, what is wrong and
            what helps.
        quoted: by what the values of a finding may say.
    """

    def __init__(self, found: Mapping[str, str], quoted: Mapping[str, str]) -> None:
        self._found = found
        self._quoted = [(_pattern(said), text) for said, text in quoted.items()]

    def __call__(self, finding: Finding) -> Finding:
        """Return the finding with its values put in."""
        values = {name: self.quoted(value) for name, value in finding.values.items()}

        def told(text: str) -> str:
            return filled(self._found.get(text, text), values)

        fix = None if finding.fix is None else told(finding.fix)
        return replace(
            finding, name=told(finding.name), detail=told(finding.detail), fix=fix, values={}
        )

    def quoted(self, said: str, deep: int = 0) -> str:
        """Return what a value says: a sentence that is known, or several with their separator.

        Args:
            said: the value.
            deep: how many sentences it is quoted in.
        """
        if deep > _DEEPEST:
            return said
        for pattern, text in self._quoted:
            if found := pattern.fullmatch(said):
                inside = {name: self.quoted(it, deep + 1) for name, it in found.groupdict().items()}
                return filled(text, inside)
        for between in _JOINED:
            if between in said:
                return between.join(self.quoted(one, deep + 1) for one in said.split(between))
        return said


def _pattern(said: str) -> re.Pattern[str]:
    def group(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{_KINDS.get(found[1], _ANYTHING)})"

    return re.compile(_NAME.sub(group, re.escape(said)))


TRANSLATIONS: Final = {
    "ko": Translation(doctor_ko.FOUND, doctor_ko.QUOTED),
    "en": Translation({}, {}),
}
"""By the language of the pages. English is the doctor's own."""
