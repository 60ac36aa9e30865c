"""How a command fails: one line on standard error and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from edgebox.errors import EdgeBoxError, UsageError, where
from edgebox_cli.common.output import print_error

if TYPE_CHECKING:
    from collections.abc import Iterator


_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def reported() -> Iterator[None]:
    """Turn an error raised on purpose in the block into one line and its exit code."""
    try:
        yield
    except EdgeBoxError as error:
        print_error(error.detail)
        raise typer.Exit(error.exit_code) from None


@contextmanager
def resumable() -> Iterator[None]:
    """Report errors as ``reported`` does, and say on Ctrl-C that nothing is lost."""
    try:
        with reported():
            yield
    except KeyboardInterrupt:
        print_error("Stopped. The same command continues from here.")
        raise typer.Exit(1) from None


def exit_code_of(error: Exception) -> int:
    """Print what ended the program and return its exit code.

    An unexpected error's message may quote a transcript: only its type and place are shown.
    """
    if isinstance(error, EdgeBoxError):
        print_error(error.detail)
        return error.exit_code
    if isinstance(error, OSError) and error.errno in _FULL:
        print_error(f"Not everything was written: {error.strerror}. Free space, then run it again.")
        return 1
    if isinstance(error, UnicodeEncodeError) and not all(map(_is_unicode, sys.argv)):
        print_error(
            "An argument is not text in UTF-8. Set the terminal's encoding to UTF-8, or type the "
            "argument in ASCII."
        )
        return UsageError.exit_code
    if os.environ.get("EDGEBOX_LOG_LEVEL", "").lower() == "debug":
        traceback.print_tb(error.__traceback__)  # places and our own lines, no message
    hint = "for the traceback set EDGEBOX_LOG_LEVEL=debug"
    print_error(f"internal error: {where(error)} ({hint})")
    return 1


def _is_unicode(word: str) -> bool:
    """Return whether a word can be encoded: Python makes surrogates of bytes that are no UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in word)
