"""The running box from a shell: its HTTP API, with requests signed as one of its clients."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from edgebox.errors import (
    BodyTooLarge,
    BoxBusy,
    BoxNotRunning,
    EdgeBoxError,
    InvalidFields,
    RateLimited,
    Resync,
)
from edgebox.signing import bound_key
from edgebox.signing_v2 import Signed, bound_key_v2
from edgebox.store.db import Store
from edgebox.system.listeners import foreign_listener
from edgebox.system.tls import client_context, refusal
from edgebox_cli.common.clients import chosen_client
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.systemd import to_start

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from edgebox.settings import Settings
    from edgebox.store.clients import Client

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 30.0
"""Without a byte of an answer, beside the seconds that a model may take for it."""


class _Keys(httpx.Auth):
    """Puts a bound key of a client into each request, of the kind that the box wants of it.

    Whoever holds the box's port would get it: no key goes to another user's program.
    """

    requires_request_body = True

    def __init__(
        self, client: Client, clock: Callable[[], float], url: str, state_dir: Path
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = url
        self._state_dir = state_dir

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the request with its key.

        Raises:
            EdgeBoxError: another user's program listens there.
        """
        uid = foreign_listener(self._url, self._state_dir)
        if uid is not None:
            raise EdgeBoxError(
                f"User {uid} listens at {self._url}, and that is not EdgeBox's user: no key was "
                "sent. To see the program: ss -ltnp"
            )
        client_id, secret, now = self._client.client_id, self._client.secrets[0], self._clock()
        if self._client.key_version > 1:
            target = request.url.raw_path.decode("ascii")
            body_sha256 = hashlib.sha256(request.content).hexdigest()
            request.headers["X-Content-SHA256"] = body_sha256
            signed = Signed(request.method, target, body_sha256)
            key = bound_key_v2(client_id, secret, now, secrets.token_urlsafe(16), signed)
        else:
            key = bound_key(client_id, secret, now)
        request.headers["X-Bound-Key"] = key
        yield request


class Box:
    """The API of the box that this configuration describes.

    Args:
        settings: name the address and the certificate.
        client: the client that asks; its secret signs every request.
        clock: Unix seconds, for the bound key.
        transport: replaces the network, for tests.
    """

    def __init__(
        self,
        settings: Settings,
        client: Client,
        *,
        clock: Callable[[], float] = time.time,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = settings.api.local_url
        self._client = client
        self._keys = _Keys(client, clock, self.url, settings.state_dir)
        self._verify = client_context(settings.api.tls_cert)
        self._deadline = max(settings.quick.deadline_seconds, settings.ask.deadline_seconds)
        self._http = httpx.Client(
            base_url=self.url,
            transport=transport,
            verify=self._verify,
            timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
            trust_env=False,
            auth=self._keys,
        )

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON object at ``path``.

        Raises:
            BoxNotRunning: nothing answers.
            InvalidFields, BodyTooLarge: the box refused fields of the request, or its size.
            RateLimited, BoxBusy: it refused it for now, and may say for how many seconds.
            EdgeBoxError: the box refused the request; the message is the answer's own.
        """
        with self._translated():
            return _object(self._checked(self._http.get(path)))

    def text(self, path: str) -> str:
        """Return the text at ``path``; raise what ``get`` raises."""
        with self._translated():
            return self._checked(self._http.get(path)).text

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send ``body`` and return the answer's JSON object; raise what ``get`` raises."""
        with self._translated():
            answer = self._http.post(path, json=body, timeout=self._patience(body))
            return _object(self._checked(answer))

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send ``body`` with PUT and return the answer's JSON object; raise what ``get`` raises.

        Raises:
            Resync: the body does not continue what the box has.
        """
        with self._translated():
            return _object(self._checked(self._http.put(path, json=body)))

    def events(self, path: str, body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Send ``body`` and yield the server-sent events (name, data) of the answer.

        Raises:
            BoxNotRunning, EdgeBoxError: as ``get`` does.
        """
        headers, patience = {"Accept": "text/event-stream"}, self._patience(body)
        with (
            self._translated(),
            self._http.stream("POST", path, json=body, headers=headers, timeout=patience) as answer,
        ):
            if answer.status_code >= 400:
                answer.read()
                self._checked(answer)
            name = ""
            for line in answer.iter_lines():
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    yield name, json.loads(value)

    def asynchronous(self) -> httpx.AsyncClient:
        """Return a new client of the same API with the same keys, for many requests at a time."""
        return httpx.AsyncClient(
            base_url=self.url,
            verify=self._verify,
            timeout=self._patience({}),
            limits=httpx.Limits(max_connections=None),
            trust_env=False,
            auth=self._keys,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _patience(self, body: Mapping[str, Any]) -> httpx.Timeout:
        """Return how long a request's answer is waited for: its own deadline, or the settings'."""
        deadline = float(body.get("deadline", self._deadline))
        return httpx.Timeout(_READ_SECONDS + deadline, connect=_CONNECT_SECONDS)

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        """Return an answer below 400; raise EdgeBoxError with the problem's detail otherwise."""
        if answer.status_code < 400:
            return answer
        if answer.status_code == 401 and self._client.allowed_from:
            name, networks = self._client.client_id, " ".join(self._client.allowed_from)
            raise EdgeBoxError(
                f"{name} may send from {networks} only. To use it on this box as well: "
                f"edgebox keys allow {name} {networks} 127.0.0.1"
            )
        if answer.status_code == 401:
            raise EdgeBoxError(
                f"The box at {self.url} does not accept the key of {self._client.client_id}: "
                "it uses another state folder than this configuration. See: edgebox doctor"
            )
        try:
            refusal = _refusal(answer)
        except (ValueError, KeyError, TypeError):
            raise EdgeBoxError(
                f"{self.url} answered {answer.status_code} in a form that is not EdgeBox's. "
                "Is another program on this port? See: edgebox doctor"
            ) from None
        raise refusal

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what httpx and broken answers raise into our own errors."""
        try:
            yield
        except httpx.ConnectError as error:
            if reason := refusal(error):
                raise EdgeBoxError(
                    f"{self.url} does not show the certificate of [api] tls_cert ({reason}). "
                    "See: edgebox logs --process api"
                ) from None
            raise BoxNotRunning(not_running(self.url)) from None
        except httpx.TimeoutException:
            raise BoxNotRunning(
                f"EdgeBox at {self.url} did not answer in time. "
                "To find out what is wrong, run: edgebox doctor"
            ) from None
        except httpx.HTTPError:
            raise BoxNotRunning(
                f"The connection to {self.url} broke during the answer. See: edgebox status"
            ) from None
        except UnicodeEncodeError:
            raise  # of what is sent, which is the user's: `exit_code_of`
        except ValueError:
            raise EdgeBoxError(
                f"{self.url} gave an answer in a form that is not EdgeBox's. "
                "Is another program on this port? See: edgebox doctor"
            ) from None


def _refusal(answer: httpx.Response) -> EdgeBoxError:
    """Return the error that a problem is.

    Raises:
        ValueError, KeyError, TypeError: the answer is no problem of the box.
    """
    problem, status = answer.json(), answer.status_code
    detail, request_id = problem["detail"], problem.get("request_id")
    if "expected" in problem:
        return Resync(int(problem["expected"]))
    errors = [(str(one["pointer"]), str(one["detail"])) for one in problem.get("errors", ())]
    if status == BodyTooLarge.http_status:
        return BodyTooLarge(detail, errors=errors)
    if errors:
        return InvalidFields(errors, detail)
    more = f" (request {request_id})" if status >= 500 and request_id else ""
    wait = answer.headers.get("Retry-After", "")
    text = f"{detail}{more} Try again in {wait} s." if wait else f"{detail}{more}"
    seconds = int(wait) if wait.isdecimal() else None
    if status == RateLimited.http_status:
        return RateLimited(text, retry_after=seconds)
    if status == BoxBusy.http_status:
        return BoxBusy(text, retry_after=seconds)
    return EdgeBoxError(text)


def _object(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what a broken body raises too
    return body


def not_running(url: str) -> str:
    """Return the message for a box that does not answer: what it means and what to type."""
    return f"EdgeBox is not running at {url}. Start it with: {to_start('api')}"


@contextmanager
def opened_box(client: str | None) -> Iterator[tuple[Box, Settings]]:
    """Open the running box as one of its clients; yield it and its settings.

    An error in the block becomes one line and its exit code.
    """
    with reported():
        found = settings()
        with closing(Store(found.database)) as store:
            chosen = chosen_client(store, client)
        with closing(Box(found, chosen)) as box:
            yield box, found
