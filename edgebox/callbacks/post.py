"""Sends one POST to a receiver.

The host is resolved once, every address is checked, and the connection goes to a checked
address. Of the answer, only the status and ``Retry-After`` are read, kept or logged.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx

from edgebox.callbacks.retry import Attempt, classify, too_large
from edgebox.callbacks.urls import Address, Destination, forbidden
from edgebox.system.tls import authorities_context

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    Resolve = Callable[[str, int], Awaitable[list[str]]]
    NewTransport = Callable[[], httpx.AsyncBaseTransport]


_NO_ANSWER = "Server disconnected"
"""How httpx begins to say that a connection ended before the head of an answer was whole."""

SMALLEST_LIMIT = 100_000
"""Bytes of a body that receivers take by default: Express has the smallest limit, 100 kB."""


class Poster:
    """Sends one body to one destination.

    Args:
        own_ports: TCP ports of this box, which callbacks must not reach.
        timeout: seconds for everything from name resolution to the answer's headers.
        clock: Unix seconds, for a ``Retry-After`` that is a date.
        resolve: returns the addresses of host and port.
        transport: makes the transport of one attempt; verified TLS with the system's
            certificate authorities when None.
    """

    def __init__(
        self,
        *,
        own_ports: Collection[int],
        timeout: float,
        clock: Callable[[], float],
        resolve: Resolve,
        transport: NewTransport | None = None,
    ) -> None:
        self._own_ports = frozenset(own_ports)
        self._timeout = timeout
        self._clock = clock
        self._resolve = resolve
        self._transport = transport or verified_transport()

    async def post(self, destination: Destination, headers: dict[str, str], body: bytes) -> Attempt:
        """Send once. A failure of the network or the receiver is returned, not raised."""
        headers = {"Host": destination.authority, "Accept": "*/*", "Connection": "close"} | headers
        try:
            async with asyncio.timeout(self._timeout):
                addresses = await self._addresses(destination)
                if isinstance(addresses, Attempt):
                    return addresses
                return await self._send(destination, addresses, headers, body)
        except TimeoutError:
            return Attempt("retry", error=f"no answer within {self._timeout:g} s")

    async def _addresses(self, destination: Destination) -> list[Address] | Attempt:
        """Resolve the host and check every address. Returns an Attempt when one is forbidden."""
        if destination.address is not None:
            return [destination.address]
        try:
            found = await self._resolve(destination.host, destination.port)
            addresses = [ipaddress.ip_address(text) for text in found]
        except (OSError, ValueError):
            return Attempt("retry", error="the host's name could not be resolved")
        if not addresses:
            return Attempt("retry", error="the host's name has no address")
        for address in addresses:
            reason = forbidden(address, destination.port, self._own_ports)
            if reason:
                return Attempt("retry", error=f"the address that the name resolves to {reason}")
        return addresses

    async def _send(
        self,
        destination: Destination,
        addresses: list[Address],
        headers: dict[str, str],
        body: bytes,
    ) -> Attempt:
        """POST to the first address that accepts the connection."""
        timeouts = {"connect": self._timeout / len(addresses), "read": None, "write": None}
        failure = Attempt("retry", error="no connection")
        for address in addresses:
            request = httpx.Request(
                "POST",
                httpx.URL(
                    scheme=destination.scheme,
                    host=str(address),
                    port=destination.port,
                    raw_path=destination.path.encode("ascii"),
                ),
                headers=headers,
                content=body,
                extensions={"timeout": timeouts, "sni_hostname": destination.host},
            )
            # A transport per attempt instead of a client. It has no cookies, redirects or
            # proxies, and no pooled connection whose certificate was checked for another name.
            try:
                async with self._transport() as transport:
                    response = await transport.handle_async_request(request)
                    await response.aclose()
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = Attempt("retry", error=_explain(error, 0))
            except httpx.HTTPError as error:
                return Attempt("retry", error=_explain(error, len(body)))
            else:
                wait = response.headers.get("retry-after")
                return classify(response.status_code, wait, self._clock(), len(body))
        return failure


class SystemResolver:
    """Calls ``getaddrinfo`` in a separate pool: a DNS server that hangs blocks nothing else."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, in the system's order.

        Raises:
            OSError: there is no such name, or no DNS server answers.
        """
        found = await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def verified_transport() -> NewTransport:
    """Return a maker of transports that check certificates with the system's authorities."""
    context = authorities_context()
    return lambda: httpx.AsyncHTTPTransport(verify=context, trust_env=False, retries=0)


def _explain(error: Exception, sent: int) -> str:
    """Describe an error in one line, without anything that the receiver sent.

    Args:
        error: httpx's.
        sent: bytes of the body, where its sending had begun.
    """
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.ConnectError):
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return f"TLS: {cause.verify_message}"
            if isinstance(cause, ssl.SSLError):
                return "TLS: no secure connection"
            cause = cause.__cause__ or cause.__context__
        return "connection refused or unreachable"
    if isinstance(error, httpx.RemoteProtocolError) and not str(error).startswith(_NO_ANSWER):
        return "the answer is no HTTP. Check the port of callback_url, and http or https before it"
    broke = f"the connection broke ({type(error).__name__})"
    # Some receivers close the connection in the middle of a body that is too large.
    return f"{broke}. Perhaps {too_large(sent)}" if sent > SMALLEST_LIMIT else broke
