"""The running box from a shell: its HTTP API, signed as one of its own clients."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from edgebox.settings import Settings
    from edgebox.store.clients import Client
    from edgebox.store.db import Store

ClientOption = Annotated[
    str | None,
    typer.Option("--client", metavar="CLIENT", help="Ask as this client; without: the first one."),
]

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 30.0


class Box:
    """The API of the box that this configuration describes.

    Args:
        settings: where it listens.
        client: as whom to ask; every request is signed anew with its secret.
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
        import httpx

        from edgebox.system.tls import client_context

        self.url = settings.api.local_url
        self._client = client
        self._clock = clock
        self._http = httpx.Client(
            base_url=self.url,
            transport=transport,
            verify=client_context(settings.api.tls_cert),
            timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
            trust_env=False,
        )

    def get(self, path: str) -> dict[str, Any]:
        """The JSON that ``path`` answers with.

        Raises:
            BoxNotRunning: nothing answers.
            EdgeBoxError: the box refused; its own words.
        """
        with self._translated():
            return _object(self._checked(self._http.get(path, headers=self._signed())))

    def text(self, path: str) -> str:
        """The text that ``path`` answers with; raises as ``get``."""
        with self._translated():
            return self._checked(self._http.get(path, headers=self._signed())).text

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON that ``path`` answers ``body`` with; raises as ``get``."""
        with self._translated():
            return _object(self._checked(self._http.post(path, json=body, headers=self._signed())))

    def events(self, path: str, body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """The server-sent events that answer ``body``: (name, data); raises as ``get``."""
        headers = {**self._signed(), "Accept": "text/event-stream"}
        with (
            self._translated(),
            self._http.stream("POST", path, json=body, headers=headers) as answer,
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

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _signed(self) -> dict[str, str]:
        from edgebox.signing import bound_key

        secret = self._client.secrets[0]
        return {"X-Bound-Key": bound_key(self._client.client_id, secret, self._clock())}

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        from edgebox.errors import EdgeBoxError

        if answer.status_code < 400:
            return answer
        if answer.status_code == 401:
            raise EdgeBoxError(
                f"The box at {self.url} does not accept the key of {self._client.client_id}: "
                "it uses another state folder than this configuration. See: edgebox doctor"
            )
        try:
            problem = answer.json()
            detail, request_id = problem["detail"], problem.get("request_id")
        except (ValueError, KeyError, TypeError):
            raise EdgeBoxError(
                f"{self.url} answered {answer.status_code}, and not as EdgeBox does. "
                "Is another program on this port? See: edgebox doctor"
            ) from None
        more = f" (request {request_id})" if answer.status_code >= 500 and request_id else ""
        if wait := answer.headers.get("Retry-After"):
            more += f" Try again in {wait} s."
        raise EdgeBoxError(f"{detail}{more}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what httpx and broken answers raise into our own errors."""
        import httpx

        from edgebox.errors import BoxNotRunning, EdgeBoxError
        from edgebox.system.tls import refusal

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
                f"EdgeBox at {self.url} does not answer in time. What is wrong: edgebox doctor"
            ) from None
        except httpx.HTTPError:
            raise BoxNotRunning(
                f"EdgeBox at {self.url} went away during the answer. See: edgebox status"
            ) from None
        except ValueError:
            raise EdgeBoxError(
                f"{self.url} gave an answer that EdgeBox does not give. "
                "Is another program on this port? See: edgebox doctor"
            ) from None


def _object(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what a broken body raises too
    return body


def not_running(url: str) -> str:
    """That nothing answers, and what to type."""
    from edgebox_cli.common.systemd import to_start

    return f"EdgeBox does not run at {url}. Start it: {to_start('api')}"


def chosen_client(store: Store, name: str | None) -> Client:
    """The client to ask as: ``name``, or the first that is enabled.

    Raises:
        NotFound: no such client, or none at all.
        UsageError: it is disabled.
    """
    from edgebox.errors import NotFound, UsageError

    if name is None:
        for client in store.clients.list():
            if not client.disabled:
                return client
        raise NotFound("There is no enabled client. Create one: edgebox keys create NAME")
    found = store.clients.get(name)
    if found is None:
        raise NotFound(f"There is no client '{name}'. See: edgebox keys list")
    if found.disabled:
        raise UsageError(
            f"{name} is disabled, its keys are refused. Undo: edgebox keys enable {name}"
        )
    return found


@contextmanager
def opened_box(client: str | None) -> Iterator[tuple[Box, Settings]]:
    """The box as a client of it sees it, and its settings; errors become one line."""
    from edgebox.store.db import Store
    from edgebox_cli.common.context import reported, settings

    with reported():
        found = settings()
        store = Store(found.database)
        try:
            who = chosen_client(store, client)
        finally:
            store.close()
        box = Box(found, who)
        try:
            yield box, found
        finally:
            box.close()
