"""The files that pages load, in memory, under an address that changes with them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from edgebox.console.headers import secured

if TYPE_CHECKING:
    from starlette.requests import Request

FOLDER = Path(__file__).parent / "static"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


class StaticFiles:
    """The files of a folder.

    A browser keeps them for ever: ``release``, a hash of all of them, is in their address. A page
    of another release gets 404, and has to be loaded again.

    Args:
        folder: read once.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: dict[str, tuple[bytes, bytes, str]] = {}
        digest = hashlib.sha256()
        for file in sorted(folder.rglob("*")):
            if file.suffix in TYPES:
                name, content = file.relative_to(folder).as_posix(), file.read_bytes()
                self._files[name] = (content, gzip.compress(content, mtime=0), TYPES[file.suffix])
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
        self.release = digest.hexdigest()[:12]

    def address(self, path: str) -> str:
        """Return the address of a file.

        Raises:
            KeyError: there is no such file.
        """
        if path not in self._files:
            raise KeyError(path)
        return f"/static/{self.release}/{path}"

    def under(self, folder: str) -> list[str]:
        """Return the names of the scripts in a folder, such as ``agent/``, and below it."""
        return [name for name in self._files if name.startswith(folder) and name.endswith(".js")]

    def route(self) -> Route:
        """Return the route of all files."""
        route = Route("/static/{release}/{path:path}", self.get, methods=["GET"])
        route.methods = {"GET"}  # Starlette adds HEAD
        return route

    async def get(self, request: Request) -> Response:
        """``GET /static/...``: for everybody; a file holds nothing of this box."""
        found = self._files.get(request.path_params["path"])
        if found is None or request.path_params["release"] != self.release:
            raise HTTPException(404)
        content, packed, media_type = found
        kept = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", "") and len(packed) < len(content):
            content, kept["Content-Encoding"] = packed, "gzip"
        return secured(Response(content, headers=kept, media_type=media_type))
