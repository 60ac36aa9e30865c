"""A share of cases and how sure it is."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

TWO_SIDED: Final = 1.959964
"""Normal quantile of 0.975."""

FEWEST: Final = 30
"""Cases below which a share says next to nothing."""


class Interval(NamedTuple):
    """A mean with the bounds of its 95 % interval."""

    mean: float
    low: float
    high: float


def wilson(hits: int, of: int) -> Interval:
    """Return a share and its 95 % interval, also for few cases and for shares near 0 and 1.

    Wilson's score interval (Probable Inference, the Law of Succession, and Statistical Inference,
    JASA 22:158, 1927; recommended for small samples by Brown, Cai and DasGupta, Statistical Science
    16:2, 2001).

    Args:
        hits: cases of the kind that is counted.
        of: all cases, at least one.
    """
    share, z2 = hits / of, TWO_SIDED**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = TWO_SIDED / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))
