"""Which websites may use the chat: its own pages and the origins that the settings name, exactly.

Everything else is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.safety.warning import WARNING

_REFUSED = "This website may not use the chat. Its operator has to add the website's origin to OZONE_ALLOWED_ORIGINS."


class OriginGuard:
    """Answers calls of the API from other websites with 403; a
    browser's CORS alone would only hide the reply from them."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/") and not self._welcome(Headers(scope=scope)):
            await JSONResponse({"error": _REFUSED, "warning": {"text": WARNING}}, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _welcome(self, headers: Headers) -> bool:
        """Not a browser, an allowed origin, or the chat's own pages.

        A proxy may change `Host`, so the browser's word goes first.
        """
        origin = headers.get("origin")
        if origin is None or origin in self._allowed or headers.get("sec-fetch-site") == "same-origin":
            return True
        return "sec-fetch-site" not in headers and urlsplit(origin).netloc == headers.get("host")
