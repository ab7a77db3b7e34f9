"""What anybody may learn: an allow-list of names, and whether it is in force right now."""

from dataclasses import asdict, fields
from datetime import date, datetime

import pytest
import time_machine

from documents import storing
from euc import pledges, services, verification, workflow
from euc.models import Certificate, Undertaking
from tests.remembering import remembered

PUBLIC = {
    "reference", "status", "in_force", "issued_at", "valid_from", "valid_until", "ended_at", "demonstration",
    "importer", "exporter", "end_user", "order_number", "goods", "purpose", "purpose_zh", "undertakings", "authority",
    "sha256", "signer", "replaced_by", "replaces",
}  # fmt: skip
PUBLIC_OF_PARTY = {"name", "name_zh", "name_hi", "country"}
PUBLIC_OF_LINE = {
    "line", "description", "description_zh", "family", "grade", "net_weight_mg", "pieces", "control_codes",
}  # fmt: skip
PUBLIC_OF_UNDERTAKING = {"reference", "clauses", "status"}


@remembered
def certificate(life):
    return life.issued()


def document_of(certificate):
    made = storing.register(
        content=b"%PDF-1.7 sealed", kind="euc.certificate", reference=certificate.reference, revision=1,
        content_hash=certificate.content_hash, signer_subject="CN=Seal", signed_at=certificate.issued_at,
        page_count=2, book=certificate.book, name="a.pdf",
    )  # fmt: skip
    Certificate.objects.filter(pk=certificate.pk).update(document=made)
    return made


class TestPublicView:
    def test_has_these_fields_and_no_others(self, certificate):
        view = verification.by_token(certificate.token)
        assert {field.name for field in fields(view)} == PUBLIC
        assert all(set(party) == PUBLIC_OF_PARTY for party in (view.importer, view.exporter, view.end_user))
        assert all(set(line) == PUBLIC_OF_LINE for line in view.goods)
        assert all(set(u) == PUBLIC_OF_UNDERTAKING for u in view.undertakings)

    def test_tells_no_price_person_address_or_evidence(self, life, certificate):
        told = str(asdict(verification.by_token(certificate.token)))
        kept = [
            "84000",
            "USD",
            "composition-report.png",
            life.signatory.name,
            life.officer.name,
            life.senior.name,
        ]
        kept += [certificate.importer.address, certificate.contract_number]
        assert [secret for secret in kept if secret in told] == []

    def test_tells_what_was_issued_not_what_stands_in_the_tables(self, certificate):
        before = verification.by_token(certificate.token)
        certificate.goods.update(grade="FORGED", net_weight_mg=1)
        type(certificate.importer).objects.filter(pk=certificate.importer_id).update(name="Renamed")
        assert verification.by_token(certificate.token) == before


class TestByToken:
    @pytest.mark.parametrize("status", workflow.WAS_ISSUED - {workflow.EXPIRED})
    def test_finds_whatever_was_issued(self, life, status):
        assert verification.by_token(life.in_status(status).token).status == status

    @pytest.mark.parametrize(
        "status", [s for s in workflow.CERTIFICATE.statuses if s not in workflow.WAS_ISSUED]
    )
    def test_knows_nothing_of_what_was_never_issued(self, life, status):
        assert verification.by_token(life.in_status(status).token) is None

    @pytest.mark.parametrize("token", ["", "a" * 32, "x", "☃", "' OR 1=1 --", "a" * 10_000])
    def test_knows_no_other_tokens(self, certificate, token):
        assert verification.by_token(token) is None

    def test_is_patient_with_capitals_and_spaces(self, certificate):
        assert verification.by_token(f"  {certificate.token.upper()}\n") is not None

    def test_takes_few_queries(self, certificate, django_assert_max_num_queries):
        with django_assert_max_num_queries(5):
            verification.by_token(certificate.token)


class TestStatus:
    def test_is_in_force_until_midnight_in_india(self, life):
        certificate = life.issued(valid_until=date(2026, 12, 10))
        seen = {}
        for moment in ("2026-12-10T18:29:59Z", "2026-12-10T18:30:00Z"):
            with time_machine.travel(datetime.fromisoformat(moment), tick=False):
                view = verification.by_token(certificate.token)
                seen[moment] = (view.in_force, view.status, view.tone)
        assert list(seen.values()) == [(True, "ISSUED", "success"), (False, "EXPIRED", "warning")]

    def test_is_revoked_at_once(self, life, certificate):
        services.revoke(certificate=certificate, by=life.senior, reason="cancelled")
        view = verification.by_token(certificate.token)
        assert (view.in_force, view.status, view.tone) == (False, "REVOKED", "danger")
        assert view.ended_at is not None

    def test_shows_that_a_promise_was_broken(self, life, certificate):
        undertaking = Undertaking.objects.get(certificate=certificate)
        pledges.declare_breach(
            undertaking=undertaking, by=life.senior, reason="re-exported", concerns=["NO_WMD"]
        )
        assert [u["status"] for u in verification.by_token(certificate.token).undertakings] == ["BREACHED"]


class TestOfDocument:
    def test_finds_the_certificate_behind_a_file(self, certificate):
        document = document_of(certificate)
        view = verification.of_document(document)
        assert (view.reference, view.sha256, view.signer) == (
            certificate.reference,
            document.sha256,
            "CN=Seal",
        )

    def test_tells_machines_the_status(self, certificate):
        answer = verification.status_of(document_of(certificate))
        assert answer == {
            "reference": certificate.reference,
            "status": "ISSUED",
            "in_force": True,
            "valid_from": certificate.valid_from.isoformat(),
            "valid_until": certificate.valid_until.isoformat(),
        }

    def test_knows_no_paper_behind_an_orphan(self, certificate):
        document = document_of(certificate)
        Certificate.objects.filter(pk=certificate.pk).update(document=None)
        assert verification.status_of(document)["status"] == "UNKNOWN"
        assert verification.of_document(document) is None
