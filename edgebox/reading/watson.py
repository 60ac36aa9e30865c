"""Watson's JSON: who speaks stands in a list beside the words, by their times."""

from __future__ import annotations

from typing import Any, Final

from edgebox.reading.entries import named

_WORD: Final = 3
"""Values of a word: what it is, its start and its end."""


def watson_words(results: Any, labels: list[Any]) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Return the words of results, each with its start and speaker; empty where they have none.

    Args:
        results: each with the best of its alternatives first, whose ``timestamps`` are its words.
        labels: of each word, ``from`` and ``speaker``.
    """
    speakers = {
        one.get("from"): one.get("speaker")
        for one in labels
        if isinstance(one, dict) and isinstance(one.get("from"), int | float | str)
    }
    found = []
    for one in results if isinstance(results, list) else ():
        words = named(one).get("timestamps") if isinstance(one, dict) else None
        for word in words if isinstance(words, list) else ():
            if not isinstance(word, list) or len(word) != _WORD or not isinstance(word[0], str):
                return []
            if not isinstance(word[1], int | float | str):
                return []
            found.append({"word": word[0], "start": word[1], "speaker": speakers.get(word[1])})
    return found if any(one["speaker"] is not None for one in found) else []
