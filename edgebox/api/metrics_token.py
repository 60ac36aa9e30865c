"""The token with which a monitor reads ``/metrics`` on the API's own port.

A bound key lives for minutes, which no monitor can sign; Prometheus reads a token from a file
(``authorization.credentials_file``), and so does the API, so that both can be changed at any time.
"""

from __future__ import annotations

import hmac
import logging

from edgebox.errors import ConfigError
from edgebox.system.secret_file import SHORTEST_TOKEN, read_secret

log = logging.getLogger("edgebox.api")


class MetricsToken:
    """The token of ``[api] metrics_token_file``.

    Args:
        path: of the file; empty: no token is accepted.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._problem = ""

    def is_in(self, authorization: str) -> bool:
        """Return whether the header has the token: ``Bearer TOKEN``. Reads the file."""
        scheme, _, sent = authorization.partition(" ")
        if scheme.lower() != "bearer" or not self._path:
            return False
        token = self._read()
        return token is not None and hmac.compare_digest(token, sent.strip().encode())

    def _read(self) -> bytes | None:
        """Return the token, or None with a line in the log, once for each problem."""
        problem, token = "", ""
        try:
            token = read_secret(self._path, shortest=SHORTEST_TOKEN)
        except ConfigError as error:
            problem = error.detail
        if problem and problem != self._problem:
            log.error("metrics_token_file is not used: %s", problem)
        self._problem = problem
        return None if problem else token.encode()
