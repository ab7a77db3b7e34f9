"""What every template may know: the product's name, the mode, the acting person, where one may go."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts import notices

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation; `roles` empty means everybody, signed in or not."""

    url_name: str
    label: str
    roles: frozenset[str] = frozenset()


IMPORTER = frozenset({"DRAFTER", "SIGNATORY"})
AUTHORITY = frozenset({"OFFICER", "SENIOR", "AUDITOR"})
READERS = IMPORTER | AUTHORITY | {"ANALYST"}

PLACES = (
    Place("home", _("Home")),
    Place("euc:queue", _("Queue"), frozenset({"OFFICER", "SENIOR"})),
    Place("euc:certificate-list", _("Certificates"), READERS),
    Place("euc:undertaking-list", _("Undertakings"), READERS),
    Place("euc:original-list", _("Originals"), READERS),
    Place("licensing:case-list", _("Licences"), READERS),
    Place("shipments:consignment-list", _("Consignments"), READERS),
    Place("shipments:stock", _("Stock"), IMPORTER),
    Place("euc:rule-list", _("Rules"), READERS),
    Place("euc:clause-list", _("Clauses"), READERS),
    Place("euc:screening", _("Screening"), AUTHORITY),
    Place("ministry:overview", _("Figures"), READERS),
    Place("shipments:watch", _("Re-exports"), AUTHORITY),
    Place("deliveries", _("Deliveries"), frozenset({"OFFICER", "SENIOR", "ADMINISTRATOR"})),
    Place("accounts:organisations", _("Organisations"), frozenset({"ADMINISTRATOR"})),
    Place("accounts:people", _("People"), IMPORTER | {"SENIOR", "ADMINISTRATOR"}),
    Place("euc:verify", _("Verify")),
)


def address(url_name: str) -> str | None:
    """The address of a named page, or None while no such page is built."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def navigation(*, actor, path: str) -> list[dict]:
    """The entries the actor may use, each with `url`, `label` and whether it is the current one."""
    entries = []
    for place in PLACES:
        if place.roles and not (actor and actor.has(*place.roles)):
            continue
        url = address(place.url_name)
        if url:
            is_current = path == url or (url != "/" and path.startswith(url))
            entries.append({"url": url, "label": place.label, "is_current": is_current})
    return entries


def theme(request) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def site(request):
    actor = getattr(request, "actor", None)
    return {
        "product_name": settings.PRODUCT_NAME,
        "demonstration": settings.DEMONSTRATION,
        "site_url": settings.SITE_URL,
        "actor": actor,
        "languages": settings.LANGUAGES,
        "theme": theme(request),
        "unread": SimpleLazyObject(lambda: notices.unread(actor)),
        "nav": SimpleLazyObject(lambda: navigation(actor=actor, path=request.path)),
    }
