import re

import pytest
from django.contrib.admin import site as back_office
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import demonstration, services
from accounts.models import Membership, Organisation, User
from accounts.roles import Kind, Role
from tests.factories import MembershipFactory, UserFactory
from workflow import errands
from workflow.models import Event

PASSWORD = "four unrelated words here"


@pytest.fixture
def invitation(signatory):
    return services.invite(
        by=signatory, organisation=signatory.organisation, email="new@example.test", role=Role.DRAFTER
    )


@pytest.fixture
def link(invitation):
    errands.run(errands.of(invitation).get().pk)
    return re.search(r"/invitations/[\w-]+/", mail.outbox[-1].body)[0]


class TestSignIn:
    def test_takes_e_mail_and_password_of_an_invited_person(self, client, invitation):
        services.accept_as_new_person(invitation=invitation, full_name="Nina", password=PASSWORD)
        response = client.post(
            reverse("account_login"), {"login": "New@example.test", "password": PASSWORD, "next": "/people/"}
        )
        assert response.url == "/people/"
        assert client.get("/people/").status_code == 200

    @pytest.mark.parametrize(
        ("login", "password"),
        [
            ("new@example.test", "wrong"),
            ("nobody@example.test", PASSWORD),
            ("clock@system.invalid", "!"),
            ("\x00", "\x00"),
        ],
    )
    def test_refuses_others_with_the_same_words(self, client, invitation, login, password):
        services.accept_as_new_person(invitation=invitation, full_name="Nina", password=PASSWORD)
        response = client.post(reverse("account_login"), {"login": login, "password": password})
        assert response.status_code == 200
        assert not response.wsgi_request.user.is_authenticated

    def test_knows_no_sign_up(self, client, db):
        given = {"email": "self@example.test", "password1": PASSWORD, "password2": PASSWORD}
        assert client.post(reverse("account_signup"), given).status_code == 200
        assert not User.objects.filter(email="self@example.test").exists()
        assert "sign up" not in client.get(reverse("account_login")).content.decode().lower()

    def test_a_deactivated_person_is_out_at_once(self, client_for, drafter):
        client = client_for(drafter)
        User.objects.filter(pk=drafter.person.pk).update(is_active=False)
        assert client.get("/people/").url.startswith(reverse("account_login"))

    def test_is_limited_in_number(self, client, db, settings):
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key", "login": "30/m/ip"}
        given = {"login": "limited@example.test", "password": "wrong"}
        pages = [client.post(reverse("account_login"), given).content.decode() for _ in range(5)]
        assert "Too many failed" in pages[-1]
        assert "Too many failed" not in pages[0]

    @pytest.mark.parametrize(
        "name",
        ["account_set_password", "account_email", "mfa_index", "usersessions_list", "account_logout"],
    )
    def test_own_pages_open_for_everybody_signed_in(self, client_for, drafter, name):
        assert client_for(drafter).get(reverse(name)).status_code == 200

    @pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_signup"])
    def test_pages_before_it_open_for_anybody(self, client, db, name):
        response = client.get(reverse(name))
        assert response.status_code == 200
        assert not re.search(rb"<script(?![^>]*(src=|application/json))|style=|onclick=", response.content)

    def test_sends_a_link_for_a_forgotten_password(self, client, invitation):
        services.accept_as_new_person(invitation=invitation, full_name="Nina", password=PASSWORD)
        client.post(reverse("account_reset_password"), {"email": "new@example.test"})
        path = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[-1].body)[0]
        form = client.get(path, follow=True)
        client.post(
            form.request["PATH_INFO"],
            {"password1": "another long password", "password2": "another long password"},
        )
        assert User.objects.get(email="new@example.test").check_password("another long password")


class TestDemonstrationSignIn:
    url = "/demonstration/sign-in/"

    @pytest.fixture
    def loaded(self, db):
        return demonstration.load()

    def test_does_not_exist_outside_demonstrations(self, client, loaded, settings):
        assert not settings.DEMONSTRATION
        response = client.post(self.url, {"person": demonstration.PEOPLE[0][0]})
        assert response.status_code == 404
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize("email", [card.email for card in demonstration.cards()])
    def test_takes_one_click(self, client, loaded, settings, email):
        settings.DEMONSTRATION = True
        assert client.post(self.url, {"person": email}).url == "/"
        assert client.get("/").wsgi_request.user.email == email

    @pytest.mark.parametrize("email", ["", "clock@system.invalid", "real@example.test", "\x00", "x" * 10_000])
    def test_knows_only_the_demonstration_people(self, client, loaded, settings, email):
        settings.DEMONSTRATION = True
        UserFactory(email="real@example.test")
        assert client.post(self.url, {"person": email}).status_code == 404

    def test_needs_a_post_and_a_token(self, loaded, settings):
        settings.DEMONSTRATION = True
        client = Client(enforce_csrf_checks=True)
        assert client.get(self.url).status_code == 405
        assert client.post(self.url, {"person": demonstration.PEOPLE[0][0]}).status_code == 403

    def test_stands_on_the_first_page(self, client, loaded, settings):
        settings.DEMONSTRATION = True
        page = client.get("/").content.decode()
        assert page.count(self.url) == len(demonstration.cards()) == 11

    def test_leads_nowhere_else(self, client, loaded, settings):
        settings.DEMONSTRATION = True
        given = {"person": demonstration.PEOPLE[0][0], "next": "https://evil.example/"}
        assert client.post(self.url, given).url == "/"


class TestChooseOrganisation:
    url = "/organisations/choose/"

    @pytest.fixture
    def broker(self, client, drafter, other_importer):
        MembershipFactory(person=drafter.person, organisation=other_importer, role=Role.SIGNATORY)
        client.force_login(drafter.person)
        return client

    def test_is_asked_when_there_are_several(self, broker):
        assert broker.get("/people/").url == "/organisations/choose/?next=%2Fpeople%2F"

    def test_lists_both_and_remembers_one(self, broker, importer, other_importer):
        page = broker.get(self.url).content.decode()
        assert importer.name in page
        assert other_importer.name in page
        assert (
            broker.post(self.url, {"organisation": other_importer.pk, "next": "/people/"}).url == "/people/"
        )
        actor = broker.get("/people/").wsgi_request.actor
        assert (actor.organisation, actor.roles) == (other_importer, {Role.SIGNATORY})

    @pytest.mark.parametrize("other", ["authority", "ministry"])
    def test_answers_alike_for_another_and_an_absent_one(self, broker, request, other):
        theirs = broker.post(self.url, {"organisation": request.getfixturevalue(other).pk})
        absent = broker.post(self.url, {"organisation": "999999"})
        assert theirs.status_code == absent.status_code == 404
        assert broker.get(self.url).wsgi_request.actor is None

    def test_a_removed_membership_drops_the_actor_with_the_next_request(self, broker, other_importer):
        broker.post(self.url, {"organisation": other_importer.pk})
        assert broker.get("/people/").status_code == 200
        Membership.objects.filter(organisation=other_importer).update(is_active=False)
        assert broker.get("/people/").url.startswith(self.url)

    def test_tells_people_without_any_what_to_do(self, client, db):
        client.force_login(UserFactory())
        assert "You act for no organisation" in client.get(self.url).content.decode()

    def test_sends_the_anonymous_to_sign_in(self, client, db):
        assert client.get(self.url).url.startswith(reverse("account_login"))


class TestPeople:
    def test_shows_own_people_only(self, client_for, drafter, signatory, stranger):
        page = client_for(drafter).get("/people/").content.decode()
        assert signatory.name in page
        assert stranger.name not in page
        assert signatory.person.email not in page

    def test_shows_addresses_and_doors_to_who_decides(self, client_for, signatory, drafter, invitation):
        page = client_for(signatory).get("/people/").content.decode()
        assert drafter.person.email in page
        assert "new@example.test" in page
        assert reverse("accounts:invite") in page

    def test_another_organisation_is_as_good_as_absent(self, client_for, signatory, other_importer):
        client = client_for(signatory)
        for path in ("people", "people/invite"):
            assert client.get(f"/organisations/{other_importer.pk}/{path}/").status_code == 404
            assert client.get(f"/organisations/{10**30}/{path}/").status_code == 404

    def test_the_administrator_sees_every_organisation(self, client_for, administrator, importer, drafter):
        client = client_for(administrator)
        assert importer.name in client.get("/organisations/").content.decode()
        assert drafter.name in client.get(f"/organisations/{importer.pk}/people/").content.decode()

    def test_nobody_else_lists_organisations(self, client_for, senior, signatory):
        assert client_for(senior).get("/organisations/").status_code == 403
        assert client_for(signatory).get("/organisations/").status_code == 403


class TestInvite:
    given = {"email": "next@example.test", "role": "DRAFTER", "designation": "Engineer"}

    def test_invites_and_returns(self, client_for, signatory):
        response = client_for(signatory).post("/people/invite/", self.given)
        assert response.url == "/people/"
        assert signatory.organisation.invitations.get().email == "next@example.test"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "no address"), ("email", "a\u202eb@example.test"), ("role", "SENIOR"), ("role", ""),
            ("role", "SIGNATORY"), ("designation", "a\u200bb"), ("designation", "x" * 121),
            ("email", "a@b.c\nBcc: x@y.z"),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, client_for, signatory, field, value):
        response = client_for(signatory).post("/people/invite/", {**self.given, field: value})
        assert response.status_code == 422
        assert "There is a problem" in response.content.decode()
        assert not signatory.organisation.invitations.exists()

    @pytest.mark.parametrize("who", ["drafter", "officer", "auditor", "analyst"])
    def test_is_closed_to_people_who_may_not(self, client_for, who, request):
        client = client_for(request.getfixturevalue(who))
        assert client.get("/people/invite/").status_code == 403
        assert client.post("/people/invite/", self.given).status_code == 403

    def test_an_administrator_invites_anywhere(self, client_for, administrator, importer):
        response = client_for(administrator).post(f"/organisations/{importer.pk}/people/invite/", self.given)
        assert response.url == f"/organisations/{importer.pk}/people/"
        assert importer.invitations.count() == 1


class TestCancelInvitation:
    def test_cancels(self, client_for, signatory, invitation):
        client_for(signatory).post(f"/people/invitations/{invitation.pk}/cancel/")
        assert not signatory.organisation.invitations.open().exists()

    @pytest.mark.parametrize("who", ["drafter", "stranger", "senior"])
    def test_is_as_good_as_absent_to_others(self, client_for, who, request, invitation):
        client = client_for(request.getfixturevalue(who))
        assert client.post(f"/people/invitations/{invitation.pk}/cancel/").status_code == 404


class TestRemove:
    def test_asks_first(self, client_for, signatory, drafter):
        membership = drafter.person.memberships.get()
        client = client_for(signatory)
        assert drafter.name in client.get(f"/people/{membership.pk}/remove/").content.decode()
        assert Membership.objects.get(pk=membership.pk).is_active
        client.post(f"/people/{membership.pk}/remove/")
        assert not Membership.objects.get(pk=membership.pk).is_active

    def test_refuses_oneself_in_words(self, client_for, signatory):
        membership = signatory.person.memberships.get()
        response = client_for(signatory).post(f"/people/{membership.pk}/remove/", follow=True)
        assert "cannot remove yourself" in response.content.decode()

    @pytest.mark.parametrize("who", ["drafter", "stranger", "senior", "analyst"])
    def test_is_as_good_as_absent_to_others(self, client_for, who, request, signatory):
        membership = signatory.person.memberships.get()
        client = client_for(request.getfixturevalue(who))
        assert client.post(f"/people/{membership.pk}/remove/").status_code == 404


class TestAcceptInvitation:
    given = {"full_name": "Nina New", "password": PASSWORD, "password_again": PASSWORD}

    def test_opening_it_often_changes_nothing(self, client, link, invitation):
        events = Event.objects.count()
        for _ in range(50):
            response = client.get(link)
            assert response.status_code == 200
        assert response.headers["Referrer-Policy"] == "no-referrer"
        invitation.refresh_from_db()
        assert invitation.accepted_at is None
        assert Event.objects.count() == events
        assert not User.objects.filter(email="new@example.test").exists()

    def test_sets_up_an_account_that_can_sign_in(self, client, link):
        assert client.post(link, self.given).url == reverse("account_login")
        client.post(reverse("account_login"), {"login": "new@example.test", "password": PASSWORD})
        assert client.get("/people/").wsgi_request.actor.roles == {Role.DRAFTER}

    def test_works_once(self, client, link):
        client.post(link, self.given)
        assert client.get(link).status_code == 404
        assert client.post(link, self.given).status_code == 404

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("password", "short"), ("password", "123456789012"), ("password_again", "other"), ("full_name", ""),
            ("full_name", "a\u202eb"), ("full_name", "\ud800"), ("full_name", "x" * 201),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong(self, client, link, field, value):
        given = {**self.given, field: value}
        if field == "password":
            given["password_again"] = value
        assert (
            client.post(link, {k: v.encode("utf-8", "surrogatepass") for k, v in given.items()}).status_code
            == 422
        )
        assert not User.objects.filter(email="new@example.test").exists()

    @pytest.mark.parametrize("token", ["x", "%00", "%ED%A0%80", "a" * 5000])
    def test_knows_no_other_token(self, client, db, token):
        assert client.get(f"/invitations/{token}/").status_code == 404

    def test_asks_a_person_with_an_account_to_sign_in(self, client, link):
        UserFactory(email="new@example.test")
        page = client.get(link).content.decode()
        assert f"{reverse('account_login')}?next={link}" in page
        client.post(link, self.given)
        assert not Membership.objects.filter(person__email="new@example.test").exists()

    def test_takes_a_signed_in_person_in(self, client, link, importer):
        person = UserFactory(email="new@example.test")
        client.force_login(person)
        assert client.post(link).url == "/"
        assert client.get("/people/").wsgi_request.actor.organisation == importer

    def test_is_not_taken_by_somebody_else(self, client_for, link, stranger):
        client = client_for(stranger)
        UserFactory(email="new@example.test")
        assert "you are signed in as" in client.post(link).content.decode()
        assert (
            stranger.person.memberships.filter(organisation__name="Pune Motors Private Limited").count() == 0
        )


class TestBackOffice:
    def test_sends_the_anonymous_to_the_common_sign_in(self, client, db):
        assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))

    @pytest.mark.parametrize("who", ["drafter", "signatory", "officer", "senior", "auditor", "analyst"])
    def test_is_closed_to_everybody_else(self, client_for, who, request):
        response = client_for(request.getfixturevalue(who)).get("/admin/", follow=True)
        assert response.status_code == 403

    def test_is_closed_to_an_administrator_acting_for_another_organisation(
        self, client_for, administrator, importer
    ):
        MembershipFactory(person=administrator.person, organisation=importer, role=Role.DRAFTER)
        client = client_for(administrator)
        assert client.get("/admin/").status_code == 200
        client.post("/organisations/choose/", {"organisation": importer.pk})
        assert client.get("/admin/", follow=True).status_code == 403

    def test_shows_no_tables_of_libraries(self):
        assert {model._meta.app_label for model in back_office._registry} <= {
            "accounts", "documents", "euc", "workflow",
        }  # fmt: skip

    def test_opens_every_list(self, client_for, administrator):
        client = client_for(administrator)
        for name in ("organisation", "user", "membership", "invitation"):
            assert client.get(f"/admin/accounts/{name}/").status_code == 200

    def test_gives_no_roles(self, client_for, administrator, drafter):
        client = client_for(administrator)
        assert client.get("/admin/accounts/membership/add/").status_code == 403
        assert (
            client.post(f"/admin/accounts/user/{drafter.person.pk}/delete/", {"post": "yes"}).status_code
            == 403
        )

    def test_adds_an_organisation_in_normal_form_and_notes_it(self, client_for, administrator):
        response = client_for(administrator).post("/admin/accounts/organisation/add/", organisation_form())
        assert response.status_code == 302, response.context["adminform"].form.errors
        organisation = Organisation.objects.get(name="Thane Rotors Private Limited")
        assert (organisation.gstin, organisation.iec) == ("27AAPFU0939F1ZV", "AAPFU0939F")
        assert Event.objects.get(verb="accounts.organisation.add").book == organisation.book

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("gstin", "27AAPFU0939F1ZW"),
            ("iec", ""),
            ("pan", "AAPFU0939G"),
            ("name", "a\u202eb"),
            ("postcode", "0"),
            ("state_code", "99"),
        ],
    )
    def test_refuses_identifiers_that_are_wrong_or_contradict(self, client_for, administrator, field, value):
        given = organisation_form(**{field: value})
        assert client_for(administrator).post("/admin/accounts/organisation/add/", given).status_code == 200
        assert not Organisation.objects.filter(kind=Kind.IMPORTER).exists()


def organisation_form(**changed):
    return {
        "kind": "IMPORTER", "name": "Thane Rotors Private Limited", "country": "IN", "state_code": "27",
        "postcode": "400 601", "gstin": "27 aapfu0939f 1zv", "pan": "AAPFU0939F", "iec": "aapfu0939f",
        "is_active": "on",
        "sites-TOTAL_FORMS": "0", "sites-INITIAL_FORMS": "0", **changed,
    }  # fmt: skip
