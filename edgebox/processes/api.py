"""Process 2: the HTTP API. Builds everything, serves, and closes it. A composition root."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import time
from contextlib import ExitStack, asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from edgebox import __version__
from edgebox.api.app import create_app, create_metrics_app
from edgebox.api.auth import Gate
from edgebox.api.body import BodyReader
from edgebox.api.clients_cache import ClientsCache
from edgebox.api.dated_ahead import DatedAhead
from edgebox.api.key_clock import KeyClock
from edgebox.api.line_limit import LineLimit
from edgebox.api.live_parts import LiveParts
from edgebox.api.metrics import Metrics
from edgebox.api.nonces import Nonces
from edgebox.api.ratelimit import RateLimiter
from edgebox.api.read_audit import ReadAudit
from edgebox.api.refused_connections import RefusedConnections
from edgebox.api.refused_keys import RefusedKeys
from edgebox.api.services import Services
from edgebox.api.threads import Threads
from edgebox.ask.asks import Asks
from edgebox.callbacks.urls import own_ports
from edgebox.console.app import build_console, console_handlers, console_routes
from edgebox.console.desk import Desks
from edgebox.console.socket import socket_routes
from edgebox.consultation.engine_monitor import EngineMonitor
from edgebox.consultation.forgetting import Forgetting
from edgebox.consultation.quick import QuickSummaries
from edgebox.consultation.salts import Salts
from edgebox.contract.paths import Paths
from edgebox.engine_client import EngineClient
from edgebox.errors import ConfigError, where
from edgebox.processes.ledger import Ledger, of_registry
from edgebox.store.db import Store
from edgebox.system.addresses import bracketed
from edgebox.system.http import Server
from edgebox.system.listener import Listener, Places
from edgebox.system.notifier import Notifier
from edgebox.system.tls import ServedPair, pair_of
from edgebox.system.wire import GuardedConfig, limit_tls_memory
from edgebox.worker.wakeups import WakeUps

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager

    import httpx
    from starlette.applications import Starlette

    from edgebox.console.services import ConsoleServices
    from edgebox.settings import Settings

log = logging.getLogger("edgebox.api")

SHUTDOWN_EXTRA = 2.0
"""Seconds over the quick deadline for requests in flight to end."""
STOP_MARGIN = 8.0
"""Seconds over that to close everything else (``up`` allows the same)."""
_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
"""What an address says that this machine has not, or not any more."""


def run_api(settings: Settings, notifier: Notifier | None = None) -> int:
    """Serve until SIGTERM or SIGINT; SIGHUP reads the certificate again.

    Args:
        settings: the administrator's.
        notifier: the supervisor.

    Returns:
        The exit code.

    Raises:
        EdgeBoxError: a port is taken, plain HTTP would leave the machine without being allowed,
            or the database or the certificate cannot be used.
    """
    # uvicorn's own lines carry tracebacks, httpx's one line for every health check.
    logging.getLogger("uvicorn.error").addFilter(_without_traceback)
    for noisy in ("uvicorn", "uvicorn.error", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return asyncio.run(serve(settings, notifier=notifier))


async def serve(
    settings: Settings,
    *,
    on_listening: Callable[[str], None] | None = None,
    stop: asyncio.Event | None = None,
    notifier: Notifier | None = None,
) -> int:
    """Run the whole process on a running event loop.

    Args:
        settings: the administrator's.
        on_listening: called with the base URL once requests are answered.
        stop: set it to end; the process's signals set it too.
        notifier: the supervisor.

    Returns:
        The exit code.

    Raises:
        EdgeBoxError: as ``run_api``.
    """
    if problem := settings.api.plain_http_refusal:
        raise ConfigError(problem)
    pair = pair_of(settings.api.tls_cert, settings.api.tls_key, os.environ)
    secure = ServedPair(pair) if pair else None
    stop, reload = stop or asyncio.Event(), asyncio.Event()
    with ExitStack() as held:
        listeners: list[socket.socket] = [held.enter_context(each) for each in _listeners(settings)]
        store = Store(settings.database)
        await asyncio.to_thread(store.migrate)
        ports = {listener.getsockname()[1] for listener in listeners}
        services, engine = build(
            settings,
            store,
            ports=own_ports(settings) | ports,
            certificate_until=lambda: secure.not_after if secure else None,
        )
        console = build_console(services) if settings.console.enabled == "on" else None
        app = app_of(services, engine, console)
        refused = RefusedConnections(services.metrics, services.lines).add
        api = settings.api
        listeners = [
            held.enter_context(
                Listener(each, Places(api.max_connections, api.max_connections_per_peer, refused))
            )
            for each in listeners
        ]
        limit_tls_memory()
        tls = secure.context if secure else None
        servers = [(_server(app, settings, refused, tls, Paths.SCREEN), listeners[0])]
        servers += [
            (_server(create_metrics_app(services), settings, refused), each)
            for each in listeners[1:]
        ]
        if secure:
            held.callback(asyncio.create_task(secure.keep_current(reload)).cancel)
        _handle_signals([server for server, _ in servers], stop, reload)
        async with _running(servers, stop) as started:
            if started:
                host, port = listeners[0].getsockname()[:2]
                scheme = "https" if settings.api.tls else "http"
                url = f"{scheme}://{bracketed(host)}:{port}"
                log.info("listening on %s", url)
                if on_listening:
                    on_listening(url)
                await _tell(notifier or Notifier(), services, url, stop)
    return 0


def build(
    settings: Settings,
    store: Store,
    *,
    ports: frozenset[int],
    transport: httpx.AsyncBaseTransport | None = None,
    wake: Callable[[], None] | None = None,
    deliver: Callable[[], None] | None = None,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    certificate_until: Callable[[], float | None] = lambda: None,
) -> tuple[Services, EngineClient]:
    """Return the objects that the endpoints work with.

    Args:
        settings: the administrator's.
        store: migrated.
        ports: TCP ports that this box listens on.
        transport: to the engine; its Unix socket when None.
        wake: wakes the worker; through Huey when None.
        deliver: has the worker send callbacks that are due; through Huey when None.
        clock: Unix seconds.
        monotonic: seconds that never jump.
        certificate_until: returns when the certificate that is served expires, in Unix seconds.
    """
    metrics = Metrics(__version__, llama_cpp=_llama_cpp(), deadline=settings.quick.deadline_seconds)
    threads = Threads()
    engine = EngineClient(settings, transport)
    monitor = EngineMonitor(engine)
    clients = ClientsCache(store.clients, threads.box, clock=monotonic)
    limiter = RateLimiter(settings.api.rate_per_minute, clock=monotonic)
    past, future = settings.api.key_tolerance_seconds, settings.api.key_future_seconds
    window = KeyClock(past, future, clock=clock, monotonic=monotonic).window
    refused = RefusedKeys(
        settings.state_dir,
        clients.get,
        window=window,
        run=threads.box,
        monotonic=monotonic,
    )
    nonces = Nonces(past + future, monotonic=monotonic)
    ahead = DatedAhead(store.key_marks, future, run=threads.box)
    salts = Salts()
    quick = QuickSummaries(engine, monitor, settings.quick, salts=salts, clock=monotonic)
    wakeups = WakeUps(settings)
    wake = wake or wakeups.backlog
    services = Services(
        settings=settings,
        store=store,
        monitor=monitor,
        quick=quick,
        asks=Asks(engine, monitor, quick.admission, settings.ask, salts=salts, clock=monotonic),
        forgetting=Forgetting(engine, salts),
        live=LiveParts(
            settings,
            store,
            threads,
            quick,
            wake=wake,
            count=metrics.draft_done,
            clients=clients.ids,
            clock=clock,
            monotonic=monotonic,
        ),
        gate=Gate(
            clients,
            limiter,
            refused,
            nonces,
            ahead,
            window=window,
            count=lambda kind: metrics.auth_refused.labels(kind).inc(),
        ),
        refused=refused,
        reads=ReadAudit(store.audit.append, clock=clock, monotonic=monotonic),
        bodies=BodyReader(threads, limit=settings.api.body_limit_bytes),
        threads=threads,
        metrics=metrics,
        lines=LineLimit(),
        wake=wake,
        deliver=deliver or wakeups.deliveries,
        own_ports=ports,
        clock=clock,
        monotonic=monotonic,
        certificate_until=certificate_until,
    )
    services.asks.leave_room_for(lambda: [(client, "") for client in clients.enabled()])
    for forgets in (services.asks.forget, quick.forget, services.forgetting.forget):
        services.live.on_forget(forgets)
    return services, engine


def _llama_cpp() -> str:
    """Return the version of the engine's binding, without loading it."""
    with suppress(PackageNotFoundError):
        return version("llama-cpp-python")
    return ""


def app_of(services: Services, engine: EngineClient, console: ConsoleServices | None) -> Starlette:
    """Return the app: the API, the socket, and the pages for people where they are turned on."""
    desks = Desks()
    services.live.on_forget(desks.forget)
    services.asks.leave_room_for(desks.operators)
    pages = console_routes(services, console) if console else []
    sessions = console.sessions if console else None
    return create_app(
        services,
        lifespan_of(services, engine, console, desks),
        routes=[*socket_routes(services, desks, sessions), *pages],
        handlers=console_handlers(console) if console else None,
    )


def lifespan_of(
    services: Services, engine: EngineClient, console: ConsoleServices | None, desks: Desks
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return what watches the engine while the app is served, and closes everything after it."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        metrics = services.metrics.registry.collect
        ledger = Ledger(services.store.spending, "api", of_registry(metrics, time.time()))
        ledger.start()
        watch = asyncio.create_task(_watch(services))
        sweep = asyncio.create_task(services.live.sweep())
        try:
            yield
        finally:
            for task in (watch, sweep):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await desks.close()
            await services.asks.close()
            await services.live.close()
            if console:
                await console.close()
            await services.forgetting.close()
            await services.refused.close()
            await services.reads.close()
            await services.gate.close()
            services.lines.close()
            await engine.aclose()
            await asyncio.to_thread(ledger.stop)
            services.threads.close()
            services.store.close()

    return lifespan


async def _watch(services: Services) -> None:
    """The engine's health decides who is admitted: looking at it must never stop."""
    while True:
        try:
            await services.monitor.watch()
        except Exception as error:  # noqa: BLE001 - whatever it is, look again
            log.error("the engine's health could not be read: %s", where(error))  # noqa: TRY400
        await asyncio.sleep(1)


async def _tell(notifier: Notifier, services: Services, url: str, stop: asyncio.Event) -> None:
    """Report to the supervisor, until ``stop``, that this event loop runs."""
    notifier.ready(f"Listening on {url}")
    while not stop.is_set():
        ready = services.monitor.health is not None and services.monitor.health.ready
        engine = "is ready" if ready else "is not: summaries are the transcripts' own sentences"
        notifier.alive()
        notifier.status(f"Listening on {url}; the engine {engine}")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
    deadline = services.settings.quick.deadline_seconds
    services.asks.hurry(deadline)  # a question may last longer than a box takes to stop
    notifier.stopping("Answering what is open", deadline + SHUTDOWN_EXTRA + STOP_MARGIN)


def _server(
    app: Starlette,
    settings: Settings,
    refused: Callable[[str, str], None],
    secure: ssl.SSLContext | None = None,
    socket_path: str | None = None,
) -> Server:
    deadline = settings.quick.deadline_seconds + SHUTDOWN_EXTRA
    config = GuardedConfig(app, refused, deadline, socket_path)
    config.load()
    config.ssl = secure  # ours: it can be reloaded
    return Server(config)


def _handle_signals(servers: list[Server], stop: asyncio.Event, reload: asyncio.Event) -> None:
    """End on SIGTERM and SIGINT, reload on SIGHUP; a second signal does not wait for requests."""

    def end() -> None:
        for server in servers:
            server.force_exit = stop.is_set()
        stop.set()

    acts = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: reload.set}
    for number, act in acts.items():
        with suppress(RuntimeError, ValueError):  # not the main thread: its owner has ``stop``
            asyncio.get_running_loop().add_signal_handler(number, act)


@asynccontextmanager
async def _running(
    servers: list[tuple[Server, socket.socket]], stop: asyncio.Event
) -> AsyncIterator[bool]:
    """Run the servers until the block ends; one that ends by itself sets ``stop``.

    Yields:
        Whether all of them started.
    """
    running = [asyncio.create_task(server.serve(sockets=[sock])) for server, sock in servers]
    for task in running:
        task.add_done_callback(lambda _: stop.set())
    try:
        while not (started := all(server.started for server, _ in servers)):
            if any(task.done() for task in running):
                break
            await asyncio.sleep(0.01)
        yield started
    finally:
        stop.set()
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*running)


def _listeners(settings: Settings) -> Iterator[socket.socket]:
    """Yield the API's socket, then that of ``metrics_listen`` where it is set.

    Raises:
        ConfigError: an address is not this machine's, or taken.
    """
    yield _listen(settings.api.host, settings.api.port)
    if settings.api.metrics_listen:
        host, _, port = settings.api.metrics_listen.rpartition(":")
        yield _listen(host.strip("[]") or "127.0.0.1", int(port))


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        *first, last = [(family, address) for family, _, _, _, address in found]
        for family, address in first:  # localhost is ::1 too, also where IPv6 is switched off
            try:
                return socket.create_server(address, family=family, backlog=2048)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
        return socket.create_server(last[1], family=last[0], backlog=2048)
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. Stop what uses it, "
            "or change host and port under [api] in edgebox.toml"
        ) from None


def _without_traceback(record: logging.LogRecord) -> bool:
    """A traceback ends with the exception's message, which may quote a transcript."""
    record.exc_info = record.exc_text = None
    return True
