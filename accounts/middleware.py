"""Sets `request.actor` on every request and keeps people without a due second factor out."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import access, actors

# What a person needs in order to set a second factor up, or to leave.
ALWAYS_REACHABLE = ("mfa_", "account_", "usersessions_")
ALWAYS_REACHABLE_NAMES = {"accounts:choose-organisation", "accounts:accept-invitation", "set_language"}


class ActorMiddleware:
    """`request.actor`: read from the memberships on every request, so a removed role ends at once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = actors.for_session(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Sends people whose role asks for a second factor to set one up before anything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not access.needs_second_factor(request.actor) or _is_reachable(request.resolver_match, view):
            return None
        messages.warning(request, _("Your role asks for a second factor. Set one up to go on."))
        return redirect("mfa_index")


def _is_reachable(match, view):
    name = match.view_name or ""
    return (
        name.startswith(ALWAYS_REACHABLE)
        or name in ALWAYS_REACHABLE_NAMES
        or getattr(view, "is_open_to_all", False)
    )
