"""``edgebox demo --open``, in which only the engine is another one: it has no model.

python -m support.boxes.opened demo --open
python -m support.boxes.opened --config FILE up
"""

from __future__ import annotations

import sys
from pathlib import Path

from edgebox.processes import up
from edgebox.settings import load_settings
from edgebox_cli.commands import demo
from edgebox_cli.demo import box, screen
from edgebox_cli.main import main

OURS = [sys.executable, "-m", "support.boxes.opened"]
SPEED = 20.0


class Fetched:
    """The starter models, as if they were here already."""

    source = None


def opened() -> None:
    """Run the command in this process."""
    own = up.command

    def child(*arguments: str) -> list[str]:
        if arguments != ("engine",):
            return own(*arguments)
        config = Path(sys.argv[sys.argv.index("--config") + 1])
        socket = load_settings(config).socket
        return [sys.executable, "-m", "support.engines.crash", str(socket)]

    up.command = child
    box.command = lambda *arguments: [*OURS, *arguments]
    demo.pull = lambda *_, **__: Fetched()
    screen.SPEED, screen.PAUSE_SECONDS = SPEED, 0.5
    main()


if __name__ == "__main__":
    opened()
