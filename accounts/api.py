"""How machines prove who they are: `Authorization: Token <secret>`, and how often they may ask."""

from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, permissions, throttling

from accounts import tokens
from accounts.roles import Scope


class TokenAuthentication(authentication.TokenAuthentication):
    """Sets `request.actor` to the token's person as they stand now; a token that only reads changes nothing."""

    def authenticate(self, request):
        found = super().authenticate(request)
        if found is None:
            return None
        person, token = found
        actor = tokens.speaker(token)
        if actor is None:
            raise exceptions.AuthenticationFailed(_("The person of this token may not act any more."))
        if request.method not in permissions.SAFE_METHODS and token.scope != Scope.DRAFT:
            raise exceptions.PermissionDenied(_("This token may only read."), code="read_only_token")
        tokens.note_use(token)
        request._request.actor = actor
        return person, token

    def authenticate_credentials(self, key):
        token = tokens.find(key)
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or revoked."))
        return token.person, token


class TokenThrottle(throttling.SimpleRateThrottle):
    """So many requests a minute for each token; people in browsers are not counted."""

    scope = "token"

    def get_cache_key(self, request, view):
        return f"throttle-{request.auth.reference}" if request.auth else None
