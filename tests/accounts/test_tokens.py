"""Tokens: what they may do, when they end, what is kept of them."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services, tokens
from accounts.api import TokenThrottle
from accounts.models import ApiToken
from accounts.roles import Role, Scope
from euc import demonstration, reference, workflow
from euc import services as certificates
from tests.factories import MembershipFactory
from tests.matrix.tables import rows
from workflow import events
from workflow.engine import NotAllowed
from workflow.models import Event

LIST = "/api/v1/certificates/"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def made(drafter):
    return tokens.make(by=drafter, name="Purchasing", scope=Scope.DRAFT)


def machine(secret):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


def refused(response):
    """The answer is a 401 that names the scheme and says why in one shape."""
    body = response.json()
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Token")
    assert response["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "code", "detail", "fields"}
    return body["code"]


class TestMake:
    def test_keeps_the_hash_and_tells_the_history(self, made, drafter):
        token, secret = made
        assert secret.startswith("euc_")
        assert len(secret) == 4 + 43
        assert secret not in str(ApiToken.objects.values().get())
        event = events.about(token).get()
        assert (event.action, event.details["scope"]) == ("make", "DRAFT")
        assert secret not in str(event.details)

    @pytest.mark.parametrize("days", [0, -1, 366])
    def test_refuses_another_length_of_life(self, drafter, days):
        with pytest.raises(NotAllowed):
            tokens.make(by=drafter, name="x", scope=Scope.READ, lasts=timedelta(days=days))

    def test_gives_drafting_to_importers_alone(self, officer):
        tokens.make(by=officer, name="x", scope=Scope.READ)
        with pytest.raises(NotAllowed):
            tokens.make(by=officer, name="x", scope=Scope.DRAFT)

    def test_refuses_administrators_and_tokens(self, administrator, made):
        for by in (administrator, tokens.speaker(made[0])):
            with pytest.raises(NotAllowed):
                tokens.make(by=by, name="x", scope=Scope.READ)

    def test_refuses_one_too_many(self, drafter, monkeypatch):
        monkeypatch.setattr(tokens, "MOST_TOKENS", 1)
        tokens.make(by=drafter, name="x", scope=Scope.READ)
        with pytest.raises(NotAllowed):
            tokens.make(by=drafter, name="y", scope=Scope.READ)

    def test_has_its_end_after_its_start_and_revoking_whole_in_the_database(self, made):
        row = ApiToken.objects.filter(pk=made[0].pk)
        for columns in (
            {"expires_at": made[0].made_at},
            {"revoked_at": timezone.now()},
            {"scope": "SUBMIT"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                row.update(**columns)


class TestAuthentication:
    def test_speaks_for_the_person_in_that_organisation(self, made, drafter):
        certificate = certificates.start(by=drafter)
        rows = machine(made[1]).get(LIST).json()["results"]
        assert [row["reference"] for row in rows] == [certificate.reference]

    def test_notes_its_use_to_the_minute(self, made):
        at = timezone.now()
        machine(made[1]).get(LIST)
        used = ApiToken.objects.get().last_used_at
        assert used >= at
        tokens.note_use(ApiToken.objects.get(), at + timedelta(seconds=30))
        assert ApiToken.objects.get().last_used_at == used
        tokens.note_use(ApiToken.objects.get(), at + timedelta(minutes=2))
        assert ApiToken.objects.get().last_used_at > used

    @pytest.mark.parametrize(
        "value", ["Token", "Token a b", "Token nonsense", "Token \x00", "Token é", f"Token {'a' * 9000}"]
    )
    @pytest.mark.django_db
    def test_refuses_what_is_no_token(self, value):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=value)
        assert refused(client.get(LIST)) == "authentication_failed"

    @pytest.mark.django_db
    def test_asks_strangers_for_a_token(self):
        assert refused(APIClient().get(LIST)) == "not_authenticated"

    def test_ends_with_revoking(self, made, drafter):
        tokens.revoke(token=made[0], by=drafter)
        assert refused(machine(made[1]).get(LIST)) == "authentication_failed"

    def test_ends_by_itself(self, made):
        assert tokens.find(made[1], made[0].expires_at - timedelta(seconds=1)) == made[0]
        assert tokens.find(made[1], made[0].expires_at) is None

    def test_ends_with_the_last_role_and_stays_ended(self, made, drafter, signatory):
        membership = drafter.person.memberships.get()
        services.remove(membership=membership, by=signatory)
        assert refused(machine(made[1]).get(LIST)) == "authentication_failed"
        membership.is_active = True
        membership.save()
        assert refused(machine(made[1]).get(LIST)) == "authentication_failed"

    def test_lives_on_with_another_role_and_its_rights_alone(self, made, drafter, signatory):
        MembershipFactory(person=drafter.person, organisation=drafter.organisation, role=Role.SIGNATORY)
        services.remove(membership=drafter.person.memberships.get(role=Role.DRAFTER), by=signatory)
        assert tokens.speaker(made[0]).roles == {Role.SIGNATORY}

    def test_ends_while_the_person_may_not_sign_in(self, made, drafter):
        drafter.person.is_active = False
        drafter.person.save()
        assert refused(machine(made[1]).get(LIST)) == "authentication_failed"

    def test_rests_while_a_due_second_factor_is_missing(self, officer, settings):
        token, _secret = tokens.make(by=officer, name="x", scope=Scope.READ)
        settings.SECOND_FACTOR_REQUIRED = True
        assert tokens.speaker(token) is None

    def test_wins_over_the_session_that_came_along(self, client_for, stranger, made, drafter):
        certificates.start(by=drafter)
        client = client_for(stranger)
        assert client.get(LIST).json()["results"] == []
        answer = client.get(LIST, headers={"Authorization": f"Token {made[1]}"})
        assert len(answer.json()["results"]) == 1

    def test_opens_no_page(self, client, made):
        page = client.get("/certificates/", headers={"Authorization": f"Token {made[1]}"})
        assert page.status_code == 302

    def test_leaves_its_secret_nowhere(self, made, caplog):
        with caplog.at_level("DEBUG"):
            client = machine(made[1])
            client.get(LIST)
            client.post(LIST, {}, format="json", headers={"Idempotency-Key": "k"})
            machine(made[1] + "x").get(LIST)
        assert made[1] not in str(rows())
        assert made[1] not in caplog.text

    def test_reads_only_where_it_may_only_read(self, drafter):
        _token, secret = tokens.make(by=drafter, name="x", scope=Scope.READ)
        client = machine(secret)
        assert client.get(LIST).status_code == 200
        for send in (client.post, client.put, client.patch, client.delete):
            answer = send(LIST)
            assert (answer.status_code, answer.json()["code"]) == (403, "read_only_token")

    def test_costs_the_same_however_many_there_are(self, made, drafter, django_assert_num_queries):
        client = machine(made[1])
        client.get(LIST)
        with django_assert_num_queries(
            3
        ):  # the token, its person's roles, the list; no write within a minute
            client.get(LIST)


class TestSteps:
    def test_are_taken_by_no_token(self, signatory, drafter):
        reference.load()
        draft = demonstration.complete_draft(by=drafter, po_number="PO-1")
        token, secret = tokens.make(by=signatory, name="x", scope=Scope.DRAFT)
        by = tokens.speaker(token)
        assert workflow.CERTIFICATE.open_to(draft, by) == []
        assert machine(secret).get(f"{LIST}{draft.slug}/").json()["actions"] == []
        with pytest.raises(NotAllowed):
            certificates.submit(certificate=draft, by=by, notice_seen=True)

    def test_are_told_with_the_token_that_did_other_things(self, made):
        certificate = certificates.start(by=tokens.speaker(made[0]))
        assert events.about(certificate).get().details == {"token": made[0].reference}


class TestThrottle:
    def test_counts_each_token_alone(self, made, drafter, client_for, monkeypatch):
        monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "2/minute"})
        _token, other = tokens.make(by=drafter, name="Other", scope=Scope.READ)
        client = machine(made[1])
        assert [client.get(LIST).status_code for _ in range(3)] == [200, 200, 429]
        answer = client.get(LIST)
        assert int(answer["Retry-After"]) > 0
        assert answer.json()["code"] == "throttled"
        assert machine(other).get(LIST).status_code == 200
        assert [client_for(drafter).get(LIST).status_code for _ in range(3)] == [200] * 3


class TestPages:
    def test_show_the_secret_once(self, client_for, drafter):
        client = client_for(drafter)
        answer = client.post("/tokens/make/", {"name": "Purchasing", "scope": "READ", "lasts": "90"})
        secret = answer.context["secret"]
        assert answer["Cache-Control"] == "private, no-store"
        assert secret in answer.content.decode()
        assert machine(secret).get(LIST).status_code == 200
        page = client.get("/tokens/").content.decode()
        assert "Purchasing" in page
        assert secret not in page
        assert tokens.find(secret).expires_at - tokens.find(secret).made_at == timedelta(days=90)

    def test_offer_no_scope_beyond_the_role(self, client_for, officer):
        answer = client_for(officer).post("/tokens/make/", {"name": "x", "scope": "DRAFT", "lasts": "30"})
        assert answer.status_code == 422
        assert "scope" in answer.context["form"].errors
        assert not ApiToken.objects.exists()

    def test_say_that_one_has_too_many(self, client_for, drafter, monkeypatch):
        monkeypatch.setattr(tokens, "MOST_TOKENS", 0)
        answer = client_for(drafter).post("/tokens/make/", {"name": "x", "scope": "READ", "lasts": "30"})
        assert answer.status_code == 422

    def test_ask_for_a_fresh_proof(self, client_for, drafter, settings):
        settings.SECOND_FACTOR_REQUIRED = True
        assert "reauthenticate" in client_for(drafter).get("/tokens/make/").url

    def test_revoke_ones_own_and_those_of_ones_people(self, client_for, drafter, signatory, made):
        _own, secret = tokens.make(by=drafter, name="Second", scope=Scope.READ)
        assert client_for(drafter).post(f"/tokens/{made[0].pk}/revoke/").status_code == 302
        assert client_for(signatory).post(f"/tokens/{tokens.find(secret).pk}/revoke/").status_code == 302
        assert set(ApiToken.objects.values_list("revoked_by__full_name", flat=True)) == {
            drafter.name,
            signatory.name,
        }
        assert Event.objects.filter(verb="accounts.apitoken.revoke").count() == 2

    def test_know_no_others(self, client_for, make_actor, importer, stranger, made):
        colleague = make_actor("Chitra Colleague", importer, Role.DRAFTER)
        for actor in (colleague, stranger):
            client = client_for(actor)
            assert client.post(f"/tokens/{made[0].pk}/revoke/").status_code == 404
            assert "Purchasing" not in client.get("/tokens/").content.decode()

    def test_revoke_twice_as_once(self, made, drafter):
        for _ in range(2):
            tokens.revoke(token=made[0], by=drafter)
        assert Event.objects.filter(verb="accounts.apitoken.revoke").count() == 1
