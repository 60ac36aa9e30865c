"""The three processes as children of one, with one log and one Ctrl-C.

``edgebox up`` does in a terminal what systemd does for a box in service.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from edgebox.contract.paths import Paths
from edgebox.errors import ConfigError, EdgeBoxError
from edgebox.processes.child import Child, ending, lines_of
from edgebox.system.program import command
from edgebox.system.tls import client_context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.settings import Settings

_DRAIN_SECONDS = 1.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_COLOURS = {"engine": 36, "api": 32, "worker": 33, "edgebox": 1}


@dataclass(frozen=True)
class Pauses:
    """Seconds.

    Attributes:
        settled: a child that lived that long has started: its death is an accident.
        first_pause: before it is started again the first time; then twice as long each time.
        longest_pause: the most of that.
        poll: between two questions whether the box is ready.
    """

    settled: float = 60.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    poll: float = 1.0


def children_of(settings: Settings) -> list[Child]:
    """Return the box's processes in the order in which they stop: those that send work first."""
    work = max(15.0, settings.callbacks.timeout_seconds)
    return [
        Child("api", command("api"), stop_seconds=settings.quick.deadline_seconds + 10),
        Child("worker", command("worker"), stop_seconds=work + 10),
        Child("engine", command("engine"), stop_seconds=20),
    ]


def require_free_port(settings: Settings) -> None:
    """Refuse to start if another program has the API's port, or the API may not listen there.

    Otherwise that program's answers would be taken for ours.

    Raises:
        EdgeBoxError: the address cannot be listened on.
        ConfigError: plain HTTP would leave the machine without being allowed.
    """
    if problem := settings.api.plain_http_refusal:
        raise ConfigError(problem)
    host, port = settings.api.host, settings.api.port
    if problem := port_problem(host, port):
        raise EdgeBoxError(
            f"Cannot listen on {host}:{port}: {problem}. Is EdgeBox running already? "
            "See: edgebox status. Or choose another port under [api] in edgebox.toml"
        )


def port_problem(host: str, port: int) -> str | None:
    """Return why ``host:port`` cannot be listened on, or None if it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return (error.strerror or "unusable").lower()
    return None


class Up:
    """Runs children until a signal, or until one of them cannot start.

    A child that dies is started again, after 1, 2, 4 … 30 s. Two things end everything
    instead, because starting again would not help: exit code 2 (wrong usage), and a
    child's very first start that fails before the box was ready. The child's own last line
    then says what is wrong.

    Args:
        children: in the order in which they stop; they start in the reverse order.
        url: where the box answers; ``/readyz`` below it says when it is ready. None: do not ask.
        tls_cert: ``[api] tls_cert``, to recognise the box by.
        write: takes finished lines, without line feed.
        colour: whether names are coloured.
        pauses: the waits.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        url: str | None,
        write: Callable[[str], None],
        tls_cert: str = "",
        colour: bool = False,
        pauses: Pauses | None = None,
    ) -> None:
        self._children = children
        self._url = url
        self._verify = client_context(tls_cert)
        self._write = write
        self._colour = colour
        self._pauses = pauses or Pauses()
        self._width = max(len(name) for name in ("edgebox", *(c.name for c in children)))
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._ready = False
        self._exit_code = 0

    def run(self) -> int:
        """Run on this thread.

        Returns:
            The exit code; 0 after a stop by a signal.
        """
        return asyncio.run(self._run())

    async def _run(self) -> int:
        self._stop = asyncio.Event()
        self._kill = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in _STOP_SIGNALS:
            loop.add_signal_handler(number, self._on_signal)
        tasks = {c.name: asyncio.create_task(self._keep(c)) for c in reversed(self._children)}
        announcing = asyncio.create_task(self._announce())
        await self._stop.wait()
        announcing.cancel()
        for child in self._children:
            await self._end(child, tasks[child.name])
        await asyncio.gather(announcing, *tasks.values(), return_exceptions=True)
        return self._exit_code

    def _on_signal(self) -> None:
        if self._stop.is_set():
            self._say("Killing what still runs.")
            self._exit_code = 1
            self._kill.set()
        else:
            self._say("Stopping. Ctrl-C again kills at once.")
            self._stop.set()

    async def _keep(self, child: Child) -> None:
        """Start the child, and again after each death, until everything stops."""
        loop = asyncio.get_running_loop()
        pause, first = self._pauses.first_pause, True
        while not self._stop.is_set():
            began = loop.time()
            code = await self._once(child)
            if self._stop.is_set():
                return
            lived = loop.time() - began
            settled = lived >= self._pauses.settled
            if code == 2 or (first and not self._ready and not settled):
                self._say(f"{child.name} could not start ({ending(code)}). Stopping.")
                self._exit_code = 1
                self._stop.set()
                return
            first = False
            if settled:
                pause = self._pauses.first_pause
            self._say(f"{child.name} died ({ending(code)}). Starting it again in {pause:g} s.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(pause * 2, self._pauses.longest_pause)

    async def _once(self, child: Child) -> int:
        """Run the child once.

        Returns:
            Its exit code; negative: the signal that ended it.
        """
        try:
            process = await child.start()
        except OSError as error:
            self._say(f"{child.name}: cannot run {child.argv[0]}: {error.strerror}.")
            return 127
        self._running[child.name] = process
        if self._stop.is_set():  # while it was starting, so it got no SIGTERM
            self._signal(child.name, signal.SIGKILL)
        copying = asyncio.create_task(self._copy(child.name, process))
        code = await process.wait()
        del self._running[child.name]
        await asyncio.wait({copying}, timeout=_DRAIN_SECONDS)
        copying.cancel()
        return code

    async def _copy(self, name: str, process: asyncio.subprocess.Process) -> None:
        """Copy the child's lines into the one log."""
        async for line in lines_of(process):
            self._line(name, line)

    async def _end(self, child: Child, task: asyncio.Task[None]) -> None:
        """Send SIGTERM, then SIGKILL when its time is over or a second signal came."""
        process = self._running.get(child.name)
        if process is None or self._kill.is_set():
            self._signal(child.name, signal.SIGKILL)
            return
        self._signal(child.name, signal.SIGTERM)
        killed = asyncio.create_task(self._kill.wait())
        await asyncio.wait(
            {task, killed}, timeout=child.stop_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        killed.cancel()
        if not task.done():
            if not self._kill.is_set():
                self._say(f"{child.name} did not stop in {child.stop_seconds:g} s. Killing it.")
            self._exit_code = 1
            self._signal(child.name, signal.SIGKILL)

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self._running.get(name)
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    async def _announce(self) -> None:
        """Wait until the box is ready, and print that."""
        if self._url is None:
            return
        self._say("Starting; the engine is loading the models.")
        async with httpx.AsyncClient(trust_env=False, timeout=2.0, verify=self._verify) as http:
            while not self._ready:
                with suppress(httpx.HTTPError):
                    self._ready = (await http.get(f"{self._url}{Paths.READY}")).status_code == 200
                if not self._ready:
                    await asyncio.sleep(self._pauses.poll)
        self._say(f"EdgeBox is ready at {self._url} (Ctrl-C stops it)")

    def _say(self, text: str) -> None:
        self._line("edgebox", text)

    def _line(self, name: str, text: str) -> None:
        prefix = f"{name:<{self._width}} |"
        if self._colour:
            prefix = f"\x1b[{_COLOURS.get(name, 35)}m{prefix}\x1b[0m"
        with suppress(OSError):  # the terminal is gone; the box need not be
            self._write(f"{prefix} {text}")
