"""The pages of undertakings: reading, drafting for a period, taking steps, breach, comparing, the document."""

from datetime import timedelta

import pytest

from euc import completeness, pledges, ruling, workflow
from euc.models import Certificate, Undertaking
from euc.models.certificate import today
from tests.euc import pledge
from tests.euc.life import Life
from tests.euc.test_library import new_policy, next_version
from tests.factories import OrganisationFactory
from tests.remembering import remembered


@remembered
def life(clauses, drafter, signatory, officer, senior):
    return Life(drafter, signatory, officer, senior, None)


@pytest.fixture
def undertaking(issued):
    return issued.undertakings.get()


@remembered
def blanket(life):
    return pledge.in_force(life)


def typed(**more):
    first = today()
    return {
        "seen": "0",
        "exporter_name": "Ningbo (test)",
        "exporter_name_zh": "宁波（测试）",
        "valid_from": first.strftime("%d-%m-%Y"),
        "valid_until": (first + timedelta(days=100)).strftime("%d-%m-%Y"),
        "clause-EX_SCRAP": "on",
        "party-EX_SCRAP": "Recycler (test)",
        "number-EX_SCRAP": "27AAPFU0939F1ZV",
        **more,
    }


def test_the_detail_shows_each_clause_in_three_languages(client_for, drafter, undertaking, url):
    page = client_for(drafter).get(url(undertaking)).content.decode()
    assert "We will use the goods only for the end use declared" in page
    assert 'lang="zh-Hans"' in page
    assert 'lang="hi"' in page


def test_another_importer_sees_nothing(client_for, stranger, undertaking, blanket, url):
    client = client_for(stranger)
    for one in (undertaking, blanket):
        for tail in ("", "preview/", "changes/", "progress/", "document.pdf", "draft/", "release/"):
            assert client.get(url(one, tail)).status_code == 404
        assert one.reference not in client.get("/undertakings/").content.decode()


class TestListing:
    def test_tells_what_waits_for_each(self, client_for, life, drafter, officer, senior):
        pledge.signed(life)
        pledge.approved(life)
        for actor, said in ((officer, "Waiting for approval: 1"), (senior, "brought into force: 1")):
            assert said in client_for(actor).get("/undertakings/").content.decode()
        assert "Waiting" not in client_for(drafter).get("/undertakings/").content.decode()

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"period": "on"}, {"blanket"}),
            ({"status": "IN_FORCE"}, {"blanket", "undertaking"}),
            ({"status": "SIGNED"}, set()),
            ({"q": "Ningbo"}, {"blanket", "undertaking"}),
            ({"q": "nobody"}, set()),
            ({"status": "forged"}, {"blanket", "undertaking"}),
        ],
    )
    def test_is_narrowed(self, client_for, officer, blanket, undertaking, query, found):
        rows = client_for(officer).get("/undertakings/", query).context["page"].rows
        assert set(rows) == {{"blanket": blanket, "undertaking": undertaking}[name] for name in found}

    def test_takes_the_same_queries_for_more(self, queries_of, life, officer, blanket):
        before = queries_of(officer, "/undertakings/")
        for _ in range(3):
            pledge.in_force(life)
        assert queries_of(officer, "/undertakings/") == before

    def test_of_one_takes_the_same_queries_for_more_certificates(
        self, queries_of, life, officer, blanket, url
    ):
        def rely():
            certificate = life.submitted()
            Certificate.objects.filter(pk=certificate.pk).update(relies_on=blanket)

        rely()
        before = queries_of(officer, url(blanket))
        rely()
        rely()
        assert queries_of(officer, url(blanket)) == before


class TestDraft:
    @pytest.fixture
    def fresh(self, client_for, drafter):
        answer = client_for(drafter).post("/undertakings/new/")
        undertaking = Undertaking.objects.get()
        assert answer.url == f"/undertakings/{undertaking.slug}/draft/"
        return undertaking

    def test_keeps_what_was_typed(self, client_for, drafter, fresh, url):
        client = client_for(drafter)
        assert "Name of the recycler" in client.get(url(fresh, "draft/")).content.decode()
        assert client.post(url(fresh, "draft/"), typed()).url == url(fresh)
        fresh.refresh_from_db()
        assert (fresh.exporter_name, fresh.saves) == ("Ningbo (test)", 1)
        assert fresh.clauses.get(clause__code="EX_SCRAP").party_name == "Recycler (test)"
        again = client.get(url(fresh, "draft/")).content.decode()
        assert "27AAPFU0939F1ZV" in again

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("valid_until", "01-01-2020"),
            ("valid_from", "31-02-2026"),
            ("number-EX_SCRAP", "27AAPFU0939F1Z0"),
            ("exporter_registration", "123"),
            ("exporter_name", "x" * 201),
            ("seen", "many"),
        ],
    )
    def test_says_what_is_malformed_and_loses_nothing(self, client_for, drafter, fresh, url, field, value):
        answer = client_for(drafter).post(url(fresh, "draft/"), typed(**{field: value}))
        assert answer.status_code == 422
        assert "宁波（测试）" in answer.content.decode()
        assert Undertaking.objects.get().saves == 0

    def test_tells_who_was_faster(self, client_for, drafter, signatory, fresh, url):
        client_for(signatory).post(url(fresh, "draft/"), typed())
        answer = client_for(drafter).post(url(fresh, "draft/"), typed(exporter_name="Mine"))
        assert answer.status_code == 409
        assert "Sita Signatory changed this page" in answer.content.decode()
        assert 'value="Mine"' in answer.content.decode()

    def test_is_not_shown_once_signed(self, client_for, drafter, life, url):
        assert client_for(drafter).get(url(pledge.signed(life), "draft/")).url.startswith("/undertakings/NRU")


class TestLife:
    def test_goes_from_the_drafter_to_two_officers(
        self, client_for, life, drafter, signatory, officer, senior, url
    ):
        undertaking = pledge.draft(life)

        def does(actor, verb, **body):
            client = client_for(actor)
            page = client.get(url(undertaking, f"{verb}/"))
            assert page.status_code == 200, verb
            seen = page.context["form"]["seen_hash"].value()
            answer = client.post(url(undertaking, f"{verb}/"), {"seen_hash": seen, **body})
            assert answer.status_code == 302, answer.content.decode()
            undertaking.refresh_from_db()
            return undertaking.status

        assert does(signatory, "sign", notice_seen="on") == workflow.SIGNED
        assert does(officer, "send-back", reason="Which recycler?") == workflow.RETURNED
        shown = client_for(drafter).get(url(undertaking)).content.decode()
        assert "Which recycler?" in shown
        assert does(signatory, "sign", notice_seen="on") == workflow.SIGNED
        assert does(officer, "approve") == workflow.APPROVED
        assert does(senior, "bring-into-force") == workflow.IN_FORCE
        assert "being made" in client_for(drafter).get(url(undertaking)).content.decode()

    def test_shows_what_is_missing_before_the_signature(self, client_for, signatory, drafter, url):
        undertaking = pledges.start(by=drafter)
        answer = client_for(signatory).post(url(undertaking, "sign/"), {"notice_seen": "on"})
        assert answer.status_code == 422
        assert "legal name is missing" in answer.content.decode()


class TestStep:
    @pytest.mark.parametrize(
        ("verb", "status"), [("release", "RELEASED"), ("declare-breach", "BREACHED"), ("revoke", "REVOKED")]
    )
    def test_ends_it_with_a_reason(self, client_for, senior, undertaking, url, verb, status):
        client = client_for(senior)
        shown = client.get(url(undertaking, f"{verb}/")).content.decode()
        assert "What follows" in shown
        assert undertaking.certificate.reference in shown
        assert client.post(url(undertaking, f"{verb}/"), {"reason": ""}).status_code == 422
        response = client.post(
            url(undertaking, f"{verb}/"), {"reason": "As agreed.", "concerns": ["NO_WMD", "NO_TRANSFER"]}
        )
        undertaking.refresh_from_db()
        assert response.url == url(undertaking)
        assert undertaking.status == status
        assert undertaking.concerns == (["NO_TRANSFER", "NO_WMD"] if verb == "declare-breach" else [])

    def test_of_breach_asks_which_promises(self, client_for, senior, blanket, url):
        client = client_for(senior)
        for concerns in ([], ["FORGED"]):
            answer = client.post(url(blanket, "declare-breach/"), {"reason": "Sold.", "concerns": concerns})
            assert answer.status_code == 422
        client.post(url(blanket, "declare-breach/"), {"reason": "Sold.", "concerns": ["NO_TRANSFER"]})
        shown = client_for(senior).get(f"/v/{blanket.token}/").content.decode()
        assert "Broken promises" in shown

    def test_is_the_senior_officers_alone(self, client_for, officer, drafter, undertaking, url):
        for actor in (officer, drafter):
            response = client_for(actor).post(url(undertaking, "release/"), {"reason": "Please."})
            assert response.status_code == 403

    def test_is_taken_once(self, client_for, senior, undertaking, url):
        client = client_for(senior)
        client.post(url(undertaking, "release/"), {"reason": "As agreed."})
        assert client.post(url(undertaking, "revoke/"), {"reason": "Again."}).status_code == 409

    @pytest.mark.parametrize("verb", ["sign", "approve", "bring-into-force", "withdraw", "forged"])
    def test_has_no_door_of_its_own_for_what_the_certificate_does(
        self, client_for, senior, undertaking, url, verb
    ):
        assert client_for(senior).post(url(undertaking, f"{verb}/")).status_code == 404


class TestComparing:
    def test_shows_what_would_be_signed_today(
        self, client_for, drafter, officer, second_officer, blanket, url
    ):
        ruling.adopt(rule=next_version(officer, "NO_WMD"), by=second_officer)
        shown = client_for(drafter).get(url(blanket, "changes/")).content.decode()
        assert shown.count("worded otherwise today") == 1
        assert '<ins class="diff">' in shown


class TestVerification:
    @pytest.mark.parametrize("language", ["en", "hi", "zh-hans"])
    def test_is_public(self, client, blanket, language):
        client.cookies["django_language"] = language
        page = client.get(f"/v/{blanket.token}/")
        assert page.status_code == 200
        assert blanket.reference in page.content.decode()

    def test_knows_nothing_before(self, client, life):
        assert client.get(f"/v/{pledge.approved(life).token}/").status_code == 404


class TestAddressee:
    """Where there are several authorities, a paper says which it addresses; that one decides what is required."""

    @pytest.fixture
    def authorities(self, authority, officer, second_officer):
        ruling.adopt(rule=new_policy(officer, authority=authority), by=second_officer)
        return authority, OrganisationFactory(kind="AUTHORITY", name="Another Authority")

    def test_is_not_asked_for_where_there_is_one(self, client_for, drafter, life, url):
        shown = client_for(drafter).get(url(life.draft(), "draft/undertakings/")).content.decode()
        assert "Addressed to" not in shown

    def test_decides_what_a_certificate_must_promise(self, client_for, drafter, life, authorities, url):
        draft = life.draft()
        assert draft.addressed_to is None
        assert ("undertakings", "addressed_to") in {(m.page, m.field) for m in completeness.misses(draft)}
        client = client_for(drafter)
        for chosen, asked in zip(authorities, (True, False), strict=True):
            client.post(url(draft, "draft/undertakings/"), {"addressed_to": chosen.pk})
            draft = Certificate.objects.get(pk=draft.pk)
            assert draft.addressed_to == draft.undertakings.get().addressed_to == chosen
            assert ("NO_REEXPORT_US" in draft.undertakings.get().codes()) is asked
            assert completeness.misses(draft) == []

    def test_decides_what_an_undertaking_for_a_period_must_promise(
        self, client_for, drafter, life, authorities, url
    ):
        undertaking = pledge.draft(life)
        assert "addressed_to" in {miss.field for miss in completeness.pledge_misses(undertaking)}
        body = typed(seen="1", addressed_to=authorities[0].pk)
        assert client_for(drafter).post(url(undertaking, "draft/"), body).status_code == 302
        undertaking.refresh_from_db()
        assert undertaking.addressed_to == authorities[0]
        assert "NO_REEXPORT_US" in undertaking.codes()

    @pytest.mark.parametrize("forged", ["999999", "x", "\x00"])
    def test_is_an_authority(self, client_for, drafter, life, authorities, url, forged):
        answer = client_for(drafter).post(url(life.draft(), "draft/undertakings/"), {"addressed_to": forged})
        assert answer.status_code == 422


class TestRelyingOn:
    def test_is_chosen_while_drafting(self, client_for, drafter, life, blanket, url):
        draft = life.draft()
        client = client_for(drafter)
        assert blanket.reference in client.get(url(draft, "draft/undertakings/")).content.decode()
        client.post(url(draft, "draft/undertakings/"), {"relies_on": blanket.reference})
        assert Certificate.objects.get(pk=draft.pk).relies_on == blanket
        shown = client.get(url(draft, "draft/undertakings/")).content.decode()
        assert "held by what it relies on" in shown
        assert blanket.reference in client.get(url(draft)).content.decode()
