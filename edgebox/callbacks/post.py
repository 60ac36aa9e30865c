"""One POST to a receiver: resolve once, check where that leads, connect to exactly there.

Nothing of an answer but its status and ``Retry-After`` is read, kept or logged.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx

from edgebox.callbacks.retry import Attempt, classify
from edgebox.callbacks.urls import Address, Target, forbidden

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    Resolve = Callable[[str, int], Awaitable[list[str]]]
    NewTransport = Callable[[], httpx.AsyncBaseTransport]


class Poster:
    """Sends one body to one target.

    Args:
        own_ports: TCP ports of this box, never called.
        timeout: seconds for everything from name resolution to the answer's headers.
        clock: Unix seconds, for a ``Retry-After`` that is a date.
        resolve: host and port to addresses.
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

    async def post(self, target: Target, headers: dict[str, str], body: bytes) -> Attempt:
        """Send once; every failure of the network or the receiver is an outcome, not an error."""
        headers = {"Host": target.authority, "Accept": "*/*", "Connection": "close"} | headers
        try:
            async with asyncio.timeout(self._timeout):
                addresses = await self._addresses(target)
                if isinstance(addresses, Attempt):
                    return addresses
                return await self._send(target, addresses, headers, body)
        except TimeoutError:
            return Attempt("retry", error=f"no answer within {self._timeout:g} s")

    async def _addresses(self, target: Target) -> list[Address] | Attempt:
        """Where to connect: resolved once, and every address must be one we may talk to."""
        if target.address is not None:
            return [target.address]
        try:
            found = await self._resolve(target.host, target.port)
            addresses = [ipaddress.ip_address(text) for text in found]
        except (OSError, ValueError):
            return Attempt("retry", error="the host's name could not be resolved")
        if not addresses:
            return Attempt("retry", error="the host's name has no address")
        for address in addresses:
            reason = forbidden(address, target.port, self._own_ports)
            if reason:
                return Attempt("retry", error=f"the address that the name resolves to {reason}")
        return addresses

    async def _send(
        self, target: Target, addresses: list[Address], headers: dict[str, str], body: bytes
    ) -> Attempt:
        """POST to the first address that takes the connection; only the status is read."""
        timeouts = {"connect": self._timeout / len(addresses), "read": None, "write": None}
        failure = Attempt("retry", error="no connection")
        for address in addresses:
            request = httpx.Request(
                "POST",
                httpx.URL(
                    scheme=target.scheme,
                    host=str(address),
                    port=target.port,
                    raw_path=target.path.encode("ascii"),
                ),
                headers=headers,
                content=body,
                extensions={"timeout": timeouts, "sni_hostname": target.host},
            )
            # A transport per attempt, and no client: no pooled connection whose certificate
            # was checked for another name on this address, no cookies, redirects or proxies.
            try:
                async with self._transport() as transport:
                    response = await transport.handle_async_request(request)
                    await response.aclose()
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = Attempt("retry", error=_explain(error))
            except httpx.HTTPError as error:
                return Attempt("retry", error=_explain(error))
            else:
                wait = response.headers.get("retry-after")
                return classify(response.status_code, wait, self._clock())
        return failure


class SystemResolver:
    """``getaddrinfo`` in threads of its own: a DNS server that hangs holds up nothing else."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a host, in the system's order.

        Raises:
            OSError: there is no such name, or nobody answers.
        """
        found = await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def verified_transport() -> NewTransport:
    """Transports that check certificates; the context is made once."""
    # The system's store, which administrators extend with their own authority; httpx's own
    # default is certifi's list, which knows no in-house authority.
    context = ssl.create_default_context()
    return lambda: httpx.AsyncHTTPTransport(verify=context, trust_env=False, retries=0)


def _explain(error: Exception) -> str:
    """One line without anything the receiver said."""
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
    return f"the connection broke ({type(error).__name__})"
