"""The verbs of drafting: each page of a draft is recorded as soon as it holds, or kept as it was typed.

Only the importer's people may draft, and only while the certificate is a draft or returned.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation
from documents.models import StoredFile
from euc import services, workflow
from euc.completeness import END_USE, GOODS, MOST_LINES, ORDER, PARTIES, UNDERTAKINGS
from euc.models import (
    Certificate,
    Evidence,
    FindingAnswer,
    GoodsLine,
    Party,
    Scratch,
    Undertaking,
)
from workflow import engine

# What was given up or drawn belongs to the paper it was given up or drawn of.
NOT_COPIED = ("released_mg", "released_pieces", "reserved_mg", "drawn_mg")
ORDER_COLUMNS = ("po_number", "po_date", "contract_number")
LONGEST_KEPT = 10_000  # characters of one half-typed field


def _open(certificate: Certificate, by: Actor) -> None:
    """Lock the draft for a change by this person, and note them among its authors."""
    engine.lock(certificate)
    if certificate.importer_id != by.organisation.pk or not workflow.IMPORTER_ROLES & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    if not certificate.is_editable:
        raise engine.WrongStatus(
            _("%(reference)s is %(status)s and cannot be edited.")
            % {"reference": certificate.reference, "status": certificate.status_label}
        )
    certificate.contributors.add(by.person)
    Certificate.objects.filter(pk=certificate.pk).update(changed_at=timezone.now())


def _forget_scratch(certificate: Certificate, page: str, line: int = 0) -> None:
    Scratch.objects.filter(certificate=certificate, page=page, line=line).delete()


@transaction.atomic
def keep_typed(
    *,
    certificate: Certificate,
    by: Actor,
    page: str,
    typed: dict[str, list[str]],
    errors: dict[str, Any],
    line: int = 0,
) -> None:
    """Keep a page that does not hold yet exactly as typed, with its errors, so that nothing is lost."""
    _open(certificate, by)
    Scratch.objects.update_or_create(
        certificate=certificate,
        page=page,
        line=line,
        defaults={
            "typed": _storable(typed),
            "errors": _storable(errors),
            "saved_at": timezone.now(),
            "saved_by": by.person,
        },
    )


def _storable(given: Any) -> Any:
    """What every database can keep as JSON: no NUL, no half characters, texts of bounded length."""
    if isinstance(given, dict):
        return {name: _storable(value) for name, value in given.items()}
    if isinstance(given, list):
        return [_storable(value) for value in given]
    if not isinstance(given, str):
        return given
    text = given[:LONGEST_KEPT].replace("\x00", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@transaction.atomic
def record_parties(*, certificate: Certificate, by: Actor, parties: dict[str, dict[str, Any]]) -> None:
    """Record exporter, consignee and end user, by role."""
    _open(certificate, by)
    for role, columns in parties.items():
        Party.objects.filter(certificate=certificate, role=role).update(**columns)
    exporter = parties.get(Party.Role.EXPORTER, {})
    if "name" in exporter:
        Certificate.objects.filter(pk=certificate.pk).update(exporter_name=exporter["name"])
    _forget_scratch(certificate, PARTIES)


@transaction.atomic
def record_order(*, certificate: Certificate, by: Actor, order: dict[str, Any]) -> None:
    """Record the one purchase order."""
    _open(certificate, by)
    Certificate.objects.filter(pk=certificate.pk).update(**order)
    _forget_scratch(certificate, ORDER)


@transaction.atomic
def add_line(*, certificate: Certificate, by: Actor) -> GoodsLine:
    """Add an empty goods line with the next number."""
    _open(certificate, by)
    last = certificate.goods.aggregate(last=Max("number"))["last"] or 0
    if certificate.goods.count() >= MOST_LINES:
        raise engine.NotAllowed(_("A certificate holds at most %(count)d lines.") % {"count": MOST_LINES})
    return GoodsLine.objects.create(certificate=certificate, number=last + 1)


@transaction.atomic
def copy_line(*, certificate: Certificate, by: Actor, line: GoodsLine) -> GoodsLine:
    """Add a line that starts as a copy of another. Refuses a line that was removed meanwhile."""
    copied = add_line(certificate=certificate, by=by)
    line = _present(certificate, line)
    columns = {f.name: getattr(line, f.name) for f in GoodsLine._meta.concrete_fields}
    for name in ("id", "certificate", "number", *NOT_COPIED):
        del columns[name]
    GoodsLine.objects.filter(pk=copied.pk).update(**columns)
    copied.refresh_from_db()
    return copied


@transaction.atomic
def record_line(*, certificate: Certificate, by: Actor, line: GoodsLine, columns: dict[str, Any]) -> None:
    """Record one goods line; weights in whole milligrams. Refuses a line that was removed meanwhile."""
    _open(certificate, by)
    line = _present(certificate, line)
    GoodsLine.objects.filter(pk=line.pk, certificate=certificate).update(**columns)
    _forget_scratch(certificate, GOODS, line.number)


@transaction.atomic
def remove_line(*, certificate: Certificate, by: Actor, line: GoodsLine) -> None:
    """Remove a line and close the gap in the numbers. Refuses a line that was removed meanwhile."""
    _open(certificate, by)
    line = _present(certificate, line)
    Scratch.objects.filter(certificate=certificate, page=GOODS).filter(line=line.number).delete()
    GoodsLine.objects.filter(pk=line.pk, certificate=certificate).delete()
    current = certificate.evidence.filter(removed_at=None)
    current.filter(line=line.number).update(removed_by=by.person, removed_at=timezone.now())
    current.filter(line__gt=line.number).update(line=F("line") - 1)
    for later in certificate.goods.filter(number__gt=line.number).order_by("number"):
        GoodsLine.objects.filter(pk=later.pk).update(number=later.number - 1)
        Scratch.objects.filter(certificate=certificate, page=GOODS, line=later.number).update(
            line=later.number - 1
        )


def _present(certificate: Certificate, line: GoodsLine) -> GoodsLine:
    """The line as it stands now: its number may have moved up since it was shown."""
    found = certificate.goods.filter(pk=line.pk).first()
    if found is None:
        raise engine.WrongStatus(_("This goods line was removed meanwhile."))
    return found


@transaction.atomic
def record_end_use(*, certificate: Certificate, by: Actor, columns: dict[str, Any]) -> None:
    """Record the end use; magnet weight per product in whole milligrams."""
    _open(certificate, by)
    type(certificate.end_use).objects.filter(certificate=certificate).update(**columns)
    _forget_scratch(certificate, END_USE)


@transaction.atomic
def choose_clauses(
    *,
    certificate: Certificate,
    by: Actor,
    codes: set[str],
    parties: dict[str, tuple[str, str]] | None = None,
    relies_on: Undertaking | None = None,
    addressed_to: Organisation | None = None,
) -> None:
    """Choose the offered clauses to give besides the required ones; clauses not offered today are ignored.

    With `relies_on`, an undertaking for a period, what that one holds is not given again. `addressed_to` is the
    authority where there are several.
    """
    _open(certificate, by)
    if relies_on is not None and relies_on.importer_id != certificate.importer_id:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    addressee = addressed_to or certificate.addressed_to
    Certificate.objects.filter(pk=certificate.pk).update(relies_on=relies_on, addressed_to=addressee)
    certificate.undertakings.filter(status__in=workflow.EDITABLE).update(addressed_to=addressee)
    certificate.relies_on, certificate.addressed_to = relies_on, addressee
    covered = certificate.codes_covered()
    chosen = [o.clause for o in certificate.offers() if o.is_required or o.clause.code in codes]
    wanted = [clause for clause in chosen if clause.code not in covered]
    own = certificate.undertakings_list()
    if wanted and not own:
        own = [services.open_undertaking(certificate, by=by, at=timezone.now())]
    for undertaking in own:
        undertaking.give(wanted, parties)
    _forget_scratch(certificate, UNDERTAKINGS)


@transaction.atomic
def add_evidence(
    *,
    certificate: Certificate,
    by: Actor,
    kind: str,
    file: StoredFile,
    name: str,
    line: int | None = None,
) -> Evidence:
    """Attach a stored file as evidence of one kind, of one goods line or of all. Raises SameFile, and WrongStatus
    when there is no such line.
    """
    _open(certificate, by)
    if line is not None and not certificate.goods.filter(number=line).exists():
        raise engine.WrongStatus(_("This goods line was removed meanwhile."))
    same = certificate.evidence.filter(file=file, removed_at=None)
    if known := same.filter(kind=kind, line=line).first():
        raise SameFile(_("This file is attached already, as “%(name)s”.") % {"name": known.name})
    return Evidence.objects.create(
        certificate=certificate, kind=kind, line=line, file=file, name=name, added_by=by.person
    )


class SameFile(engine.WrongStatus):
    """The same bytes are evidence of the same thing already."""


@transaction.atomic
def remove_evidence(*, certificate: Certificate, by: Actor, evidence: Evidence) -> None:
    """Take a file out of the certificate; its bytes stay stored."""
    _open(certificate, by)
    Evidence.objects.filter(pk=evidence.pk, certificate=certificate, removed_at=None).update(
        removed_by=by.person, removed_at=timezone.now()
    )


@transaction.atomic
def copy(*, source: Certificate, by: Actor, supersede: bool = False, repeat: bool = False) -> Certificate:
    """A new draft with the parties, goods and end use of an earlier certificate; the order is left open.

    With `supersede` it amends the source: order and evidence come along, and it takes the place of the source
    when it is issued. Refused when the source cannot be replaced (any more). With `repeat` it is remembered as
    a repeat order of the source.
    """
    if source.importer_id != by.organisation.pk:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    if supersede and not source.is_replaceable:
        raise engine.WrongStatus(
            _("%(reference)s is %(status)s and cannot be superseded.")
            % {"reference": source.reference, "status": source.status_label}
        )
    draft = services.start(by=by)
    for party in source.parties.all():
        draft.parties.filter(role=party.role).update(**_columns(party, "role"))
    type(source.end_use).objects.filter(certificate=draft).update(**_columns(source.end_use))
    for line in source.goods.all():
        GoodsLine.objects.create(certificate=draft, **_columns(line, *NOT_COPIED))
    Certificate.objects.filter(pk=draft.pk).update(
        exporter_name=source.exporter_name,
        supersedes=source if supersede else None,
        repeats=source if repeat and not supersede else None,
        **{name: getattr(source, name) for name in ORDER_COLUMNS if supersede},
    )
    for evidence in source.current_evidence() if supersede else []:
        Evidence.objects.create(certificate=draft, **_columns(evidence, "added_by"), added_by=by.person)
    draft.refresh_from_db()
    return draft


def _columns(row: Any, *without: str) -> dict[str, Any]:
    left_out = {"id", "certificate", *without}
    return {f.name: getattr(row, f.name) for f in row._meta.concrete_fields if f.name not in left_out}


@transaction.atomic
def answer_finding(*, certificate: Certificate, by: Actor, fingerprint: str, text: str) -> None:
    """Say something to a finding of the quality checks; reviewers read both. A finding that is gone is refused."""
    _open(certificate, by)
    if fingerprint not in {one.finding.fingerprint for one in certificate.inspected()}:
        raise engine.WrongStatus(
            _("What you explained is not found any more; nothing needs to be said to it.")
        )
    FindingAnswer.objects.update_or_create(
        certificate=certificate,
        fingerprint=fingerprint,
        defaults={"text": text, "answered_by": by.person, "answered_at": timezone.now()},
    )
