"""The switch between languages at the foot of every page."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from backend.pages.support.forms import read_form
from backend.pages.support.languages import keep_language
from backend.pages.support.page_route import pages
from backend.pages.support.templating import address, local_path
from domain.errors import InvalidInput
from rendering.languages.translation import LANGUAGES, _

router = pages()


@router.post("/language")
async def choose_language(request: Request) -> Response:
    """Keep the language that was chosen, and return to the page from which it was."""
    form = await read_form(request)
    if form["language"] not in LANGUAGES:
        raise InvalidInput(_("The form is not valid: reload the page and try again."))
    response = RedirectResponse(local_path(request, form["to"]) or address(request)(""), status_code=303)
    keep_language(request, response, form["language"])
    return response
