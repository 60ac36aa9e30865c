"""What the frozen program runs: the command, with the environment it was called with."""

import os

# The loader of a frozen program points LD_LIBRARY_PATH at its own libraries and starts it again.
# They are found by now; programs that this one starts (nvidia-smi) are to use the system's.
before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if before is not None:
    os.environ["LD_LIBRARY_PATH"] = before
# A copy of this program that this one starts has to find its libraries for itself.
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"

from edgebox_cli.main import main  # noqa: E402 - see above

main()
