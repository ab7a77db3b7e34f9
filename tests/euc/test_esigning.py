"""Signing by eSign from its beginning to its settling: once, in time, by the right person, and said in words."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accounts.models import Membership
from documents import countersigning as judging
from documents import keys, signing, stamping, storing, verifying
from documents.esigning import simulated
from documents.esigning.refusing import Refused
from euc import countersigning, esigning, verification
from euc.models import Certificate, Countersignature, Esign
from tests.documents.conftest import key_settings, made_keys, sealing_key, unsealed
from tests.races import together
from workflow import engine, events
from workflow.models import Event

__all__ = ["key_settings", "made_keys", "sealing_key", "unsealed"]
PERSON = "Sita Signatory"


@pytest.fixture
def provided(sealing_key, settings):
    settings.ESIGN_URL = "https://esp.example/esign"
    settings.ESIGN_NAME = "Example eSign"


@pytest.fixture
def esp(provided):
    return keys.simulated_esp()


@pytest.fixture
def certificate(life, unsealed, provided):
    """Issued and really sealed, with a printed page of another certificate: what is signed are bytes."""
    issued, at = life.issued(), timezone.now()
    sealed = signing.seal(unsealed, reason=issued.reference, at=at, leaves_field=judging.FIELD)
    document = storing.register(
        content=sealed.content, kind="euc.certificate", reference=issued.reference, revision=issued.revision_number,
        content_hash=issued.content_hash, signer_subject=sealed.signer_subject, signed_at=at,
        page_count=sealed.page_count, book=issued.book, name="certificate.pdf",
    )  # fmt: skip
    Certificate.objects.filter(pk=issued.pk).update(document=document)
    return Certificate.objects.select_related("importer", "document__file").get(pk=issued.pk)


@pytest.fixture
def begun(certificate, signatory):
    return esigning.begin(certificate=certificate, by=signatory)


@pytest.fixture
def answer(esp):
    """`answer(esign, way)`: what the simulated provider says to it."""

    def answered(esign, way="well", person=PERSON):
        return simulated.answer(
            esp, simulated.read(esp, esigning.request(esign).encode()), person=person, way=way
        )

    return answered


@pytest.fixture
def quick(monkeypatch):
    """The file itself is judged elsewhere: here it is always found good."""
    at = timezone.now()
    found = judging.Countersigned(
        content=b"%PDF-1.7 signed", subject="CN=Sita", organisation="", person=PERSON, serial="0a", issuer="CN=CA",
        valid_from=at, valid_until=at, signed_at=at, stamped_at=None,
    )  # fmt: skip
    monkeypatch.setattr(judging, "check_personal", lambda content, **given: found)


def refused(content, at=None):
    with pytest.raises(Refused) as problem:
        esigning.settle(content=content, at=at)
    return problem.value.code


def told(verb):
    return Event.objects.filter(verb=f"euc.certificate.{verb}")


class TestBegin:
    def test_keeps_what_went_out_and_nothing_of_aadhaar(self, begun, signatory, certificate):
        assert (begun.state, begun.begun_by, begun.name) == (Esign.State.PENDING, signatory.person, PERSON)
        assert begun.ends_at - begun.begun_at == timedelta(minutes=30)
        assert told("begin_esign").get().details == {"txn": begun.txn, "sha256": begun.sha256}
        assert not [
            field.name for field in Esign._meta.fields if "aadhaar" in field.name or "uid" in field.name
        ]
        assert certificate.reference in esigning.request(begun)

    def test_gives_each_its_own_transaction_and_ends_the_one_before(self, begun, certificate, signatory):
        second = esigning.begin(certificate=certificate, by=signatory)
        begun.refresh_from_db()
        assert second.txn != begun.txn
        assert (begun.state, begun.code) == (Esign.State.FAILED, "SUPERSEDED")
        assert esigning.last(certificate) == second
        assert told("fail_esign").count() == 1

    def test_is_the_importers_signatorys_alone(self, certificate, drafter, officer, stranger):
        for actor in (drafter, officer, stranger):
            with pytest.raises(engine.NotAllowed):
                esigning.begin(certificate=certificate, by=actor)
        assert not Esign.objects.exists()

    def test_needs_a_name_to_compare(self, certificate, signatory):
        signatory.person.full_name = "Dr."
        with pytest.raises(engine.NotAllowed, match="no name to compare"):
            esigning.begin(certificate=certificate, by=signatory)

    def test_is_not_offered_without_a_provider(self, certificate, signatory, settings):
        settings.ESIGN_URL = ""
        with pytest.raises(engine.WrongStatus, match="not offered"):
            esigning.begin(certificate=certificate, by=signatory)

    def test_waits_for_the_seal(self, life, signatory, provided):
        with pytest.raises(engine.WrongStatus, match="not there yet"):
            esigning.begin(certificate=life.issued(), by=signatory)

    def test_needs_the_field_the_seal_leaves(self, certificate, signatory, unsealed):
        bare = signing.seal(unsealed, reason="bare", at=timezone.now())
        file = storing.store(content=bare.content, name="a.pdf", media_type="application/pdf", book="org-1")
        certificate.document.file = file
        with pytest.raises(Refused) as problem:
            esigning.begin(certificate=certificate, by=signatory)
        assert problem.value.code == "NO_FIELD"

    def test_the_database_keeps_to_one_at_a_time(self, begun):
        with pytest.raises(IntegrityError), transaction.atomic():
            Esign.objects.create(
                txn="a" * 32, certificate=begun.certificate, revision=begun.revision, begun_by=begun.begun_by,
                name="x", sha256="0" * 64, begun_at=begun.begun_at, ends_at=begun.ends_at,
            )  # fmt: skip


class TestSettle:
    @pytest.mark.django_db(transaction=True)  # the server ends transactions that wait while a file is judged
    def test_keeps_a_file_with_two_good_signatures(self, begun, answer, certificate, signatory):
        done = esigning.settle(content=answer(begun))
        assert done.state == Esign.State.DONE
        kept = countersigning.of(certificate)
        assert done.countersignature == kept
        assert kept.is_personal
        assert kept.brought_by == signatory.person
        assert PERSON in kept.subject
        content = storing.read(kept.document.file)
        assert [one.valid and one.intact for one in verifying.signatures_of(content)] == [True, True]
        assert verification.of_document(kept.document).reference == certificate.reference
        assert told("countersign").get().details["esign"] == begun.txn
        assert not told("fail_esign").exists()
        assert list(events.faults()) == []

    @pytest.mark.parametrize(
        ("way", "code", "words"),
        [
            ("cancelled", "ESP SIM-991", "did not sign: The person cancelled. (SIM-991)"),
            ("error", "ESP SIM-952", "wrong three times"),
            ("wrong_hash", "HASH", "another document"),
            ("other_certificate", "CERTIFICATE", "not the one that signed"),
            ("no_signature", "NO_SIGNATURE", "exactly one signature"),
            ("two_signatures", "NO_SIGNATURE", "exactly one signature"),
            ("rubbish", "SIGNATURE", "cannot be read"),
            ("stale", "STALE", "another time"),
        ],
    )
    def test_fails_in_words_of_its_own(self, begun, answer, way, code, words):
        failed = esigning.settle(content=answer(begun, way))
        assert (failed.state, failed.code) == (Esign.State.FAILED, code)
        assert words in failed.reason
        assert told("fail_esign").get().details["reason"] == failed.reason
        assert not Countersignature.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_fails_where_the_file_is_refused_with_its_words(self, begun, answer):
        failed = esigning.settle(content=answer(begun, "other_person"))
        assert (failed.state, failed.code) == (Esign.State.FAILED, "FILE")
        assert "names “Somebody Else”" in failed.reason

    @pytest.mark.parametrize(
        ("way", "code"),
        [
            ("forged", "FORGED"), ("stranger", "FORGED"), ("unsigned", "FORGED"), ("no_xml", "UNREADABLE"),
            ("document_type", "UNREADABLE"), ("wrong_txn", "FOREIGN"),
        ],
    )  # fmt: skip
    def test_what_the_provider_did_not_say_of_it_changes_nothing(self, begun, answer, way, code):
        assert refused(answer(begun, way)) == code
        begun.refresh_from_db()
        assert begun.state == Esign.State.PENDING
        assert not told("fail_esign").exists()

    def test_what_is_settled_while_an_answer_is_judged_stays(self, begun, answer, clock, monkeypatch):
        def judged(*_given, **_more):
            esigning.expire(esign=Esign.objects.get(pk=begun.pk), by=clock, at=begun.ends_at)
            raise judging.Refused("bad")

        monkeypatch.setattr(judging, "check_personal", judged)
        assert refused(answer(begun)) == "LATE"
        assert not told("fail_esign").exists()

    def test_takes_the_same_answer_once(self, begun, answer, quick):
        content = answer(begun)
        esigning.settle(content=content)
        before = Event.objects.count()
        assert refused(content) == "SPENT"
        assert (Event.objects.count(), Countersignature.objects.count()) == (before, 1)

    def test_a_failed_one_is_not_mended_by_a_good_answer(self, begun, answer, quick):
        esigning.settle(content=answer(begun, "cancelled"))
        assert refused(answer(begun)) == "SPENT"
        assert not Countersignature.objects.exists()

    def test_the_answer_to_one_does_not_serve_the_next(self, begun, answer, certificate, signatory, quick):
        content = answer(begun)
        esigning.begin(certificate=certificate, by=signatory)
        assert refused(content) == "SPENT"
        assert not Countersignature.objects.exists()

    @pytest.mark.parametrize("is_swept", [False, True])
    def test_a_late_answer_changes_nothing(self, begun, answer, quick, clock, is_swept):
        content = answer(begun)
        if is_swept:
            esigning.expire(esign=begun, by=clock, at=begun.ends_at)
        before = Event.objects.count()
        assert refused(content, at=begun.ends_at) == "LATE"
        assert Event.objects.count() == before

    @pytest.mark.django_db(transaction=True)
    def test_what_cannot_be_judged_now_may_come_again(self, begun, answer, monkeypatch):
        content = answer(begun)
        with monkeypatch.context() as away:
            away.setattr(stamping, "check", _no_time_stamp)
            assert refused(content) == "NOT_NOW"
        begun.refresh_from_db()
        assert begun.state == Esign.State.PENDING
        assert esigning.settle(content=content).state == Esign.State.DONE

    def test_fails_when_the_token_was_faster(self, begun, answer, certificate, signatory, quick):
        signed = judging.check_personal(b"")
        countersigning.keep(paper=certificate, by=signatory, signed=signed)
        failed = esigning.settle(content=answer(begun))
        assert (failed.state, failed.code) == (Esign.State.FAILED, "CERTIFICATE_NOW")
        assert "carries the importer" in failed.reason

    def test_fails_when_the_person_is_no_signatory_any_more(self, begun, answer, signatory, quick):
        Membership.objects.filter(person=signatory.person).update(role="DRAFTER")
        assert "Only the importer" in esigning.settle(content=answer(begun)).reason
        assert not Countersignature.objects.exists()

    def test_fails_when_the_file_is_not_put_together_the_same(self, begun, answer):
        content = answer(begun)
        Esign.objects.filter(pk=begun.pk).update(name="Another")
        assert esigning.settle(content=content).code == "REBUILT"

    def test_speaks_the_language_in_which_it_was_begun(self, certificate, signatory, answer):
        with translation.override("hi"):
            begun = esigning.begin(certificate=certificate, by=signatory)
        reason = esigning.settle(content=answer(begun, "cancelled")).reason
        assert reason.startswith("eSign प्रदाता ने हस्ताक्षर नहीं किया")


class TestExpire:
    def test_ends_what_is_over_and_nothing_else(self, begun, clock, capsys):
        call_command("expire_esigns")
        begun.refresh_from_db()
        assert begun.state == Esign.State.PENDING
        late = timezone.now() - timedelta(hours=1)
        Esign.objects.filter(pk=begun.pk).update(begun_at=late, ends_at=late + timedelta(minutes=30))
        call_command("expire_esigns")
        call_command("expire_esigns")
        begun.refresh_from_db()
        assert (begun.state, begun.reason) == (Esign.State.EXPIRED, "No answer came in time.")
        assert told("expire_esign").count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_posts_of_one_answer_keep_one_signature(self, begun, answer, quick):
        content = answer(begun)
        results = together(*[lambda: esigning.settle(content=content)] * 2)
        assert sorted(type(result).__name__ for result in results) == ["Esign", "Refused"]
        assert Countersignature.objects.count() == 1
        assert list(events.faults()) == []

    def test_two_begin_and_one_waits(self, certificate, signatory):
        results = together(*[lambda: esigning.begin(certificate=certificate, by=signatory)] * 2)
        assert all(isinstance(result, Esign) for result in results)
        assert Esign.objects.filter(state=Esign.State.PENDING).count() == 1


def _no_time_stamp(*_given):
    raise stamping.NoTimeStamp("out of reach")
