"""The one page on which officers propose whatever another officer adopts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from euc.models.ruled import Ruled
from euc.views.certificates import STATUS_OF
from workflow import engine


def page(
    request: HttpRequest,
    form: Any,
    act: Callable[[], Ruled],
    *,
    heading: str,
    library: str,
    name: str,
    predecessor: Ruled | None = None,
) -> HttpResponse:
    """Ask, and `act` on what was typed; a refusal is shown on the same page.

    `name` begins the names of the addresses (`<name>-list`, `<name>-detail`), `library` is what pages call the list.
    """
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = act()
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Proposed. Another officer must adopt it."))
                return redirect(f"{name}-detail", made.reference)
    if predecessor is not None:
        heading = _("Propose the next version of %(reference)s") % {"reference": predecessor.reference}
    context = {
        "form": form,
        "heading": heading,
        "refusal": refusal,
        "library": library,
        "library_url": reverse("euc:clause-list" if name == "euc:policy" else f"{name}-list"),
    }
    return render(request, "euc/propose.html", context, status=status)


def replaced(request: HttpRequest, find: Callable[[HttpRequest, str], Any]) -> Any:
    """The row that the query says is to be replaced, found as its own page finds it; None for a new one."""
    named = request.GET.get("replaces", "")
    return find(request, named.replace("\x00", "")) if named else None
