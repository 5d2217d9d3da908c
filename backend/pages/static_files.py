"""Static files: styles, script and icon, cached by browsers until they change."""

import gzip
from functools import cache

from fastapi import HTTPException, Request
from fastapi.responses import Response

from backend.pages.support.page_route import pages
from backend.pages.support.templating import MEDIA_TYPES, asset

router = pages()


@router.get("/static/{name}")
async def static_file(request: Request, name: str) -> Response:
    """Return a static file. Its address contains a hash of the content, so browsers can cache it for ever.

    Texts are compressed. Pages are not: they hold the token of their forms beside words that others can choose, and the
    length of a compressed page would tell about it (BREACH).
    """
    if name not in MEDIA_TYPES:
        raise HTTPException(404, "There is no such file.")
    content, version = asset(name)
    headers = {}
    if not MEDIA_TYPES[name].startswith("font/"):
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            content, version = _compressed(name), f"{version}-gzip"
            headers["Content-Encoding"] = "gzip"
    headers |= {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{version}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=MEDIA_TYPES[name], headers=headers)


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(asset(name)[0], mtime=0)
