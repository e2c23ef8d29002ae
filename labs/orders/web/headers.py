"""Headers that every response carries: what a browser may load, run and remember.

The Content-Security-Policy is the second lock. The first is that pages only ever set text, never markup;
if somebody breaks that rule one day, an injected `<script>` still has no permission to run.
See https://developer.mozilla.org/docs/Web/HTTP/CSP. Plain ASGI, so that it costs next to nothing per request.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Our own files and nothing else: no inline script or style, no other host.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)


def safe_headers(frame_from: str = "") -> dict[str, str]:
    """The headers of every response. `frame_from`: origins whose pages may show ours in a frame; empty: nobody's.

    A page in a frame can be covered by somebody else's, so that a click means something else than it seems to.
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/frame-ancestors
    """
    around = frame_from or "'none'"
    return {
        "Content-Security-Policy": f"{POLICY}; frame-ancestors {around}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


#: The header that says what a browser may keep.
CACHE = b"cache-control"


class SafeHeaders:
    """ASGI middleware that adds `headers` to every response, and `no-store` where nothing else was said."""

    def __init__(self, app: ASGIApp, *, headers: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._headers = _encoded(headers or safe_headers())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers as the response starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                if all(name != CACHE for name, _ in given):
                    given.append(
                        (CACHE, b"no-cache" if scope["path"].startswith("/static/") else b"no-store")
                    )
                message["headers"] = [*given, *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """As ASGI has them; done once, because every answer carries them."""
    return [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
