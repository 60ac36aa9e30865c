"""The demo that stays: accounts, a browser, and calls that go on until somebody stops it."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgebox.console import passwords
from edgebox.store.db import Store
from edgebox.store.operators import NewOperator
from edgebox_cli.common.output import WHOLE, console, counted, print_line, table
from edgebox_cli.demo.box import CLIENT, DemoBox
from edgebox_cli.demo.calls import PLAYED
from edgebox_cli.demo.stage import stage
from edgebox_cli.live.sender import Sender, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.settings import Settings

PAGES = '[console]\nenabled = "on"\n'
"""Of the configuration: a box whose pages people see, on this machine alone."""

AGENT = "agent"
PEOPLE = (
    (AGENT, "김민지", "the call, its summary, questions"),
    ("lead", "박서준", "the records of calls that ended"),
)
"""Name, which is the role too; how pages name them; what they see."""

SPEED = 1.5
"""Of speech; 1 is that of people."""
PAUSE_SECONDS = 30.0
"""After a call: time to read its record."""


@dataclass(frozen=True)
class Login:
    """What somebody types to see the screen, and what it shows them."""

    name: str
    password: str = field(repr=False)
    shows: str


def add_people(settings: Settings) -> list[Login]:
    """Add an agent and a lead to the demo's box.

    Their passwords are made for this run. They need no change at the first login: the box answers
    to this machine alone, and is gone after the demo.
    """
    logins = []
    with closing(Store(settings.database)) as store:
        for name, display, shows in PEOPLE:
            password = passwords.one_time()
            kept = passwords.hashed(password)
            store.operators.add(NewOperator(name, name, CLIENT, display, kept))
            store.operators.change_password(name, kept)
            logins.append(Login(name, password, shows))
    return logins


def show_logins(url: str, logins: Sequence[Login]) -> None:
    """Print where the screen is, and who can log in."""
    table(
        f"The screen is at {url}",
        [("name", WHOLE), ("password", WHOLE), "shows"],
        [[login.name, login.password, login.shows] for login in logins],
    )
    console().print(
        "It answers to this machine alone. The passwords are for this run; Ctrl-C stops everything "
        "and removes it."
    )
    if not _has_display():
        port = url.rstrip("/").rpartition(":")[2]
        print_line(f"From another one: ssh -L {port}:127.0.0.1:{port} HOST, then the same address")


def open_browser(url: str) -> None:
    """Show the screen in the user's browser, if this machine has a display and one to open."""
    opener = shutil.which("xdg-open")
    if opener is None or not _has_display():
        return
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        # Its own session: Ctrl-C stops the demo, not the browser.
        subprocess.Popen(  # noqa: S603 - the system's own
            [opener, url], stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )


def play_on(box: DemoBox) -> None:
    """Play one call after another for the agent, for ever.

    Raises:
        EdgeBoxError: the box ended, or refuses a call.
    """
    for number, text in zip(itertools.count(1), itertools.cycle(PLAYED), strict=False):
        name = f"CALL-{number}"
        with stage(f"{name} goes on") as current:
            for at, of, watching in play(box, name, text, speed=SPEED):
                current.update(f"line {at} of {of}, {counted(watching, 'screen')}")
        with stage(f"{name} has ended, the next one follows") as current:
            while current.seconds < PAUSE_SECONDS:
                box.check()
                current.update()
                time.sleep(min(1.0, PAUSE_SECONDS))


def play(box: DemoBox, name: str, text: str, *, speed: float) -> Iterator[tuple[int, int, int]]:
    """Send a call as speech-to-text would, and end it.

    Args:
        box: the demo's.
        name: the consultation's id.
        text: one utterance a line.
        speed: of speech; 1 is that of people.

    Yields:
        Lines sent, lines in all, and screens that show the call; after each piece.

    Raises:
        EdgeBoxError: as ``Sender.line``.
    """
    lines = text.splitlines()
    sender = Sender(box.box, name, {"operator": AGENT})
    sent = 0
    for wait, words, whole in spoken(lines, speed):
        time.sleep(wait)
        if whole:
            sender.line(words)
            sent += 1
        else:
            sender.partial(words)
        yield sent, len(lines), sender.watching
    sender.end()


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
