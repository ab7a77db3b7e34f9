"""Signing by Aadhaar eSign: begun by the importer's signatory, settled by the provider's answer, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from documents import countersigning as judging
from documents import stamping, storing
from documents.esigning import answering, asking, preparing, provider
from documents.esigning.answering import Answer
from documents.esigning.refusing import Refused
from euc import countersigning
from euc.models import Certificate, Esign
from workflow import engine, events


@dataclass(frozen=True)
class Failure:
    """Why a transaction came to nothing: a short code, and the words for the person."""

    code: str
    reason: str


def last(certificate: Certificate) -> Esign | None:
    """The newest transaction about the revision that was issued."""
    mine = Esign.objects.filter(certificate=certificate, revision=certificate.revision_number)
    return mine.select_related("countersignature").first()


def refuse(certificate: Certificate, by: Actor) -> None:
    """Refuse as for a signature by token, and where eSign is not offered or the person has no name to compare."""
    if not provider.is_configured():
        raise engine.WrongStatus(_("Signing by eSign is not offered here."))
    countersigning.refuse(certificate, by)
    if not judging.same_person(by.person.full_name):
        raise engine.NotAllowed(_("Your account has no name to compare with the one in the certificate."))


def begin(*, certificate: Certificate, by: Actor, at: datetime | None = None) -> Esign:
    """Begin a transaction; one that still waits gives way to it. Refuses as `refuse`."""
    at = (at or timezone.now()).replace(microsecond=0)
    refuse(certificate, by)
    name = by.person.full_name
    prepared = _prepared(certificate, at, name)
    with transaction.atomic():
        engine.lock(certificate)
        refuse(certificate, by)
        superseded = Failure("SUPERSEDED", _("Another signing was begun in its place."))
        for waiting in certificate.esigns.filter(state=Esign.State.PENDING):
            _settle(waiting, by, Esign.State.FAILED, at, superseded)
        made = Esign.objects.create(
            txn=secrets.token_hex(16),
            certificate=certificate,
            revision=certificate.revision_number,
            begun_by=by.person,
            name=name,
            language=translation.get_language() or settings.LANGUAGE_CODE,
            sha256=prepared.sha256,
            begun_at=at,
            ends_at=at + timedelta(minutes=settings.ESIGN_MINUTES),
        )
        _tell(made, "begin_esign", by, at, {"sha256": made.sha256})
    return made


def request(esign: Esign, at: datetime | None = None) -> str:
    """The signed XML for the provider. Raises `provider.Unusable`."""
    return asking.request(
        txn=esign.txn,
        sha256=esign.sha256,
        about=f"{esign.certificate.reference} ({esign.revision})",
        answer_to=settings.SITE_URL + reverse("euc:esign-answer"),
        at=at or timezone.now(),
    )


def settle(*, content: bytes, at: datetime | None = None) -> Esign:
    """Take the answer that a browser brought. Whoever brought it, only what the provider signed counts.

    Raises Refused where nothing is changed: not by the provider, of no transaction here, settled or over already, or
    not to be judged just now. An answer that is the provider's own and no good ends its transaction as failed.
    """
    at = at or timezone.now()
    answer = answering.read(content, provider.certificates())
    esign = (
        Esign.objects.select_related("certificate__importer", "certificate__document__file", "begun_by")
        .filter(txn=answer.txn)
        .first()
    )
    if esign is None:
        raise Refused("FOREIGN")
    _refuse_settled(esign, at)
    # A post from another site brings no cookie, so the page does not know the language that was chosen.
    with translation.override(esign.language):
        return _settled(esign, answer, at)


@transaction.atomic
def expire(*, esign: Esign, by: Actor, at: datetime | None = None) -> None:
    """End a transaction whose time is over; does nothing to one that was settled meanwhile."""
    at = at or timezone.now()
    engine.lock(esign.certificate)
    engine.lock(esign)
    if esign.state == Esign.State.PENDING and esign.ends_at <= at:
        _settle(esign, by, Esign.State.EXPIRED, at, Failure("EXPIRED", _("No answer came in time.")))


# --- the answer ------------------------------------------------------------------------------------


class _Failed(Exception):
    """The provider says that it did not sign."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.code)


def _settled(esign: Esign, answer: Answer, at: datetime) -> Esign:
    by = actors.of(esign.begun_by, esign.certificate.importer)
    try:
        return _keep(esign, by, _signed(esign, answer, at), at)
    except (judging.NotNow, stamping.NoTimeStamp) as problem:
        raise Refused("NOT_NOW") from problem
    except _Failed as failed:
        return _fail(esign, by, failed.failure, at)
    except Refused as refused:
        if refused.code in {"SPENT", "LATE"}:  # settled while this answer was judged
            raise
        return _fail(esign, by, Failure(refused.code, refused.message), at)
    except judging.Refused as refused:
        return _fail(esign, by, Failure("FILE", refused.message), at)
    except engine.Refusal as refused:
        return _fail(esign, by, Failure("CERTIFICATE_NOW", str(refused)), at)


def _refuse_settled(esign: Esign, at: datetime) -> None:
    if esign.state == Esign.State.EXPIRED or (esign.state == Esign.State.PENDING and not esign.is_open(at)):
        raise Refused("LATE")
    if esign.state != Esign.State.PENDING:
        raise Refused("SPENT")


def _signed(esign: Esign, answer: Answer, at: datetime) -> judging.Countersigned:
    if not answer.has_signed:
        text = _("The eSign provider did not sign: %(told)s (%(code)s)")
        told = {"told": answer.told or "–", "code": answer.error or "–"}
        raise _Failed(Failure(f"ESP {answer.error}".strip(), text % told))
    apart = judging.CLOCKS_DIFFER_AT_MOST
    if not esign.begun_at - apart <= answer.at <= at + apart:
        raise Refused("STALE")
    if not answer.signature:
        raise Refused("NO_SIGNATURE")
    answering.confirm_certificate(answer)
    certificate = esign.certificate
    assert certificate.document is not None
    prepared = _prepared(certificate, esign.begun_at, esign.name)
    if prepared.sha256 != esign.sha256:
        raise Refused("REBUILT")
    return judging.check_personal(
        preparing.complete(prepared, answer.signature),
        sealed=storing.read(certificate.document.file),
        sealed_at=certificate.document.signed_at,
        person=esign.name,
    )


def _prepared(certificate: Certificate, at: datetime, name: str) -> preparing.Prepared:
    assert certificate.document is not None
    return preparing.prepare(storing.read(certificate.document.file), at=at, name=name)


@transaction.atomic
def _keep(esign: Esign, by: Actor, signed: judging.Countersigned, at: datetime) -> Esign:
    _hold(esign)
    if esign.revision != esign.certificate.revision_number:
        raise engine.WrongStatus(_("The certificate was changed since the signing began."))
    kept = countersigning.keep(
        paper=esign.certificate, by=by, signed=signed, at=at, told={"esign": esign.txn}
    )
    Esign.objects.filter(pk=esign.pk).update(state=Esign.State.DONE, settled_at=at, countersignature=kept)
    esign.refresh_from_db()
    return esign


@transaction.atomic
def _fail(esign: Esign, by: Actor, failure: Failure, at: datetime) -> Esign:
    _hold(esign)
    _settle(esign, by, Esign.State.FAILED, at, failure)
    return esign


def _hold(esign: Esign) -> None:
    """The certificate's row first, as everywhere, then the transaction's; refuses what is settled by now."""
    engine.lock(esign.certificate)
    engine.lock(esign)
    if esign.state != Esign.State.PENDING:
        raise Refused("LATE" if esign.state == Esign.State.EXPIRED else "SPENT")


def _settle(esign: Esign, by: Actor, state: str, at: datetime, failure: Failure) -> None:
    esign.state, esign.settled_at = state, at
    esign.code, esign.reason = failure.code[:40], failure.reason[:500]
    esign.save(update_fields=["state", "settled_at", "code", "reason"])
    verb = "expire_esign" if state == Esign.State.EXPIRED else "fail_esign"
    _tell(esign, verb, by, at, {"code": esign.code, "reason": esign.reason})


def _tell(esign: Esign, verb: str, by: Actor, at: datetime, details: dict[str, Any]) -> None:
    certificate = esign.certificate
    events.record(
        book=certificate.book,
        subject=certificate,
        verb=f"euc.certificate.{verb}",
        by=by,
        at=at,
        details={"txn": esign.txn, **details},
    )
