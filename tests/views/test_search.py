import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import finding
from euc import demonstration, drafting, pledges, services
from euc.models import Certificate, GoodsLine, Party
from licensing.models import LicenceCase
from shipments.models import Consignment
from tests.remembering import remembered
from tests.shipments.voyage import licence_for


def titles(client, q):
    found = client.get("/search/", {"q": q}).context["found"]
    return {str(one.label): [hit.title for hit in one.hits] for one in found}


@remembered
def followed(issued, drafter):
    """A licence case with its licence and a consignment under the issued certificate."""
    licence = licence_for(issued, contract_number="CT-77")
    licence.number = "26AG7700123"
    licence.save()
    case = LicenceCase.objects.create(
        reference="LIC/0388000001/2026-27/0042",
        importer=issued.importer,
        certificate=issued,
        exporter_name=issued.exporter_name,
        application_number="APP-555-1",
        licence=licence,
        opened_by=drafter.person,
    )
    consignment = Consignment.objects.create(
        reference="CON/0388000001/2026-27/0042",
        importer=issued.importer,
        certificate=issued,
        exporter_name=issued.exporter_name,
        created_by=drafter.person,
        status="BOOKED",
        invoice_number="INV-9090",
        transport_document="618-12345675",
        boe_number="7654321",
        boe_on="2026-11-02",
    )
    return case, licence, consignment


class TestSearch:
    @pytest.mark.parametrize("role", ["drafter", "officer", "auditor", "analyst"])
    def test_finds_a_certificate_by_whatever_stands_in_it(self, client_for, request, role, submitted):
        client = client_for(request.getfixturevalue(role))
        exporter = submitted.parties.get(role=Party.Role.EXPORTER)
        line = submitted.goods.first()
        asked = [
            submitted.reference,
            submitted.slug.lower(),
            submitted.reference[4:20],
            "po-1",
            exporter.name[:9].upper(),
            exporter.name_zh[:2],
            exporter.name_zh[-3:],
            line.description[:12],
            line.itc_hs,
            "8505.11",
            "8505 11",
        ]
        missed = [q for q in asked if submitted.reference not in titles(client, q).get("Certificates", [])]
        assert missed == []

    def test_finds_by_all_the_words_in_any_order(self, client_for, drafter, draft):
        exporter = draft.parties.get(role=Party.Role.EXPORTER)
        words = exporter.name.split()
        client = client_for(drafter)
        assert titles(client, f"{words[1]} {words[0]}")["Certificates"] == [draft.reference]
        assert titles(client, f"{words[0]} Zanzibar") == {}

    @pytest.mark.parametrize(
        ("q", "kind"),
        [
            ("LIC-0388000001-2026-27-0042", "Licence cases"),
            ("app-555", "Licence cases"),
            ("26AG7700123", "Licences"),
            ("ct-77", "Licences"),
            ("INV-9090", "Consignments"),
            ("12345675", "Consignments"),
            ("7654321", "Consignments"),
            ("26ag77", "Licences"),
        ],
    )
    @pytest.mark.parametrize("role", ["signatory", "senior"])
    def test_finds_what_follows_a_certificate(self, client_for, request, role, followed, q, kind):
        assert kind in titles(client_for(request.getfixturevalue(role)), q)

    def test_finds_undertakings(self, client_for, drafter, submitted):
        undertaking = submitted.undertakings.get()
        found = titles(client_for(drafter), undertaking.reference)
        assert found["Undertakings"] == [undertaking.reference]

    def test_finds_organisations_for_those_who_keep_them_alone(
        self, client_for, administrator, officer, importer
    ):
        assert titles(client_for(administrator), "pune")["Organisations"] == [importer.name]
        assert "Organisations" not in titles(client_for(officer), "pune")

    def test_finds_nothing_of_another_importer(self, client_for, stranger, followed, issued):
        exporter = issued.parties.get(role=Party.Role.EXPORTER)
        asked = [
            issued.reference,
            issued.po_number,
            exporter.name_zh,
            "8505",
            "INV-9090",
            "26AG7700123",
            "EUC",
        ]
        assert [q for q in asked if titles(client_for(stranger), q)] == []

    def test_shows_reviewers_no_word_that_is_being_redrafted(self, client_for, officer, drafter, submitted):
        services.send_back(certificate=submitted, by=officer, reason="unclear")
        drafting.record_order(certificate=submitted, by=drafter, order={"po_number": "SECRET-PO"})
        Party.objects.filter(certificate=submitted).update(name_zh="秘密公司")
        GoodsLine.objects.filter(certificate=submitted).update(description="secret magnet")
        reviewing, drafting_it = client_for(officer), client_for(drafter)
        for q in ("SECRET-PO", "秘密", "secret magnet"):
            assert titles(reviewing, q) == {}
            assert "Certificates" in titles(drafting_it, q)
            assert reviewing.get("/certificates/", {"q": q}).context["page"].rows == []
        assert titles(reviewing, submitted.reference)["Certificates"] == [submitted.reference]

    def test_puts_the_exact_reference_first(self, client_for, drafter, draft):
        for number in range(3):
            demonstration.complete_draft(by=drafter, po_number=f"after {draft.reference} {number}")
        found = titles(client_for(drafter), draft.reference)["Certificates"]
        assert found[0] == draft.reference
        assert len(found) == 4

    def test_shows_ten_of_a_kind_and_leads_to_the_rest(self, client_for, drafter):
        for _ in range(finding.SHOWN + 2):
            services.start(by=drafter)
        client = client_for(drafter)
        found = client.get("/search/", {"q": "EUC"}).context["found"][0]
        newest = Certificate.objects.order_by("-id")[: finding.SHOWN]
        assert [hit.title for hit in found.hits] == [row.reference for row in newest]
        assert len(client.get(found.more_url).context["page"].rows) == finding.SHOWN + 2

    def test_shows_the_newest_of_what_is_common(self, client_for, drafter, monkeypatch):
        monkeypatch.setattr(finding, "COMMON", 3)
        self.test_shows_ten_of_a_kind_and_leads_to_the_rest(client_for, drafter)

    def test_costs_as_many_queries_for_one_as_for_many(
        self, client_for, officer, submitted, drafter, signatory
    ):
        def queries():
            with CaptureQueriesContext(
                connection,
            ) as ran:
                client.get("/search/", {"q": "EUC"})
            return len(ran)

        client = client_for(officer)
        queries()
        before = queries()
        for number in range(4):
            demonstration.submitted(drafter=drafter, signatory=signatory, po_number=f"PO-X{number}")
        assert queries() == before

    @pytest.mark.parametrize(
        ("q", "words"),
        [
            ("", "What are you looking for?"),
            ("x", "Type at least two characters"),
            ("nothing of the kind", "Nothing found"),
            ("%%", "Nothing found"),
            ("__", "Nothing found"),
            ("\x00\x00\x00", "What are you looking for?"),
            ("'; --", "Nothing found"),
            ("磁" * 300, "Nothing found"),
        ],
    )
    def test_says_what_can_be_done_when_there_is_nothing(self, client_for, drafter, draft, q, words):
        response = client_for(drafter).get("/search/", {"q": q})
        assert response.status_code == 200
        assert words in response.content.decode()
        assert "What can be searched for" in response.content.decode()

    def test_is_in_the_page_head_of_people_who_act(self, client_for, client, drafter):
        assert 'id="search-everywhere"' in client_for(drafter).get("/certificates/").content.decode()
        assert 'id="search-everywhere"' not in client.get("/").content.decode()


class TestRegister:
    def test_of_licences_can_be_narrowed(self, client_for, drafter, followed):
        _case, licence, _consignment = followed
        client = client_for(drafter)
        asked = [("ag77", [licence]), ("nowhere", []), ("", [licence])]
        for q, rows in asked:
            page = client.get("/licences/register/", {"q": q}).context["page"]
            assert [row.pk for row in page.rows] == [row.pk for row in rows]


def test_another_kind_of_undertaking_is_found_by_its_chinese_exporter(client_for, drafter):
    undertaking = pledges.start(by=drafter)
    type(undertaking).objects.filter(pk=undertaking.pk).update(exporter_name_zh="宁波磁材")
    assert titles(client_for(drafter), "波磁")["Undertakings"] == [undertaking.reference]
