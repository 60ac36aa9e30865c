"""What a check of ``edgebox doctor`` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from edgebox.diagnosis import Finding, filled
from edgebox.settings import ROLES

if TYPE_CHECKING:
    from edgebox.settings import Role, RoleSettings, Settings

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """What one check found.

    ``fix`` is the command or change that helps where it is not ok. ``finding`` is the same with
    words and figures apart, which the console's pages put into their own language.
    """

    name: str
    state: State
    detail: str
    fix: str | None = None
    finding: Finding | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--json`` and support bundles have of it."""
        return {"name": self.name, "state": self.state, "detail": self.detail, "fix": self.fix}


def warn(name: str, detail: str, fix: str, /, **values: object) -> Check:
    """Return a warning.

    Args:
        name: of the check.
        detail: a sentence that says what is wrong.
        fix: what to type or to do.
        values: what stands for the ``{names}`` in the three texts. The texts themselves are
            constants: ``console/words/doctor_ko.py`` has each of them.
    """
    return _found(name, "warn", detail, fix, values)


def fail(name: str, detail: str, fix: str, /, **values: object) -> Check:
    """Return a failure. The arguments are those of ``warn``."""
    return _found(name, "fail", detail, fix, values)


def _found(name: str, state: State, detail: str, fix: str, values: dict[str, object]) -> Check:
    texts = {key: str(value) for key, value in values.items()}
    return Check(
        filled(name, texts),
        state,
        filled(detail, texts),
        filled(fix, texts),
        Finding(name, state, detail, fix, texts),
    )


def roles_of(settings: Settings) -> dict[Role, RoleSettings]:
    """Return the settings of each role by name."""
    return {role: settings.engines.role(role) for role in ROLES}
