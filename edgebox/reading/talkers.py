"""Which side the speaker of each label is on: by its word, else by how it talks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from edgebox.reading.candidates import UNNAMED
from edgebox.reading.roles import AGENT_TALK, CUSTOMER_TALK, EITHER, Speaker, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_HUMAN: Final = "human"
"""The customer beside an assistant, the agent beside a customer."""
_MODELS: Final = frozenset(["gpt", "chatgpt"])
"""Those who answer a human, or write about what an agent and a customer say."""


def assign(names: Iterable[tuple[str, str]]) -> tuple[dict[str, Speaker], bool]:
    """Return each label's side, and whether talk had to decide.

    Args:
        names: (label, spoken text) of every turn, in order.

    1. A word of a role is that role; a human beside a customer is an agent, and a model beside
       both sides a machine; an employee is an agent where only a customer is named.
    2. People and anonymous labels are sorted by how they talk: all that talk like one
       who works there are agents; of the others the one that asks first is the customer.
    3. Where one side is named and one label is left, it is the other side.
    4. Where nothing tells, they stay unknown, and so does who was not recognised beside two others.
    """
    roles: dict[str, Speaker] = {}
    serves: Counter[str] = Counter()
    asks: Counter[str] = Counter()
    turns = list(names)
    named = {role_of(label) for label, _ in turns if not EITHER.fullmatch(label)}
    free = "customer" in named and "agent" not in named
    for label, text in turns:
        known = role_of(label)
        if known is not None and (free or not EITHER.fullmatch(label)):
            roles[label] = known
        else:
            serves[label] += len(AGENT_TALK.findall(text))
            asks[label] += len(CUSTOMER_TALK.findall(text))
    if "customer" in {side for label, side in roles.items() if label != _HUMAN}:
        roles |= dict.fromkeys({_HUMAN} & roles.keys(), "agent")
    if {"agent", "customer"} <= {side for label, side in roles.items() if label not in _MODELS}:
        roles |= dict.fromkeys(_MODELS & roles.keys(), "system")
    score = {label: serves[label] - asks[label] for label in serves}
    guessed: dict[str, Speaker] = dict.fromkeys(score, "unknown")
    if len(score) + bool(roles) > 2:
        score.pop(UNNAMED, None)
    guessed |= _by_talk(score, serves, set(roles.values()))
    return roles | guessed, any(side != "unknown" for side in guessed.values())


def _by_talk(
    score: dict[str, int], serves: Counter[str], named: set[Speaker]
) -> dict[str, Speaker]:
    """Return the sides of the labels that are no word of a role, as far as talk tells."""
    ranked = sorted(score, key=lambda label: -score[label])
    if not ranked or {"agent", "customer"} <= named:
        return {}
    if "agent" in named:
        return {ranked[-1]: "customer"}
    if "customer" in named:
        alone = ranked if len(ranked) == 1 else []
        return dict.fromkeys([label for label in ranked if score[label] > 0] or alone, "agent")
    if len(ranked) == 1 or score[ranked[0]] == score[ranked[1]]:
        return {}
    if serves[ranked[0]] == 0 and score[ranked[0]] >= 0:
        return {}
    agents = [ranked[0], *(one for one in ranked[1:-1] if serves[one] and score[one] > 0)]
    others = [one for one in ranked if one not in agents]
    rest = others if len(ranked) == 2 else [one for one in others if score[one] <= 0]
    sides: dict[str, Speaker] = dict.fromkeys(agents, "agent")
    return sides | dict.fromkeys(rest, "customer")
