"""Runs the command in the frozen program, with the environment of its caller."""

import os

# The loader of a frozen program sets LD_LIBRARY_PATH to its own libraries and starts it again.
# These are loaded now, and programs that this one starts (nvidia-smi) need the system's.
before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if before is not None:
    os.environ["LD_LIBRARY_PATH"] = before
# A child that runs this program has to find its libraries itself.
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"

from edgebox_cli.main import main  # noqa: E402 - see above

main()
