"""Static files: styles, script and icon, cached by browsers until they change."""

from fastapi import HTTPException
from fastapi.responses import Response

from backend.pages.support.page_route import pages
from backend.pages.support.templating import MEDIA_TYPES, asset

router = pages()


@router.get("/static/{name}")
async def static_file(name: str) -> Response:
    """Return a static file. Its address contains a hash of the content, so browsers can cache it for ever."""
    if name not in MEDIA_TYPES:
        raise HTTPException(404, "There is no such file.")
    content, version = asset(name)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{version}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=MEDIA_TYPES[name], headers=headers)
