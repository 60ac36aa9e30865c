"""What NVIDIA's driver says of its GPUs: energy, power, heat, use. Nothing without a driver.

It is asked through NVML, the library that comes with the driver. What a GPU does not know (energy
before Volta, anything under MIG) is None. Not tested on a GPU by this project's tests.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_HEAT = 0x20 | 0x40  # software and hardware thermal slowdown
_POWER = 0x04 | 0x80  # the power cap, and the external power brake


@dataclass(frozen=True, slots=True)
class Card:
    """A GPU now.

    Attributes:
        joules: used since the driver was loaded.
        watts, celsius: now.
        busy: the share of the last moment in which it computed, 0 to 1.
        hot, capped: it is slowed down, for its temperature or its power.
    """

    joules: float | None = None
    watts: float | None = None
    celsius: float | None = None
    busy: float | None = None
    hot: bool | None = None
    capped: bool | None = None


class Cards:
    """Asks the driver. Not from two threads at once."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._gone = False

    def read(self) -> tuple[Card, ...]:
        """Return every GPU that the driver lists."""
        if self._nvml is None and not self._gone:
            try:
                import pynvml  # noqa: PLC0415 - 150 ms that only a box with a GPU needs

                pynvml.nvmlInit()
                self._nvml = pynvml
            except Exception:  # noqa: BLE001 - no library, no driver, or no right to it
                self._gone = True
        if self._nvml is None:
            return ()
        with suppress(self._nvml.NVMLError):
            return tuple(map(self._card, range(self._nvml.nvmlDeviceGetCount())))
        return ()

    def _card(self, place: int) -> Card:
        nvml = self._nvml
        try:
            device = nvml.nvmlDeviceGetHandleByIndex(place)
        except nvml.NVMLError:
            return Card()  # it fell off the bus; the others keep their places

        def ask(question: Callable[..., Any], *more: int) -> Any:  # noqa: ANN401 - NVML's own types
            try:
                return question(device, *more)
            except nvml.NVMLError:
                return None

        millijoules = ask(nvml.nvmlDeviceGetTotalEnergyConsumption)
        milliwatts = ask(nvml.nvmlDeviceGetPowerUsage)
        use = ask(nvml.nvmlDeviceGetUtilizationRates)
        reasons = ask(nvml.nvmlDeviceGetCurrentClocksThrottleReasons)
        return Card(
            joules=None if millijoules is None else millijoules / 1000,
            watts=None if milliwatts is None else milliwatts / 1000,
            celsius=ask(nvml.nvmlDeviceGetTemperature, nvml.NVML_TEMPERATURE_GPU),
            busy=None if use is None else use.gpu / 100,
            hot=None if reasons is None else bool(reasons & _HEAT),
            capped=None if reasons is None else bool(reasons & _POWER),
        )
