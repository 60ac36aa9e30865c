"""Which requests come from the box's own pages.

The browser says so itself: ``Sec-Fetch-Site``, or ``Origin`` where it is too old for that. No page
can forge either. The rule is that of Go's ``net/http.CrossOriginProtection``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.datastructures import Headers

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def may_change(method: str, headers: Headers, further: Collection[str]) -> bool:
    """Return whether a request may do what its method says.

    Args:
        method: of the request. A safe one changes nothing, so any site may send it.
        headers: of the request.
        further: origins of this box behind a proxy, such as ``https://edgebox.centre.local``.

    Returns:
        False for a request that another site's page sends. A request with neither header comes
        from no browser that could be misled: it has to carry a cookie that only its sender knows.
    """
    if method in SAFE_METHODS:
        return True
    if "sec-fetch-site" not in headers and "origin" not in headers:
        return True
    return is_same_origin(headers, further)


def is_same_origin(headers: Headers, further: Collection[str]) -> bool:
    """Return whether a browser says that a request comes from a page of this box, or from its user.

    Args:
        headers: of the request. One with neither ``Sec-Fetch-Site`` nor ``Origin`` says nothing,
            so the answer is False.
        further: as in ``may_change``.
    """
    origin = headers.get("origin", "")
    if origin and origin in further:
        return True
    site = headers.get("sec-fetch-site", "")
    if site:
        return site in {"same-origin", "none"}
    _, separator, host = origin.partition("://")
    return bool(separator) and bool(host) and host == headers.get("host", "")
