"""Downloads a model from a hub over HTTP: resumes, survives cuts, fails fast without a network."""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpx

from edgebox import __version__
from edgebox.errors import DownloadFailed
from edgebox.models.part_file import need_space
from edgebox.system.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edgebox.models.catalog import HubSource, ModelEntry
    from edgebox.models.part_file import Part

ENDPOINT = "https://huggingface.co"
ATTEMPTS = 5  # in a row that gained no byte
NOTE_EVERY = 64 * 1024 * 1024  # bytes that a power cut may lose


class _TryAgain(Exception):
    """The same request may succeed in a moment."""


class Hub:
    """One hub. It remembers that it could not be reached, so a second model does not wait again.

    Args:
        endpoint: base address.
        offline: never try it (as HF_HUB_OFFLINE tells the hub's own tools).
        connect_seconds: how long the first contact may take, including the name look-up.
        transport: another HTTP transport; the first contact is then left out.
        sleep: waits between attempts.
    """

    kind = "hub"

    def __init__(
        self,
        endpoint: str = ENDPOINT,
        *,
        offline: bool = False,
        connect_seconds: float = 2.5,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._connect_seconds = connect_seconds
        self._transport = transport
        self._sleep = sleep
        self._reached = transport is not None
        self.unreachable = "it is switched off by HF_HUB_OFFLINE" if offline else ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Hub:
        """Read HF_ENDPOINT and HF_HUB_OFFLINE, as the hub's own tools do."""
        offline = environment.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")
        return cls(environment.get("HF_ENDPOINT") or ENDPOINT, offline=offline)

    def url(self, source: HubSource) -> str:
        """Return the address of the file."""
        return f"{self.endpoint}/{source.hub}/resolve/main/{quote(source.file)}"

    def fetch(
        self, source: HubSource, entry: ModelEntry, part: Part, progress: Progress = silent
    ) -> None:
        """Download ``source`` into ``part``, continuing after what it holds already.

        Returns when every byte has arrived. The caller compares the hash.

        Raises:
            DownloadFailed: unreachable, refused, not the listed file, or cut again and
                again. What arrived is kept for the next time.
            ModelsFolderError: it does not fit on the disk.
        """
        self._contact()
        url = self.url(source)
        noted = part.record()
        usable = noted.get("url") == url and isinstance(noted.get("bytes"), int)
        part.keep(min(part.size, noted["bytes"]), progress) if usable else part.restart()
        need_space(part.path.parent, entry.size_bytes - part.size)
        timeout = httpx.Timeout(30.0, connect=10.0)
        failures = 0
        with httpx.Client(
            transport=self._transport, timeout=timeout, follow_redirects=True
        ) as client:
            while not (entry.sha256 and part.size == entry.size_bytes):
                before = part.size
                try:
                    self._stream(client, url, entry, part, progress)
                    break
                except (httpx.TransportError, _TryAgain) as error:
                    if not self._reached:
                        self.unreachable = f"cannot be reached ({_plain(error)})"
                        raise DownloadFailed(self.unreachable) from None
                    failures = 1 if part.size > before else failures + 1
                    if failures >= ATTEMPTS:
                        raise DownloadFailed(
                            f"broke off at {part.size / 1e6:,.0f} MB ({_plain(error)}); "
                            "run the command again to continue"
                        ) from None
                    self._sleep(min(0.5 * 2**failures, 10.0))
                except httpx.HTTPError as error:  # redirects in a circle, an address it cannot use
                    raise DownloadFailed(_plain(error)) from None

    def _contact(self) -> None:
        """Find out within seconds whether the hub, or the proxy to it, can be reached.

        Raises:
            DownloadFailed: it cannot.
        """
        if not self.unreachable and not self._reached:
            parts = urlsplit(self.endpoint)
            host = parts.hostname or ""
            proxy = urllib.request.getproxies().get(parts.scheme)
            if proxy and not urllib.request.proxy_bypass(host):
                parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            try:
                port = parts.port or (443 if parts.scheme == "https" else 80)
            except ValueError:
                port = 0
            if problem := _reach(parts.hostname or host, port, self._connect_seconds):
                self.unreachable = f"cannot be reached ({problem})"
        if self.unreachable:
            raise DownloadFailed(self.unreachable)

    def _stream(
        self, client: httpx.Client, url: str, entry: ModelEntry, part: Part, progress: Progress
    ) -> None:
        headers = {"Accept-Encoding": "identity", "User-Agent": f"edgebox/{__version__}"}
        if part.size:
            headers["Range"] = f"bytes={part.size}-"
            etag = str(part.record().get("etag") or "")
            if etag and not etag.startswith("W/"):  # weak tags are not allowed with ranges
                headers["If-Range"] = etag
        with client.stream("GET", url, headers=headers) as response:
            self._reached = True
            total = _expect(response, part)
            if entry.sha256:
                _same_file(response, total, entry)
                total = entry.size_bytes
            if total is None:
                total = entry.size_bytes * 2  # a bound: the listed size is an estimate here
            elif part.size == total:
                return
            need_space(part.path.parent, total - part.size)
            note = {"url": url, "etag": response.headers.get("etag")}
            try:
                _receive(response, part, total, progress, note)
            finally:
                part.note({**note, "bytes": part.size})


def _receive(
    response: httpx.Response, part: Part, total: int, progress: Progress, note: dict[str, object]
) -> None:
    noted = part.size
    for chunk in response.iter_raw():  # unbuffered: a cut would lose the buffer
        if part.size + len(chunk) > total:
            raise DownloadFailed(f"sent more than the {total:,} bytes it announced")
        part.write(chunk)
        progress("download", part.size, total)
        if part.size - noted >= NOTE_EVERY:
            noted = part.size
            part.note({**note, "bytes": noted})
    if "content-length" in response.headers and part.size < total:
        raise _TryAgain("the server closed early")


def _expect(response: httpx.Response, part: Part) -> int | None:
    """Bring the part to where the answer begins.

    Returns:
        The file's full size, None when the answer does not tell.

    Raises:
        DownloadFailed: the hub refuses.
        _TryAgain: the answer does not continue the part.
    """
    status = response.status_code
    if status == 206:
        span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", ""))
        if span and int(span[1]) == part.size:
            return None if span[2] == "*" else int(span[2])
    elif status == 200:
        if part.size:  # it does not support ranges, or the file has changed
            part.restart()
        length = response.headers.get("content-length", "")
        return int(length) if length.isdigit() else None
    elif status == 416:
        whole = re.fullmatch(r"bytes \*/(\d+)", response.headers.get("content-range", ""))
        if whole and int(whole[1]) == part.size:
            return part.size
    elif status == 429 or status >= 500:
        raise _TryAgain(f"it answered {status}")
    else:
        why = {401: "it wants an account", 403: "it refuses", 404: "it has no such file"}
        raise DownloadFailed(f"{why.get(status, 'it refuses')} (HTTP {status})")
    part.restart()
    raise _TryAgain(f"its answer {status} did not match the request")


def _same_file(response: httpx.Response, total: int | None, entry: ModelEntry) -> None:
    """Check before gigabytes are downloaded that the hub still has the listed file."""
    if total is not None and total != entry.size_bytes:
        raise DownloadFailed(
            f"has another file now: {total:,} bytes, the catalogue lists {entry.size_bytes:,}"
        )
    for answer in [*response.history, response]:
        linked = answer.headers.get("x-linked-etag", "").strip('"').lower()
        if re.fullmatch(r"[0-9a-f]{64}", linked) and linked != entry.sha256:
            raise DownloadFailed(f"has another file now: its SHA-256 is {linked[:12]}…")


def _reach(host: str, port: int, seconds: float) -> str:
    """Try to connect to all addresses of a host at once, in threads.

    A name look-up has no time limit, so it runs in a thread as well.

    Returns:
        What went wrong, or '' when one connection succeeded.
    """
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()
    end = time.monotonic() + seconds

    def connect(family: int, address: tuple[str, int]) -> None:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.settimeout(seconds)
                probe.connect(address)
            answers.put("")
        except OSError as error:
            answers.put(error.strerror or str(error))

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:8]
        except (OSError, UnicodeError):
            answers.put("its name cannot be resolved here")
            return
        for family, _, _, _, address in found[1:]:
            threading.Thread(target=connect, args=(family, address), daemon=True).start()
        pending.append(len(found))
        connect(found[0][0], found[0][4])  # type: ignore[arg-type]

    pending: list[int] = []
    threading.Thread(target=resolve, daemon=True).start()
    problem, heard = f"no answer within {seconds:g} s", 0
    while True:
        try:
            answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return problem
        heard += 1
        if not answer:
            return ""
        problem = answer
        if heard >= (pending[0] if pending else 1):
            return problem


def _plain(error: Exception) -> str:
    """Return the message of a transport error without addresses."""
    return re.sub(r"https?://\S+", "the hub", str(error)) or type(error).__name__
