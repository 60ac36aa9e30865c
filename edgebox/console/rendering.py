"""Pages from templates, in the language of the settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from edgebox.console.words import WORDS
from edgebox.system.times import in_zone

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from edgebox.console.navigation import Navigation
    from edgebox.console.static_files import StaticFiles

FOLDER = Path(__file__).parent / "templates"
_TOOL: Final = (
    r"(?:\./install\.sh|edgebox|chmod|chown|cp|curl|journalctl|ls|nvidia-\w+|rm|sudo|systemctl|"
    r"timedatectl)"
)
_WORDS: Final = r"(?: [^(;,가-힣]*)?"
_COMMAND: Final = re.compile(f"{_TOOL}{_WORDS}(?:; {_TOOL}{_WORDS})*")


class Templates:
    """Makes pages. Every text of theirs is escaped, and a name that is not given is an error.

    A template has, beside what is passed: ``t(key, **values)`` for texts of ``words/``,
    ``t_or(key, otherwise)`` where there may be none,
    ``static(path)`` for the address of a file, ``person`` (None before the login), ``places`` of
    the navigation, ``path`` of the page, ``language``, the filters ``when`` for Unix seconds
    and ``bytes``, and the test ``typed``.

    Args:
        language: ``ko`` or ``en``.
        static: the files that pages load.
        navigation: the places of each role.
    """

    def __init__(self, language: str, static: StaticFiles, navigation: Navigation) -> None:
        self.language = language
        self._words = WORDS[language]
        self._navigation = navigation
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {
            "t": self.text,
            "t_or": self._words.get,
            "static": static.address,
            "language": language,
        }
        self._environment.filters |= {"when": when, "bytes": size}
        self._environment.tests["typed"] = typed

    def text(self, key: str, **values: object) -> str:
        """Return a text of ``words/``, with its values put in.

        Raises:
            KeyError: there is no such text, or a value is missing.
        """
        text = self._words[key]
        return text.format_map(values) if values else text

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        **values: Any,  # noqa: ANN401
    ) -> Response:
        """Return a page.

        Args:
            request: of whom the page is for.
            template: its file's name.
            status: of the answer.
            values: what the template has by name.
        """
        person = getattr(request.state, "person", None)
        shown = {
            "person": person,
            "path": request.url.path,
            "places": self._navigation.of(person) if person and not person.must_change else (),
        }
        return HTMLResponse(self._environment.get_template(template).render(shown | values), status)


def when(at: float) -> str:
    """Return a moment as pages write it, in the box's time zone.

    Args:
        at: Unix seconds.
    """
    return in_zone(at).strftime("%Y-%m-%d %H:%M:%S")


def typed(text: str) -> bool:
    """Return whether a text is commands to type, and no sentence around one."""
    return _COMMAND.fullmatch(text) is not None


def size(count: int) -> str:
    """Return a number of bytes as pages write it: 3.2 GB."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
