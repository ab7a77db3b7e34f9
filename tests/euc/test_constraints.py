"""What the services refuse, the database refuses too, to whoever writes past them."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, models, transaction
from django.utils import timezone

from euc import workflow
from euc.models import Approval, Certificate, Evidence, FieldComment, GoodsLine, Revision, Serial, Undertaking
from tests.tampering import execute

NOW = timezone.now


def refused(rows, **columns):
    """Whether the database refuses this raw update of the rows."""
    try:
        with transaction.atomic():
            assert models.QuerySet(rows.model).filter(pk__in=rows.values("pk")).update(**columns) > 0
    except IntegrityError:
        return True
    return False


def of(certificate):
    return Certificate.objects.filter(pk=certificate.pk)


class TestCertificate:
    def test_has_no_unknown_status(self, life):
        assert refused(of(life.draft()), status="FORGED")

    @pytest.mark.parametrize("verb", ["submitted", "approved", "issued", "ended"])
    @pytest.mark.parametrize("half", ["at", "by"])
    def test_has_each_moment_with_its_person(self, life, verb, half):
        certificate = life.draft()
        value = NOW() if half == "at" else life.officer.person
        assert refused(of(certificate), **{f"{verb}_{half}": value})

    def test_is_not_approved_without_an_approver(self, life):
        assert refused(of(life.submitted()), status=workflow.APPROVED)

    def test_is_not_approved_for_another_text(self, life):
        assert refused(of(life.approved()), content_hash="0" * 64)
        assert refused(of(life.approved()), approved_hash="0" * 64)

    @pytest.mark.parametrize("status", sorted(workflow.WAS_ISSUED))
    def test_is_not_issued_without_two_approvals(self, life, status):
        assert refused(of(life.submitted()), status=status)
        assert refused(of(life.approved()), status=status)

    @pytest.mark.parametrize(
        "columns",
        [
            {"approved_by": None, "approved_at": None},
            {"issued_by": None, "issued_at": None},
            {"approved_hash": "0" * 64},
            {"issued_hash": "0" * 64},
            {"content_hash": "0" * 64},
            {"valid_until": None},
        ],
        ids=lambda columns: next(iter(columns)),
    )
    @pytest.mark.parametrize("status", [workflow.ISSUED, workflow.REVOKED])
    def test_does_not_lose_its_approvals_later(self, life, status, columns):
        assert refused(of(life.in_status(status)), **columns)

    def test_is_not_issued_by_its_approver(self, life):
        certificate = life.issued()
        assert refused(of(certificate), issued_by=certificate.approved_by)
        assert refused(of(certificate), approved_by=certificate.issued_by)

    @pytest.mark.parametrize("author", ["created_by", "submitted_by"])
    @pytest.mark.parametrize("reviewer", ["approved_by", "issued_by"])
    def test_is_not_reviewed_by_its_author(self, life, author, reviewer):
        certificate = life.issued()
        assert refused(of(certificate), **{reviewer: getattr(certificate, author)})

    @pytest.mark.parametrize("column", ["approving_authority", "issuing_authority"])
    def test_is_not_reviewed_by_the_importer_itself(self, life, column):
        certificate = life.issued()
        assert refused(of(certificate), **{column: certificate.importer})

    def test_is_not_valid_backwards(self, life):
        certificate = life.issued()
        assert refused(
            of(certificate), valid_from=certificate.valid_until, valid_until=certificate.valid_from
        )

    def test_keeps_reference_and_token_to_itself(self, life):
        one, other = life.draft(), life.draft()
        assert refused(of(one), reference=other.reference)
        assert refused(of(one), token=other.token)


class TestUndertaking:
    def of(self, certificate):
        return Undertaking.objects.filter(certificate=certificate)

    def test_has_no_unknown_status(self, life):
        assert refused(self.of(life.draft()), status="FORGED")

    @pytest.mark.parametrize("verb", ["signed", "approved", "ended"])
    def test_has_each_moment_with_its_person(self, life, verb):
        assert refused(self.of(life.draft()), **{f"{verb}_at": NOW()})

    def test_is_not_approved_by_who_signed_it(self, life):
        assert refused(self.of(life.approved()), approved_by=life.signatory.person)

    def test_is_the_only_open_one_of_its_certificate(self, life):
        first, second = life.draft(), life.draft()
        assert refused(self.of(second), certificate=first)


class TestApproval:
    @pytest.mark.parametrize(
        "columns", [{"kind": "ISSUE"}, {"given_by": "senior"}], ids=["same person", "same kind"]
    )
    def test_is_given_once_a_person_and_kind(self, life, columns):
        life.approved()
        first = Approval.objects.get()
        row = {
            name: getattr(first, name)
            for name in ("revision", "kind", "content_hash", "given_by", "authority")
        }
        if "given_by" in columns:
            columns = {"given_by": life.senior.person}
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.create(**row | columns, given_at=NOW())


class TestWrittenOnce:
    @pytest.mark.parametrize("table", ["euc_revision", "euc_approval"])
    @pytest.mark.parametrize("sql", ["UPDATE {} SET content_hash = 'x'", "DELETE FROM {}"])
    def test_revisions_and_approvals_refuse_raw_statements(self, life, table, sql):
        life.issued()
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            execute(sql.format(table))
        assert (Revision.objects.count(), Approval.objects.count()) == (1, 2)


class TestGoodsLine:
    @pytest.mark.parametrize(
        "columns",
        [
            {"net_weight_mg": 0},
            {"net_weight_mg": -1},
            {"net_weight_mg": 10**15 + 1},
            {"value": "-0.01"},
            {"dy": "100.001"},
            {"tb": "-0.001"},
            {"pieces": -1},
        ],
        ids=str,
    )
    def test_holds_no_senseless_figures(self, life, columns):
        assert refused(GoodsLine.objects.filter(certificate=life.draft()), **columns)

    def test_has_a_number_of_its_own(self, life):
        certificate = life.draft()
        with pytest.raises(IntegrityError), transaction.atomic():
            GoodsLine.objects.create(certificate=certificate, number=1)


class TestOthers:
    def test_an_evidence_is_removed_by_somebody(self, life):
        assert refused(Evidence.objects.filter(certificate=life.draft()), removed_at=NOW())

    def test_a_comment_is_settled_by_somebody(self, life):
        comment = FieldComment.objects.create(
            certificate=life.submitted(),
            revision_number=1,
            page="goods",
            text="?",
            written_by=life.officer.person,
        )
        assert refused(FieldComment.objects.filter(pk=comment.pk), settled_at=NOW())

    def test_a_serial_exists_once(self, life):
        life.draft()
        serial = Serial.objects.get(kind="EUC")
        with pytest.raises(IntegrityError), transaction.atomic():
            Serial.objects.create(kind=serial.kind, iec=serial.iec, year=serial.year)

    def test_every_moment_has_its_person(self):
        """A column `<verb>_at` without a `<verb>_by` needs a reason to stand here."""
        moments_of_things = {
            "Certificate.changed_at", "FieldComment.sent_at", "Scratch.saved_at", "Approval.given_at",
            "Revision.submitted_at", "RuleNotice.sent_at", "ExpiryReminder.sent_at",
            "Screening.screened_at", "ScreeningHit.found_at",
            "DraftFile.finished_at",
            "Countersignature.signed_at", "Countersignature.stamped_at",
            "Esign.ends_at", "Esign.settled_at",
        }  # fmt: skip
        lonely = {
            f"{model.__name__}.{field.name}"
            for model in apps.get_app_config("euc").get_models()
            for field in model._meta.concrete_fields
            if field.name.endswith("_at")
            and f"{field.name[:-3]}_by" not in {other.name for other in model._meta.concrete_fields}
        }
        assert lonely <= moments_of_things
