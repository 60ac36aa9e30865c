"""The bytes of another server's answer: not without end, and as the lines of a stream of events.

httpx cuts lines where ``str.splitlines`` does, which is also at U+2028 and U+0085: a model may
write these, and JSON holds them as they are. It also believes the charset of the header; events are
UTF-8 whatever that says.
"""

from __future__ import annotations

import codecs
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

LONGEST: Final = 32 * 2**20
"""Bytes of an answer: ten times the longest that is asked for, with its counts in each event."""
LONGEST_LINE: Final = 2**20


async def lines_of(answer: httpx.Response) -> AsyncGenerator[str]:
    """Yield the lines of a stream of events as they come, without their ends.

    Raises:
        ValueError: the stream or one of its lines has no end.
    """
    rest, first = b"", True
    async with aclosing(_bytes_of(answer)) as chunks:
        async for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield _text(line.removeprefix(codecs.BOM_UTF8) if first else line)
                first = False
            if len(rest) > LONGEST_LINE:
                raise ValueError("a line without end")
    if rest:
        yield _text(rest)


async def body_of(answer: httpx.Response) -> bytes:
    """Return all of an answer that is not streamed.

    Raises:
        ValueError: it has no end.
    """
    async with aclosing(_bytes_of(answer)) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def _bytes_of(answer: httpx.Response) -> AsyncGenerator[bytes]:
    size = 0
    async with aclosing(answer.aiter_bytes()) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            size += len(chunk)
            if size > LONGEST:
                raise ValueError("an answer without end")
            yield chunk


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")
