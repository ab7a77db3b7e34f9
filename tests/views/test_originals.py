"""The pages of the paper original and of the rules of its way."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from euc import custody, demonstration, originals, services
from euc.models import AttestationRule, Certificate, Original, OriginalEntry
from euc.models.certificate import today
from tests.euc.test_originals import COLUMNS, FACTS, adopt, retire
from tests.remembering import remembered

READERS = ["drafter", "signatory", "officer", "senior", "auditor", "analyst"]


def picture(name="scan.png"):
    out = BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def now():
    return today().strftime("%d-%m-%Y")


@remembered
def signed(issued, client_for, drafter, url):
    answer = client_for(drafter).post(
        url(issued, "original/record/signed/"),
        {"happened_on": now(), "officer": "Sita Signatory", "scan": picture(), "seen": 0},
    )
    assert answer.status_code == 302
    return issued


class TestDetail:
    @pytest.mark.parametrize("who", READERS)
    def test_shows_where_it_lies_and_its_way(self, client_for, signed, url, who, request):
        shown = client_for(request.getfixturevalue(who)).get(url(signed, "original/")).content.decode()
        for words in (
            "with the importer",
            "Directorate General of Foreign Trade",
            "SHA-256",
            "Sita Signatory",
        ):
            assert words in shown
        assert ("/original/scans/" in shown) is (who != "analyst")
        assert ("/original/record/" in shown) is (who not in {"auditor", "analyst"})

    def test_is_absent_before_issue(self, client_for, approved, drafter, url):
        assert client_for(drafter).get(url(approved, "original/")).status_code == 404

    def test_is_one_glance_on_the_certificate_and_in_lists(self, client_for, signed, url, drafter, officer):
        for who, address in ((drafter, "/certificates/"), (officer, url(signed)), (drafter, "/originals/")):
            assert "with the importer" in client_for(who).get(address).content.decode()


class TestRecord:
    def test_walks_the_whole_way(self, client_for, signed, url, drafter, officer):
        for who, kind in (
            (drafter, "handed-in"), (officer, "attested"), (drafter, "handed-in"), (officer, "attested"),
            (drafter, "sent"), (drafter, "delivered"),
        ):  # fmt: skip
            client = client_for(who)
            address = url(signed, f"original/record/{kind}/")
            form = client.get(address).context["form"]
            fields = FACTS[kind.upper().replace("-", "_")] | {
                "happened_on": now(),
                "seen": form["seen"].value(),
            }
            fields |= {"scan": picture()} if kind == "attested" else {}
            assert client.post(address, fields).status_code == 302, kind
        assert Original.objects.get().place == custody.ABROAD
        assert OriginalEntry.objects.get(kind="SENT").waybill == "176-12345675"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("happened_on", "31-02-2026"),
            ("happened_on", "01-01-2020"),
            ("happened_on", "01-01-2099"),
            ("officer", ""),
            ("officer", "x" * 121),
            ("estamp", "IN-1"),
            ("scan", ""),
            ("scan", SimpleUploadedFile("scan.png", b"MZ", "image/png")),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, client_for, issued, url, drafter, field, value):
        fields = {"happened_on": now(), "officer": "Sita", "scan": picture(), "note": "kept"}
        answer = client_for(drafter).post(url(issued, "original/record/signed/"), fields | {field: value})
        assert answer.status_code == 422
        assert answer.context["form"].errors[field]
        assert answer.context["form"]["note"].value() == "kept"
        assert not OriginalEntry.objects.exists()

    @pytest.mark.parametrize(
        ("kind", "number"), [("AIR", "176-12345674"), ("", "123456"), ("COURIER", "a;b"), ("COURIER", "!")]
    )
    def test_checks_the_number_of_a_waybill(self, client_for, signed, url, drafter, kind, number):
        fields = {"happened_on": now(), "waybill_kind": kind, "waybill": number}
        answer = client_for(drafter).post(url(signed, "original/record/handed-in/"), fields)
        assert answer.context["form"].errors["waybill"]

    def test_refuses_a_second_window_in_words(self, client_for, signed, url, drafter):
        answer = client_for(drafter).post(
            url(signed, "original/record/handed-in/"), {"happened_on": now(), "seen": 0}
        )
        assert answer.status_code == 409
        assert "meanwhile" in answer.content.decode()

    def test_explains_what_cannot_happen_now(self, client_for, signed, url, drafter):
        answer = client_for(drafter).get(url(signed, "original/record/sent/"))
        assert answer.status_code == 409
        assert client_for(drafter).get(url(signed, "original/record/reversed/")).status_code == 404

    def test_corrects_and_reverses(self, client_for, signed, url, drafter):
        entry = OriginalEntry.objects.get()
        client = client_for(drafter)
        form = client.get(url(signed, f"original/entries/{entry.pk}/correct/")).context["form"]
        assert form["officer"].value() == "Sita Signatory"
        fields = {"happened_on": now(), "officer": "Sarla Signatory", "reason": "misread", "seen": 1}
        assert client.post(url(signed, f"original/entries/{entry.pk}/correct/"), fields).status_code == 302
        right = OriginalEntry.objects.get(version=2)
        assert right.scan == entry.scan
        shown = client.get(url(signed, "original/")).content.decode()
        assert all(words in shown for words in ("Sarla Signatory", "Sita Signatory", "misread"))
        address = url(signed, f"original/entries/{right.pk}/reverse/")
        assert client.post(address, {"reason": "", "seen": 2}).status_code == 422
        assert client.post(address, {"reason": "never", "seen": 2}).status_code == 302
        assert Original.objects.get().place == custody.AWAITED

    def test_gives_the_scan_as_it_came(self, client_for, signed, url, auditor, analyst):
        entry = OriginalEntry.objects.get()
        address = url(signed, f"original/scans/{entry.pk}/")
        answer = client_for(auditor).get(address)
        assert answer.content == picture().read()
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert client_for(analyst).get(address).status_code == 403

    def test_adds_and_removes_a_station(self, client_for, signed, url, drafter):
        client = client_for(drafter)
        assert client.post(url(signed, "original/stations/NOTARY-v1/add/")).status_code == 302
        shown = client.get(url(signed, "original/")).content.decode()
        assert "Handed in: Notary public" in shown
        step = signed.original_steps.get(rule__code="NOTARY")
        assert client.post(url(signed, f"original/stations/{step.pk}/remove/")).status_code == 302
        assert not signed.original_steps.filter(rule__code="NOTARY").exists()


class TestListing:
    def test_finds_what_is_overdue(self, client_for, signed, drafter, officer):
        client = client_for(officer)
        assert client.get("/originals/?overdue=on").context["page"].rows == []
        Original.objects.update(due_on=today() - timedelta(days=1))
        assert len(client.get("/originals/?overdue=on").context["page"].rows) == 1
        assert "overdue, expected by" in client.get("/originals/").content.decode()
        tiles = client_for(drafter).get("/").context["work"]["tiles"]
        assert [t["value"] for t in tiles if "overdue" in t["url"]] == [1]

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("place=IMPORTER", 1),
            ("place=LOST", 0),
            ("q=PO-1", 1),
            ("q=nothing", 0),
            ("place=%00", 1),
            ("q=%00", 1),
        ],
    )
    def test_narrows(self, client_for, signed, officer, query, count):
        assert len(client_for(officer).get(f"/originals/?{query}").context["page"].rows) == count

    def test_asks_the_same_queries_for_any_number(
        self, queries_of, signed, officer, drafter, signatory, senior
    ):
        before = {address: queries_of(officer, address) for address in ("/originals/", "/certificates/")}
        who = {"drafter": drafter, "signatory": signatory, "officer": officer, "senior": senior}
        for number in range(3):
            made = demonstration.issued(**who, po_number=f"PO-N{number}")
            _sign(made, drafter)
        assert {address: queries_of(officer, address) for address in before} == before

    def test_of_one_paper_asks_the_same_queries_for_any_history(
        self, queries_of, signed, officer, drafter, url
    ):
        before = queries_of(officer, url(signed, "original/"))
        for _round in range(3):
            for kind in ("HANDED_IN", "REFUSED"):
                originals.record(
                    certificate=Certificate.objects.get(pk=signed.pk), by=drafter, kind=kind,
                    happened_on=today(), facts=FACTS[kind],
                )  # fmt: skip
        assert queries_of(officer, url(signed, "original/")) == before


def _sign(certificate, by):
    originals.record(
        certificate=certificate, by=by, kind="SIGNED", happened_on=today(), facts=FACTS["SIGNED"],
        scan=OriginalEntry.objects.first().scan, scan_name="scan.png",
    )  # fmt: skip
    step = certificate.original_steps.get(rule__code="DGFT")
    originals.record(certificate=certificate, by=by, kind="HANDED_IN", happened_on=today())
    assert Original.objects.get(certificate=certificate).step == step


TYPED = {
    "code": "STATE-OFFICE", "name": "State export office", "stage": "OFFICE", "position": "45",
    "expected_days": "4", "effective_from": "01-01-2026", "source": "A test", "confidence": "LOW",
}  # fmt: skip


class TestRules:
    @pytest.mark.parametrize("who", READERS)
    def test_are_read_with_their_doubts(self, client_for, who, request):
        client = client_for(request.getfixturevalue(who))
        shown = client.get("/attestation/").content.decode()
        assert shown.count("Doubtful") == 4
        assert "Source" in client.get("/attestation/DGFT-v1/").content.decode()

    def test_are_proposed_and_adopted_by_two(self, client_for, officer, second_officer, drafter):
        client = client_for(officer)
        assert client.post("/attestation/new/", TYPED).status_code == 302
        rule = AttestationRule.objects.get(code="STATE-OFFICE")
        assert client_for(drafter).get(f"/attestation/{rule.reference}/").status_code == 404
        adopt(row=rule, by=second_officer)
        assert "State export office" in client_for(drafter).get("/attestation/").content.decode()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("code", "no code"), ("code", "DGFT"), ("expected_days", "0"), ("expected_days", "366"),
            ("position", "-1"), ("effective_from", "soon"), ("effective_until", "01-01-2025"), ("name", ""),
        ],
    )  # fmt: skip
    def test_refuse_what_is_malformed(self, client_for, officer, field, value):
        answer = client_for(officer).post("/attestation/new/", TYPED | {field: value})
        assert answer.status_code in {409, 422}
        assert AttestationRule.objects.filter(is_shipped=False).count() == 0

    def test_show_what_the_next_version_changes(self, client_for, officer, second_officer, make_actor):
        client = client_for(officer)
        form = client.get("/attestation/new/?replaces=DGFT-v1").context["form"]
        fields = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        fields |= {"effective_from": now(), "expected_days": "20"}
        assert client.post("/attestation/new/?replaces=DGFT-v1", fields).status_code == 302
        rule = AttestationRule.objects.get(reference="DGFT-v2")
        assert COLUMNS["stage"] == rule.stage
        page = client_for(second_officer).get("/attestation/DGFT-v2/adopt/")
        assert [change["new"] for change in page.context["changes"] if change["old"] == "10"] == ["20"]

    def test_that_ended_leave_open_papers(self, client_for, issued, senior, drafter, url):
        retire(row=AttestationRule.objects.get(code="DGFT"), by=senior, reason="moved")
        assert "Directorate General" in client_for(drafter).get(url(issued, "original/")).content.decode()
        services.revoke(certificate=issued, by=senior, reason="cancelled")
        assert "/original/record/" not in client_for(drafter).get(url(issued, "original/")).content.decode()
