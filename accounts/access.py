"""What stands between a request and a view: an actor, a role, a fresh proof of who one is."""

import time
from functools import wraps
from urllib.parse import urlsplit

from allauth.account import app_settings as account_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts.roles import SECOND_FACTOR_ROLES


def actor_required(view):
    """Let only an actor in: anonymous people sign in, people without an organisation choose one."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return _turned_away(request) or view(request, *args, **kwargs)

    return guarded


def roles_required(*roles):
    """Let only actors with one of these roles in; others are told that they may not (403)."""

    def decorate(view):
        @wraps(view)
        @actor_required
        def guarded(request, *args, **kwargs):
            if not request.actor.has(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class ActorRequiredMixin:
    """`actor_required` for class-based views; `roles` narrows it to actors with one of them."""

    roles: tuple[str, ...] = ()

    def dispatch(self, request, *args, **kwargs):
        turned_away = _turned_away(request)
        if turned_away:
            return turned_away
        if self.roles and not request.actor.has(*self.roles):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def open_to_all(view):
    """Mark a view that anybody may read, so that no missing second factor stands before it."""
    view.is_open_to_all = True
    return view


def has_second_factor(person) -> bool:
    """Whether an authenticator app or a passkey is set up; recovery codes alone do not count."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user=person, type__in=kinds).exists()


def needs_second_factor(actor) -> bool:
    """Whether this actor must set up a second factor before going on."""
    return (
        settings.SECOND_FACTOR_REQUIRED
        and actor is not None
        and actor.has(*SECOND_FACTOR_ROLES)
        and not has_second_factor(actor.person)
    )


def recently_authenticated(request) -> bool:
    """Whether the person proved who they are within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

    A person with a second factor must have used it; a password alone is then not enough.
    Always true where second factors are not asked for (demonstration and tests).
    """
    if not settings.SECOND_FACTOR_REQUIRED:
        return True
    if request.user.is_anonymous:
        return False
    records = get_authentication_records(request, request.user)
    if has_second_factor(request.user):
        records = [record for record in records if record.get("method") == "mfa"]
    ages = [time.time() - record["at"] for record in records]
    return any(0 <= age < account_settings.REAUTHENTICATION_TIMEOUT for age in ages)


def fresh_proof_required(view):
    """Before a step that binds others, ask for the second factor again unless it was just given.

    Guards the form as well as its posting, so that nobody types a reason first and loses it. What was
    posted is never replayed: the person returns to the page and presses the button once more.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if recently_authenticated(request):
            return view(request, *args, **kwargs)
        messages.info(request, _("Confirm that it is you; then take the step."))
        back = request.get_full_path()
        if request.method != "GET":
            back = request.headers.get("Referer") or back
        return redirect(f"{_door(request.user)}?{urlencode({'next': local_path(request, back)})}")

    return guarded


def _door(person):
    """Where this person proves again who they are: with a key, an app, or the password they have alone."""
    kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    if Authenticator.Type.WEBAUTHN in kinds:
        return reverse("mfa_reauthenticate_webauthn")
    if Authenticator.Type.TOTP in kinds:
        return reverse("mfa_reauthenticate")
    return reverse("account_reauthenticate")


def local_path(request, address: str) -> str:
    """The path and query of an address on this site; "/" for any other address."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def to_sign_in(request):
    """Send an anonymous person to sign in and back to the page they wanted."""
    return redirect_to_login(request.get_full_path())


def _turned_away(request):
    if not request.user.is_authenticated:
        # A part of a page is never answered with the sign-in page: what is typed there must stay.
        return HttpResponse(status=401) if "HX-Request" in request.headers else to_sign_in(request)
    if request.actor is None:
        next_page = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('accounts:choose-organisation')}?{next_page}")
    return None
