from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice
from euc import assigning, demonstration, services
from euc.models import Certificate, SavedFilter
from licensing.models import Licence, LicenceCase
from shipments.models import Consignment
from tests.remembering import remembered
from tests.shipments.voyage import licence_for
from workflow import engine, events


@remembered
def waiting(drafter, signatory):
    """Three that wait: risks of 10, 50 and 90, the riskiest for ten days."""
    rows = [
        demonstration.submitted(drafter=drafter, signatory=signatory, po_number=f"PO-{n}") for n in range(3)
    ]
    for row, risk in zip(rows, (10, 50, 90), strict=True):
        Certificate.objects.filter(pk=row.pk).update(risk=risk)
    Certificate.objects.filter(pk=rows[2].pk).update(submitted_at=timezone.now() - timedelta(days=10))
    return list(Certificate.objects.order_by("pk"))


def shown(client, query=""):
    return [row.risk for row in client.get(f"/queue/?{query}").context["page"].rows]


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "risks"),
        [
            ("", [90, 50, 10]),
            ("sort=newest", [50, 10, 90]),
            ("sort=oldest", [90, 10, 50]),
            ("overdue=on", [90]),
            ("risk=on", [90, 50]),
            ("who=mine", [50]),
            ("who=nobody", [90, 10]),
            ("who=nobody&risk=on&sort=oldest", [90]),
            ("who=everybody&sort=random&for=ever", [90, 50, 10]),
            ("for=issue", []),
        ],
    )
    def test_narrow_and_sort(self, client_for, officer, waiting, query, risks):
        assigning.assign(certificate=waiting[1], by=officer, to=officer.person)
        newest = timezone.now() + timedelta(seconds=1)
        Certificate.objects.filter(pk=waiting[1].pk).update(submitted_at=newest)
        assert shown(client_for(officer), query) == risks

    def test_cost_as_many_queries_for_many_as_for_one(
        self, client_for, officer, waiting, drafter, signatory, second_officer
    ):
        def queries():
            with CaptureQueriesContext(connection) as ran:
                client.get("/queue/")
            return len(ran)

        client = client_for(officer)
        assigning.assign(certificate=waiting[0], by=officer, to=second_officer.person)
        queries()
        before = queries()
        for number in range(4):
            row = demonstration.submitted(drafter=drafter, signatory=signatory, po_number=f"PO-X{number}")
            assigning.assign(certificate=row, by=officer, to=officer.person)
        assert queries() == before

    def test_are_kept_under_a_name_and_replaced_and_removed(
        self, client_for, officer, second_officer, waiting
    ):
        client = client_for(officer)
        given = {"name": "My urgent ones", "query": "risk=on&who=nobody&sort=rubbish&next=//evil.example"}
        assert client.post("/queue/filters/keep/", given).headers["Location"] == "/queue/?risk=on&who=nobody"
        client.post("/queue/filters/keep/", given | {"query": "overdue=on"})
        kept = SavedFilter.objects.get()
        assert (kept.name, kept.query, kept.person) == ("My urgent ones", "overdue=on", officer.person)
        assert "My urgent ones" in client.get("/queue/").content.decode()
        other = client_for(second_officer)
        assert "My urgent ones" not in other.get("/queue/").content.decode()
        other.post("/queue/filters/remove/", {"name": "My urgent ones"})
        assert SavedFilter.objects.exists()
        client.post("/queue/filters/remove/", {"name": "My urgent ones"})
        assert not SavedFilter.objects.exists()

    def test_are_removed_by_whatever_name(self, client_for, officer):
        assert client_for(officer).post("/queue/filters/remove/", {"name": "\x00"}).status_code == 302

    @pytest.mark.parametrize("name", ["", "x" * 41, "\x00"])
    def test_are_not_kept_under_no_name(self, client_for, officer, name):
        client_for(officer).post("/queue/filters/keep/", {"name": name, "query": "risk=on"})
        assert not SavedFilter.objects.exists()

    def test_are_no_more_than_twelve(self, client_for, officer):
        client = client_for(officer)
        for number in range(14):
            client.post("/queue/filters/keep/", {"name": f"F{number}", "query": "risk=on"})
        assert SavedFilter.objects.count() == 12


class TestAssign:
    def test_gives_to_a_colleague_who_is_told(self, officer, second_officer, waiting):
        certificate = waiting[0]
        assert assigning.assign(certificate=certificate, by=officer, to=second_officer.person)
        assert not assigning.assign(certificate=certificate, by=officer, to=second_officer.person)
        assert Certificate.objects.get(pk=certificate.pk).reviewer == second_officer.person
        assert events.about(certificate).last().verb == "euc.certificate.assign"
        codes = Notice.objects.visible_to(second_officer).values_list("code", flat=True)
        assert list(codes).count("certificate-assign") == 1
        assert assigning.assign(certificate=certificate, by=officer, to=None)
        assert Certificate.objects.get(pk=certificate.pk).reviewer is None

    def test_refuses_who_does_not_review_here(self, officer, drafter, analyst, auditor, waiting):
        for person in (drafter.person, analyst.person, auditor.person):
            with pytest.raises(engine.NotAllowed):
                assigning.assign(certificate=waiting[0], by=officer, to=person)
        with pytest.raises(engine.NotAllowed):
            assigning.assign(certificate=waiting[0], by=drafter, to=officer.person)

    def test_refuses_what_is_not_under_review(self, officer, draft):
        with pytest.raises(engine.WrongStatus):
            assigning.assign(certificate=draft, by=officer, to=officer.person)

    def test_ends_with_the_approval_as_another_person_issues(self, officer, senior, waiting):
        certificate = waiting[0]
        assigning.assign(certificate=certificate, by=officer, to=officer.person)
        services.approve(certificate=certificate, by=officer, seen_hash=certificate.content_hash)
        assert Certificate.objects.get(pk=certificate.pk).reviewer is None
        assert assigning.assign(certificate=certificate, by=senior, to=senior.person)

    def test_many_at_once_from_the_page(self, client_for, officer, second_officer, waiting):
        client = client_for(officer)
        given = {"certificate": [row.reference for row in waiting[:2]], "to": second_officer.person.pk}
        response = client.post("/queue/assign/", given | {"next": "/queue/?sort=oldest"})
        assert response.headers["Location"] == "/queue/?sort=oldest"
        assert Certificate.objects.filter(reviewer=second_officer.person).count() == 2

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"to": "1"},
            {"certificate": "EUC/NOTHING", "to": "987654321"},
            {"certificate": "EUC/NOTHING", "to": "x"},
            {"certificate": "\x00", "to": ""},
        ],
    )
    def test_nothing_at_all_changes_nothing(self, client_for, officer, waiting, given):
        response = client_for(officer).post("/queue/assign/", given | {"next": "https://evil.example/"})
        assert response.headers["Location"] == "/"
        assert not Certificate.objects.exclude(reviewer=None).exists()

    def test_one_from_its_own_page(self, client_for, officer, waiting, url):
        client = client_for(officer)
        page = client.get(url(waiting[0])).content.decode()
        assert "Assign to me" in page
        client.post(
            "/queue/assign/",
            {"certificate": waiting[0].reference, "to": officer.person.pk, "next": url(waiting[0])},
        )
        assert "Give it back to the queue" in client.get(url(waiting[0])).content.decode()

    def test_the_importer_sees_no_reviewer(self, client_for, officer, drafter, waiting, url):
        assigning.assign(certificate=waiting[0], by=officer, to=officer.person)
        page = client_for(drafter).get(url(waiting[0])).content.decode()
        assert "reviewer-title" not in page


class TestImportersHome:
    def test_shows_what_ends_and_what_waits_beyond_the_certificates(self, client_for, drafter, issued):
        licence = licence_for(issued)
        Licence.objects.update(expires_on=timezone.localdate() + timedelta(days=20))
        LicenceCase.objects.create(
            reference="LIC/0388000001/2026-27/0042",
            importer=issued.importer,
            certificate=issued,
            exporter_name=issued.exporter_name,
            is_contested=True,
            status="REVIEW",
            licence=licence,
            opened_by=drafter.person,
        )
        Consignment.objects.create(
            reference="CON/0388000001/2026-27/0042",
            importer=issued.importer,
            certificate=issued,
            exporter_name=issued.exporter_name,
            created_by=drafter.person,
            status="ARRIVED",
        )
        client = client_for(drafter)
        found = client.get("/").context["waiting"]
        assert [tile["value"] for tile in found["tiles"]] == [0, 1, 1, 1]
        for tile in found["tiles"]:
            assert len(client.get(tile["url"]).context["page"].rows) == tile["value"], tile["label"]
        assert [one["title"] for one in found["ends"]] == [licence.number]

    @pytest.mark.parametrize("role", ["stranger", "officer", "analyst", "administrator"])
    def test_shows_others_nothing_of_it(self, client_for, request, role, issued):
        licence_for(issued)
        Licence.objects.update(expires_on=timezone.localdate() + timedelta(days=20))
        found = client_for(request.getfixturevalue(role)).get("/").context["waiting"]
        assert [tile for tile in found.get("tiles", []) if tile["value"]] == []
        assert not found.get("ends")
