"""The clinic's own look on the chat's pages: its logo and its color, both facts that a clinic may leave out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.content.clinic import Clinic

_MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}


class Look:
    """What the pages take from the facts: `logo` and `style` are addresses, None without such a fact.

    Each holds a hash of what it leads to, so that a browser may keep it for good.
    """

    def __init__(self, clinic: Clinic, data: Path) -> None:
        name, color = clinic.fields.get("logo"), clinic.fields.get("brand_color")
        self._picture = (data / name).read_bytes() if name else b""
        self._type = _MEDIA_TYPES[Path(name).suffix.lower()] if name else ""
        self._style = f":root {{ --ozone-brand: {color}; }}\n".encode() if color else b""
        self.color = color
        self.logo = f"/look/{_short_hash(self._picture)}{Path(name).suffix.lower()}" if name else None
        self.style = f"/look/{_short_hash(self._style)}.css" if color else None

    def file(self, name: str) -> Response:
        """The logo, or the style sheet with the color; all other colors follow from it in the other sheets.

        Raises:
            HTTPException: 404 for another name than that of the file there is now.
        """
        if self.logo == f"/look/{name}":
            return Response(self._picture, media_type=self._type, headers=_FOR_GOOD)
        if self.style == f"/look/{name}":
            return Response(self._style, media_type="text/css", headers=_FOR_GOOD)
        raise HTTPException(404)


def _short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
