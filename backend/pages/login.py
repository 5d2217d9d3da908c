"""Sign-in: stores a token in a cookie that scripts cannot read and other sites cannot send."""

from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from backend.auth import COOKIE, authenticate, cookie_name
from backend.errors import Problem
from backend.pages.support.forms import drop_cookie, read_form, renew_token, set_cookie
from backend.pages.support.page_route import pages
from backend.pages.support.templating import address, local_path, page, redirect
from rendering.languages.translation import _

router = pages()

COOKIE_TTL_SECONDS: Final = 30 * 86_400
"""Seconds that a browser keeps the cookie; the token itself may expire sooner."""


@router.get("/login")
async def login(request: Request, next: str = "") -> Response:
    if request.app.state.authority.open_to_all:
        return redirect(request, "")
    return page(request, "login.html", next=local_path(request, next), errors={})


@router.post("/login")
async def sign_in(request: Request) -> Response:
    form = await read_form(request)
    state = request.app.state
    token, target = form["access_token"], local_path(request, form["next"])
    try:
        await authenticate(state.authority, token, state.orchestrator.database)
    except Problem:
        message = _("This token is not valid.") if token else _("Enter your token.")
        return page(request, "login.html", status=401, next=target, errors={"access_token": message})
    response = RedirectResponse(target or address(request)(""), status_code=303)
    set_cookie(request, response, COOKIE, token, seconds=COOKIE_TTL_SECONDS)
    renew_token(request, response)
    return response


@router.post("/logout")
async def sign_out(request: Request) -> Response:
    await read_form(request)
    request.app.state.stream_access.sign_out(request.cookies.get(cookie_name(request, COOKIE), ""))
    at = address(request)
    response = RedirectResponse(at("login"), status_code=303)
    drop_cookie(request, response, COOKIE)
    renew_token(request, response)
    return response
