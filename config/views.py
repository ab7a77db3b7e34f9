"""Pages that belong to no app: home, colours, accessibility, the style guide and the error pages."""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import finding
from accounts.access import actor_required, open_to_all
from config import context, style_guide, waiting
from euc import worklist

A_YEAR = 365 * 24 * 3600


@require_safe
def home(request):
    """What the product is, for visitors; their work, for people who act for an organisation."""
    if getattr(request, "actor", None):
        return render(request, "config/work.html", _work(request.actor))
    if request.user.is_authenticated:
        return redirect("accounts:choose-organisation")
    return render(request, "config/home.html")


def _work(actor):
    return {"work": worklist.of(actor), "waiting": waiting.of(actor)}


@require_safe
@actor_required
def search(request):
    """Everything this actor may see of what `q` asks for, by kind, the first few of each."""
    asked = finding.asked(request.GET.get("q", ""))
    found = finding.search(asked.text, request.actor)
    return render(request, "config/search.html", {"asked": asked, "found": found})


@open_to_all
@require_safe
def accessibility(request):
    return render(request, "config/accessibility.html")


@require_safe
def style(request):
    """Every component on one page; hidden in production."""
    if not (settings.DEBUG or settings.DEMONSTRATION or settings.MODE == "test"):
        raise Http404
    return render(request, "config/style.html", style_guide.specimens())


@open_to_all
@require_POST
def theme(request):
    """Remember light, dark or automatic colours for a year and return to the page one came from."""
    chosen = request.POST.get("theme", "auto")
    response = HttpResponseRedirect(_local(request, request.POST.get("next")))
    if chosen in context.THEMES:
        response.set_cookie(
            context.THEME_COOKIE, chosen, max_age=A_YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


def _local(request, url) -> str:
    """The address when it stays on this host, else the home page."""
    is_local = url and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_local else "/"


def _error(status: int, heading: str, text: str, reference: str = "") -> HttpResponse:
    """An error page that needs neither the database nor the session."""
    page = render_to_string(
        "config/error.html",
        {
            "status": status,
            "heading": heading,
            "text": text,
            "reference": reference,
            "product_name": settings.PRODUCT_NAME,
            "demonstration": settings.DEMONSTRATION,
        },
    )
    return HttpResponse(page, status=status)


def bad_request(request, exception):
    return _error(400, _("This request cannot be read"), _("Go back, check what you entered and try again."))


def permission_denied(request, exception):
    return _error(
        403,
        _("You may not do this"),
        _(
            "Your role or organisation does not allow it. If you act for several organisations, "
            "check that the right one is active."
        ),
    )


def csrf_failure(request, reason=""):
    return _error(
        403,
        _("The page has grown stale"),
        _(
            "For your safety the form was not accepted. Go back, reload the page and send it again. "
            "Cookies must be allowed."
        ),
    )


def page_not_found(request, exception):
    return _error(
        404,
        _("Page not found"),
        _(
            "The address may be mistyped, or the page is not yours to see. "
            "Certificates can be checked by anyone on the verification page."
        ),
    )


def server_error(request):
    return _error(
        500,
        _("Something went wrong on our side"),
        _("Nothing you saved is lost. Please try again in a minute."),
    )
