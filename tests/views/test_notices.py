import inspect
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import notices
from accounts.models import Membership, Notice, NoticeChoice
from euc import noticing, pledges, reminding, services
from euc.models import Certificate
from euc.models.certificate import today
from licensing import noticing as licences
from licensing.mail import keeping
from shipments import incidents, signals, visiting, watch


def told(actor, *, code=""):
    mine = Notice.objects.visible_to(actor)
    return [notice.code for notice in (mine.filter(code=code) if code else mine).order_by("pk")]


class TestWhoIsTold:
    def test_of_a_submitted_certificate_the_officers(
        self, officer, second_officer, senior, drafter, submitted
    ):
        assert told(officer) == told(second_officer) == ["certificate-submit"]
        assert told(senior) == told(drafter) == []

    def test_of_a_certificate_to_one_authority_its_officers_alone(
        self, draft, signatory, officer, make_actor, other_importer
    ):
        from accounts.roles import Kind, Role
        from tests.factories import OrganisationFactory

        elsewhere = OrganisationFactory(kind=Kind.AUTHORITY, name="Another authority")
        other = make_actor("Otto Officer", elsewhere, Role.OFFICER)
        Certificate.objects.filter(pk=draft.pk).update(addressed_to=officer.organisation)
        draft.refresh_from_db()
        services.submit(certificate=draft, by=signatory, notice_seen=True)
        assert told(officer) == ["certificate-submit"]
        assert told(other) == []

    def test_of_an_approval_the_seniors_and_the_authors(self, senior, drafter, signatory, stranger, approved):
        assert told(senior) == ["for-issue"]
        assert told(drafter) == told(signatory) == ["certificate-approve"]
        assert told(stranger) == []

    def test_of_an_issue_and_a_revocation_the_authors(self, senior, officer, drafter, issued):
        services.revoke(certificate=issued, by=senior, reason="cancelled")
        assert told(drafter) == ["certificate-approve", "certificate-issue", "certificate-revoke"]
        assert told(senior) == ["for-issue"]

    def test_of_a_return_without_a_word_of_the_reason(self, submitted, officer, drafter):
        services.send_back(certificate=submitted, by=officer, reason="SECRET")
        notice = Notice.objects.visible_to(drafter).get()
        assert notice.code == "certificate-send_back"
        assert "SECRET" not in str(notice.details) + notices.words(notice)

    def test_everybody_of_the_importer_when_the_authors_have_left(
        self, submitted, officer, make_actor, importer
    ):
        from accounts.roles import Role

        heir = make_actor("Hema Heir", importer, Role.DRAFTER)
        Membership.objects.filter(organisation=importer).exclude(person=heir.person).update(is_active=False)
        services.send_back(certificate=submitted, by=officer, reason="unclear")
        assert told(heir) == ["certificate-send_back"]

    def test_of_an_undertaking_for_a_period(self, drafter, signatory, officer, senior):
        undertaking = pledges.start(by=drafter)
        columns = {
            "exporter_name": "Ningbo Magnets",
            "exporter_name_zh": "宁波磁材",
            "valid_from": today(),
            "valid_until": today() + timedelta(days=90),
        }
        pledges.record(
            undertaking=undertaking,
            by=drafter,
            columns=columns,
            codes={"EX_SCRAP"},
            parties={"EX_SCRAP": ("Recycler", "")},
        )
        pledges.sign(undertaking=undertaking, by=signatory, notice_seen=True)
        pledges.approve(undertaking=undertaking, by=officer, seen_hash=undertaking.content_hash)
        assert told(officer) == ["undertaking-sign"]
        assert told(senior) == ["for-force"]

    def test_is_undone_with_the_event(self, draft, signatory, officer):
        with transaction.atomic():
            services.submit(certificate=draft, by=signatory, notice_seen=True)
            transaction.set_rollback(True)
        assert told(officer) == []

    def test_of_a_certificate_that_ends_soon_once(self, issued, drafter, signatory):
        at = timezone.now() + timedelta(days=(issued.valid_until - today()).days - 30)
        reminding.remind(at=at)
        reminding.remind(at=at)
        assert told(drafter, code="certificate-expiry") == ["certificate-expiry"]
        notice = Notice.objects.get(person=drafter.person, code="certificate-expiry")
        assert f"{issued.valid_until:%d-%m-%Y}" in notices.words(notice)


# Written by services where nothing takes a step yet: what begins something, and mail.
BESIDE_THE_LAW = {
    "licensing.case.receive_mail": keeping,
    "licensing.case.match_mail": keeping,
    "shipments.visit.schedule": visiting,
    "shipments.visit.reschedule": visiting,
    "shipments.incident.report": incidents,
    "shipments.signal.raise": signals,
    "shipments.export.raise": watch,
}


@pytest.mark.parametrize(("verb", "services"), BESIDE_THE_LAW.items())
def test_verbs_beside_the_law_are_written_by_their_services(verb, services):
    source = inspect.getsource(services)
    assert f'"{verb}"' in source or f'"{verb.rpartition(".")[2]}"' in source


def test_every_line_of_the_table_names_verbs_that_exist():
    """A verb in the table that no law and no service has would tell nobody, and nobody would notice."""
    from euc import workflow as law
    from shipments.incident_law import INCIDENT
    from shipments.visit_law import VISIT
    from shipments.workflow import CONSIGNMENT

    notices._load()
    laws = (law.CERTIFICATE, law.UNDERTAKING, law.BLANKET, CONSIGNMENT, INCIDENT, VISIT)
    steps = {f"{one.name}.{step.verb}" for one in laws for step in one.steps}
    known = (
        steps
        | {f"euc.undertaking.{step.verb}" for step in law.BLANKET.steps}
        | {"euc.certificate.assign", *licences.RESTATED, *BESIDE_THE_LAW}
    )
    known |= {f"euc.blanket.{step.verb}" for step in law.UNDERTAKING.steps}
    unknown = [verb for line in notices.TELLINGS.values() for verb in line.verbs if verb not in known]
    assert unknown == []
    assert {"certificate-submit", "licence-issued", "consignment-arrive"} <= set(notices.TELLINGS)


class TestPages:
    @pytest.fixture
    def client(self, client_for, officer, submitted):
        return client_for(officer)

    def test_the_bell_counts_what_is_unread(self, client, submitted):
        assert "unread:" in client.get("/").content.decode()
        client.post("/notices/read/", {"upto": Notice.objects.latest("pk").pk})
        assert "unread:" not in client.get("/").content.decode()

    def test_opening_one_marks_it_read_and_leads_there(self, client, officer, submitted, url):
        notice = Notice.objects.visible_to(officer).get()
        response = client.post("/notices/read/", {"notice": notice.pk})
        assert response.headers["Location"] == url(submitted)
        first = Notice.objects.get(pk=notice.pk).read_at
        client.post("/notices/read/", {"notice": notice.pk})
        assert Notice.objects.get(pk=notice.pk).read_at == first is not None

    @pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "²", "0", "999999"])
    def test_a_number_that_names_nothing_of_ones_own_does_nothing(self, client, number):
        response = client.post("/notices/read/", {"notice": number})
        assert response.headers["Location"] == "/notices/"
        assert Notice.objects.unread().count() == Notice.objects.count() > 0

    def test_anothers_is_like_an_absent_one(self, client_for, stranger, client):
        notice = Notice.objects.latest("pk")
        response = client_for(stranger).post("/notices/read/", {"notice": notice.pk, "upto": notice.pk})
        assert response.headers["Location"] == "/notices/"
        assert Notice.objects.get(pk=notice.pk).read_at is None
        assert client_for(stranger).get("/notices/").context["rows"] == []

    def test_the_list_pages_and_can_be_narrowed_to_unread(self, client, officer):
        line = notices.telling("certificate-submit")
        people = noticing.Membership.objects.filter(person=officer.person)
        for number in range(30):
            notices.tell(line, Certificate.objects.get(), key=f"x{number}", people=people)
        page = client.get("/notices/").context["page"]
        assert len(page.rows) == 25
        assert len(client.get(f"/notices/{page.next_url}").context["page"].rows) == 6
        client.post("/notices/read/", {"upto": page.rows[0].pk})
        assert client.get("/notices/?show=unread").context["rows"] == []

    def test_costs_as_many_queries_for_many_as_for_one(self, client, officer):
        def queries():
            with CaptureQueriesContext(connection) as ran:
                client.get("/notices/")
            return len(ran)

        queries()
        before = queries()
        people = noticing.Membership.objects.filter(person=officer.person)
        for number in range(10):
            notices.tell(
                notices.telling("certificate-submit"),
                Certificate.objects.get(),
                key=f"{number}",
                people=people,
            )
        assert queries() == before

    def test_settings_are_kept_and_refuse_what_is_no_choice(self, client, officer):
        page = client.get("/notices/settings/").content.decode()
        assert "Always mailed on the day itself" in page
        given = {kind: "NEVER" for kind in client.get("/notices/settings/").context["form"].fields}
        assert client.post("/notices/settings/", given).status_code == 302
        assert set(NoticeChoice.objects.values_list("person", "mail")) == {(officer.person.pk, "NEVER")}
        assert client.post("/notices/settings/", given | {"LICENCE": "HOURLY"}).status_code == 422
        assert not NoticeChoice.objects.filter(kind="EXPIRY").exists()
