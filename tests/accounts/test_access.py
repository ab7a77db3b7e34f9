import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from accounts import access
from accounts.roles import SECOND_FACTOR_ROLES, Role

HOME = "/"


@pytest.fixture
def strict(settings):
    """As in production: roles that matter need a second factor and a fresh proof."""
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def request_of(db):
    def build(actor=None, method="get", **given):
        request = getattr(RequestFactory(), method)("/somewhere/?a=1", **given)
        request.actor = actor
        request.user = actor.person if actor else AnonymousUser()
        request.session = SessionStore()
        request._messages = FallbackStorage(request)
        return request

    return build


def add_authenticator(person, kind=Authenticator.Type.TOTP):
    return Authenticator.objects.create(user=person, type=kind, data={})


def prove(request, method, age=0):
    record_authentication(request, request.user, method=method)
    records = request.session[AUTHENTICATION_METHODS_SESSION_KEY]
    records[-1]["at"] = time.time() - age
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records


def page(request):
    return HttpResponse("in")


class TestActorRequired:
    def test_sends_the_anonymous_to_sign_in_and_back(self, request_of):
        response = access.actor_required(page)(request_of())
        assert response.url == "/accounts/login/?next=/somewhere/%3Fa%3D1"

    def test_sends_people_without_an_organisation_to_choose(self, request_of, drafter):
        request = request_of(drafter)
        request.actor = None
        assert (
            access.actor_required(page)(request).url == "/organisations/choose/?next=%2Fsomewhere%2F%3Fa%3D1"
        )

    def test_lets_an_actor_in(self, request_of, drafter):
        assert access.actor_required(page)(request_of(drafter)).content == b"in"


class TestRolesRequired:
    def test_refuses_actors_of_other_roles(self, request_of, drafter, senior):
        view = access.roles_required(Role.SENIOR)(page)
        assert view(request_of(senior)).content == b"in"
        with pytest.raises(PermissionDenied):
            view(request_of(drafter))


class TestSecondFactor:
    @pytest.mark.parametrize("who", ["signatory", "officer", "senior", "auditor", "analyst", "administrator"])
    def test_is_asked_of_every_role_that_matters(self, strict, client_for, who, request):
        response = client_for(request.getfixturevalue(who)).get(HOME)
        assert response.status_code == 302
        assert response.url == reverse("mfa_index")

    def test_is_asked_on_posts_too(self, strict, client_for, senior):
        assert client_for(senior).post(reverse("accounts:invite"), {}).url == reverse("mfa_index")

    def test_is_not_asked_of_drafters(self, strict, client_for, drafter):
        assert Role.DRAFTER not in SECOND_FACTOR_ROLES
        assert client_for(drafter).get(HOME).status_code == 200

    def test_is_not_asked_in_demonstrations(self, client_for, senior):
        assert client_for(senior).get(HOME).status_code == 200

    @pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    def test_is_satisfied_by_an_app_or_a_key(self, strict, client_for, senior, kind):
        add_authenticator(senior.person, kind)
        assert client_for(senior).get(HOME).status_code == 200

    def test_is_not_satisfied_by_recovery_codes_alone(self, strict, client_for, senior):
        add_authenticator(senior.person, Authenticator.Type.RECOVERY_CODES)
        assert client_for(senior).get(HOME).status_code == 302

    def test_leaves_the_way_to_set_one_up_and_to_leave(self, strict, client_for, senior):
        client = client_for(senior)
        assert client.get(reverse("mfa_index")).status_code == 200
        assert client.get(reverse("account_logout")).status_code == 200
        assert client.get(reverse("accounts:choose-organisation")).status_code == 200

    def test_lets_pages_open_to_all_through(self, strict, client_for, senior):
        assert client_for(senior).get("/invitations/unknown/").status_code == 404


class TestRecentlyAuthenticated:
    def test_holds_where_second_factors_are_not_asked_for(self, request_of, senior):
        assert access.recently_authenticated(request_of(senior))

    def test_never_holds_for_the_anonymous(self, strict, request_of):
        assert not access.recently_authenticated(request_of())

    @pytest.mark.parametrize(("age", "fresh"), [(0, True), (299, True), (301, False), (-60, False)])
    def test_lasts_five_minutes_and_refuses_moments_to_come(self, strict, request_of, senior, age, fresh):
        add_authenticator(senior.person)
        request = request_of(senior)
        prove(request, "mfa", age)
        assert access.recently_authenticated(request) is fresh

    def test_asks_the_second_factor_itself_of_who_has_one(self, strict, request_of, senior):
        request = request_of(senior)
        prove(request, "password")
        assert access.recently_authenticated(request)
        add_authenticator(senior.person)
        assert not access.recently_authenticated(request)

    def test_does_not_take_the_proof_of_another_person(self, strict, request_of, senior, officer):
        request = request_of(senior)
        prove(request, "password")
        request.user = officer.person
        assert not access.recently_authenticated(request)


class TestFreshProofRequired:
    view = staticmethod(access.fresh_proof_required(page))

    @pytest.mark.parametrize(
        ("kind", "door"),
        [
            (Authenticator.Type.TOTP, "/accounts/2fa/reauthenticate/"),
            (Authenticator.Type.WEBAUTHN, "/accounts/2fa/webauthn/reauthenticate/"),
            (Authenticator.Type.RECOVERY_CODES, "/accounts/reauthenticate/"),
        ],
    )
    def test_sends_to_the_proof_the_person_has_and_back(self, strict, request_of, senior, kind, door):
        add_authenticator(senior.person, kind)
        request = request_of(senior, "post", headers={"Referer": "http://testserver/certificates/1/?x=1"})
        assert self.view(request).url == f"{door}?next=%2Fcertificates%2F1%2F%3Fx%3D1"

    def test_asks_before_the_form_is_shown_so_that_nothing_typed_is_lost(self, strict, request_of, senior):
        assert self.view(request_of(senior)).url == "/accounts/reauthenticate/?next=%2Fsomewhere%2F%3Fa%3D1"

    def test_lets_a_post_with_fresh_proof_through(self, strict, request_of, senior):
        request = request_of(senior, "post")
        prove(request, "password")
        assert self.view(request).content == b"in"


class TestLocalPath:
    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/",
            "//evil.example/",
            "javascript:alert(1)",
            "http://[",
            "\\\\evil",
            "",
            "http:///x",
        ],
    )
    def test_leads_nowhere_else(self, request_of, address):
        assert access.local_path(request_of(), address) == "/"

    def test_keeps_paths_of_ours(self, request_of):
        assert access.local_path(request_of(), "http://testserver/a/?b=c#d") == "/a/?b=c"
