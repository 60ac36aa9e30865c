"""An engine process without a model: it answers at once, and dies of a poisoned transcript.

    python -m support.engines.crash SOCKET

Every answer differs from every other (a serial number among its keywords), so that a
consultation that was analysed into two results would show.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.engines.fake import FakeEngine
from support.samples import ANALYSIS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

POISON = "이 문장을 읽으면 엔진이 죽습니다"
LETTERS = str.maketrans("0123456789", "가나다라마바사아자차")
SLOW = "이 문장은 천천히 읽힙니다"


class CrashEngine(FakeEngine):
    """The fake engine, with a serial number in each answer."""

    serial = itertools.count(1)

    async def _pieces(self, body: dict[str, Any]) -> AsyncIterator[str]:
        asked = json.dumps(body["messages"], ensure_ascii=False)
        if POISON in asked:
            await asyncio.sleep(0.05)
            os._exit(139)
        await asyncio.sleep(1.0 if SLOW in asked else 0.02)
        if body["model"] == "mlm":
            answer = json.loads(ANALYSIS)
            # In letters: figures that nobody said are taken out of an answer.
            number = f"{time.time_ns()}-{next(self.serial)}"
            answer["keywords"] = [number.translate(LETTERS)]
            yield json.dumps(answer, ensure_ascii=False)
            return
        async for piece in super()._pieces(body):
            yield piece


async def main(path: Path) -> None:
    """Serve until killed."""
    async with CrashEngine(keeps=False).serve(path):
        await asyncio.Event().wait()


if __name__ == "__main__":
    socket = Path(sys.argv[1])
    socket.unlink(missing_ok=True)
    asyncio.run(main(socket))
