"""What a check of ``edgebox doctor`` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgebox.settings import ROLES

if TYPE_CHECKING:
    from edgebox.settings import Role, RoleSettings, Settings

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """One finding. ``fix`` is the command or change that helps where it is not ok."""

    name: str
    state: State
    detail: str
    fix: str | None = None


def roles_of(settings: Settings) -> dict[Role, RoleSettings]:
    """Return the settings of each role by name."""
    return {role: settings.engines.role(role) for role in ROLES}
