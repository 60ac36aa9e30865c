"""A network of a test's own: two machines, and a link between them that this process carries.

Both ends are network namespaces with a TUN device each, and every packet between them passes
through `Link`, which loses, delays, reorders and doubles packets, or carries nothing at all, and
then nobody ever sees a reset. That is what ``tc netem`` does, which few kernels bring along; the
packets and both ends' TCP are the real ones. Nothing of it is seen outside or left behind: a
namespace and its devices end with the last descriptor and process in them.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR, FAR = "198.18.0.1", "198.18.0.2"
"""The box's machine and the other one, of the addresses that RFC 2544 keeps for tests."""

Way = Literal["out", "back"]
"""From the near machine to the far one, and back."""

_NEW_NETWORK = 0x4000_0000  # CLONE_NEWNET
_MTU = 1500
_SET_INTERFACE, _TUN, _NO_HEADER = 0x4004_54CA, 0x0001, 0x1000
_SET_FLAGS, _SET_ADDRESS, _SET_MASK, _UP = 0x8914, 0x8916, 0x891C, 0x1

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Weather:
    """What happens to a packet.

    Attributes:
        loss: share of the packets that are lost.
        delay: seconds that each needs.
        jitter: up to so many seconds more, so that packets overtake each other.
        doubled: share of the packets that arrive twice.
    """

    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    doubled: float = 0.0


FAIR = Weather()
STORM = Weather(loss=0.1, delay=0.02, jitter=0.06, doubled=0.03)


class Link(threading.Thread):
    """Carries the packets. Its methods may be called from any thread.

    Args:
        seed: of what happens to which packet.

    Attributes:
        carried: packets that arrived, by way.
        lost: packets that did not.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(name="link", daemon=True)
        self.weather = FAIR
        self.carried: dict[Way, int] = {"out": 0, "back": 0}
        self.lost = 0
        self._chance = random.Random(seed)
        self._up = True
        self._left: dict[Way, int] = {}
        self._flying: list[tuple[float, int, int, bytes]] = []
        self._turn = 0
        self._lock = threading.Lock()
        self._wake, self._woken = os.pipe()
        self._ending = False
        self._home = _network()
        try:
            _enter_new_network()
            self._far = _network()
            self._far_device = _device("far", FAR)
            _enter_new_network()
            self._near = _network()
            self._near_device = _device("near", NEAR)
        except OSError:
            _enter(self._home)
            raise

    # What happens to it ----------------------------------------------------------------

    def cut(self) -> None:
        """Carry nothing from now on; what is under way is lost."""
        with self._lock:
            self._up = False
            self.lost += len(self._flying)
            self._flying.clear()

    def cut_after(self, packets: int, way: Way) -> None:
        """Cut itself when so many more packets went that way; 0 is before the next one."""
        with self._lock:
            self._left[way] = packets

    def heal(self, weather: Weather | None = None) -> None:
        """Carry again."""
        with self._lock:
            self._up = True
            self._left.clear()
            self.weather = weather or self.weather

    @property
    def is_cut(self) -> bool:
        return not self._up

    # The other machine -----------------------------------------------------------------

    @contextlib.contextmanager
    def far(self) -> Iterator[None]:
        """Be on the other machine: this thread's sockets, and its threads and processes."""
        _enter(self._far)
        try:
            yield
        finally:
            _enter(self._near)

    def listen(self) -> socket.socket:
        """Return a socket that listens on the other machine."""
        with self.far():
            return socket.create_server((FAR, 0))

    def listen_near(self) -> socket.socket:
        """Return a socket that listens on the near machine, where no packet is lost."""
        return socket.create_server(("127.0.0.1", 0))

    # Carrying --------------------------------------------------------------------------

    def run(self) -> None:
        """Carry until it is closed."""
        ways: dict[int, Way] = {self._near_device: "out", self._far_device: "back"}
        while not self._ending:
            with self._lock:
                wait = self._flying[0][0] - time.monotonic() if self._flying else None
            ready, _, _ = select.select(
                [*ways, self._wake], [], [], None if wait is None else max(0.0, wait)
            )
            with self._lock:
                for device in ready:
                    if device != self._wake:
                        self._take(os.read(device, 2 * _MTU), ways[device])
                self._land()

    def close(self) -> None:
        """End both machines, and be where the test began."""
        self._ending = True
        os.write(self._woken, b"x")
        self.join()
        _enter(self._home)
        mine = (self._near, self._far, self._home, self._near_device, self._far_device)
        for descriptor in (*mine, self._wake, self._woken):
            os.close(descriptor)

    def _take(self, packet: bytes, way: Way) -> None:
        if packet[0] >> 4 != 4:
            return  # the kernel's own IPv6 messages are nobody's
        if self._up and way in self._left:
            self._left[way] -= 1
            self._up = self._left[way] >= 0
        weather, chance = self.weather, self._chance.random
        if not self._up or chance() < weather.loss:
            self.lost += 1
            return
        self.carried[way] += 1
        target = self._far_device if way == "out" else self._near_device
        for _ in range(1 + (chance() < weather.doubled)):
            self._turn += 1
            at = time.monotonic() + weather.delay + weather.jitter * chance()
            heapq.heappush(self._flying, (at, self._turn, target, packet))

    def _land(self) -> None:
        while self._flying and self._flying[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(self._flying)
            os.write(device, packet)


@contextlib.contextmanager
def network(seed: int = 1) -> Iterator[Link]:
    """Put this thread on the near machine; skips the test where that is not allowed."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("no /dev/net/tun: the tests of broken networks need root and that device")
    try:
        link = Link(seed)
    except PermissionError:
        pytest.skip("no right to make a network namespace: run the tests as root")
    link.start()
    try:
        yield link
    finally:
        link.close()


def stormy(**changes: float) -> Weather:
    return replace(STORM, **changes)


def _network() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _enter_new_network() -> None:
    _call("unshare", _NEW_NETWORK)
    _configure("lo", "127.0.0.1", "255.0.0.0")


def _enter(network: int) -> None:
    _call("setns", network, _NEW_NETWORK)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


def _device(name: str, address: str) -> int:
    """Make a TUN device in this thread's network, and return its descriptor."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(device, _SET_INTERFACE, struct.pack("16sH22x", name.encode(), _TUN | _NO_HEADER))
    _configure(name, address, "255.255.255.252")
    return device


def _configure(name: str, address: str, mask: str) -> None:
    """Give a device its address, and turn it on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for request, value in ((_SET_ADDRESS, address), (_SET_MASK, mask)):
            family = struct.pack("HH", socket.AF_INET, 0) + socket.inet_aton(value)
            fcntl.ioctl(asked, request, struct.pack("16s8s16x", name.encode(), family))
        fcntl.ioctl(asked, _SET_FLAGS, struct.pack("16sH22x", name.encode(), _UP))


def cut_at_every_packet(link, way, exchange, afterwards=lambda: None):
    """Cut the link before each packet of an exchange in turn; returns how many there are.

    Args:
        link: FAIR between the exchanges.
        way: of the packets.
        exchange: makes one, checks it, and returns whether it came through.
        afterwards: called once the link is back.
    """
    packets = 0
    for _ in range(200):
        link.cut_after(packets, way)
        came_through = exchange()
        was_cut = link.is_cut
        link.heal(FAIR)
        afterwards()
        if came_through and not was_cut:
            return packets
        packets += was_cut  # else a busy machine was too slow for the exchange: the same again
    raise AssertionError
