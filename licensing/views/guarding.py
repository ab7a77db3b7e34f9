"""What stands before the pages of a supplier room: the link, the visit, the reader's language, the headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.cache import never_cache

from accounts.access import open_to_all
from licensing import entering
from licensing.models import RoomCode, RoomInvitation

COOKIE = "room"
View = Callable[..., HttpResponse]


def by_link(view: View) -> View:
    """Let who holds an open link in, as `view(request, invitation, visit, token)`; all others meet the same 404.

    `visit` is None before a code was entered. Nothing is written here.
    """

    @open_to_all
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        invitation = entering.find_open(token)
        if invitation is None:
            raise Http404
        visit = entering.visit(invitation, request.COOKIES.get(COOKIE, ""))
        language = _language(request, invitation)
        with translation.override(language):
            response = view(request, invitation, visit, token)
        response.headers["Content-Language"] = language
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def inside(view: View) -> View:
    """Let only who entered a code in; the holder of a link alone is led to its first page."""

    @wraps(view)
    def guarded(
        request: HttpRequest, invitation: RoomInvitation, visit: RoomCode | None, token: str
    ) -> HttpResponse:
        if visit is None:
            return redirect("licensing:room", token)
        return view(request, invitation, visit, token)

    return guarded


def _language(request: HttpRequest, invitation: RoomInvitation) -> str:
    """What the reader chose by the switch, else what the room was opened in: never the browser's guess."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else invitation.language
