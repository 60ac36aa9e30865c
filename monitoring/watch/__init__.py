"""What starts, configures and shows Prometheus and Alertmanager beside a box.

It needs Python 3.11 and nothing else: it runs on a box that has no packages of ours.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - of the system
    raise SystemExit("monitoring: Python 3.11 or newer is needed, as Debian 12 has it.")
