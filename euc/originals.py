"""The verbs of the paper original: what happened to it is recorded, corrected and reversed, never overwritten.

The importer's own people and reviewing officers record. All refuse with the engine's WrongStatus, NotAllowed or
Incomplete. Days count in India and never decrease; `at` is the moment of recording in UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from documents.models import StoredFile
from euc import bars, custody, signals, workflow
from euc.models import AttestationRule, Certificate, EStamp, Original, OriginalEntry, OriginalStep
from euc.models.certificate import today
from workflow import engine, events
from workflow.law import Miss

NEEDED: dict[str, tuple[str, ...]] = {
    custody.SIGNED: ("officer",),
    custody.HANDED_IN: (),
    custody.ATTESTED: ("reference", "office", "officer"),
    custody.REFUSED: ("note",),
    custody.SENT: ("carrier", "waybill_kind", "waybill", "note"),
    custody.DELIVERED: ("officer",),
    custody.MISLAID: ("note",),
    custody.VOIDED: ("officer",),
}


@transaction.atomic
def open_for(certificate: Certificate, *, at: datetime | None = None) -> Original:
    """Fix the stations of this paper as the rules stand today; doing it twice changes nothing."""
    day = today(at)
    original, is_new = Original.objects.get_or_create(certificate=certificate, defaults={"since": day})
    if is_new:
        rules = AttestationRule.objects.in_use_on(
            day, authority=certificate.issuing_authority, template=certificate.template
        )
        OriginalStep.objects.bulk_create(
            OriginalStep(certificate=certificate, rule=rule, position=rule.position)
            for rule in rules.filter(is_required=True)
        )
        _settle(certificate)
    return original


def stations(certificate: Certificate) -> list[OriginalStep]:
    """The stations of this paper in their order."""
    return list(certificate.original_steps.select_related("rule"))


def _offices(steps: list[OriginalStep]) -> list[int]:
    return [step.pk for step in steps if step.rule.stage == custody.OFFICE]


def where(entries: list[OriginalEntry], steps: list[OriginalStep]) -> custody.Where:
    """Where the paper lies, by its ledger. Raises custody.Impossible."""
    return custody.follow(entries, _offices(steps))


def allows(certificate: Certificate, kind: str, *, at: datetime | None = None) -> bool:
    """Whether such a thing may happen to the paper while its certificate is, or is no longer, in force."""
    only = custody.ONLY_AFTER_END if certificate.is_in_force(today(at)) else custody.ONLY_IN_FORCE
    return kind not in only


def may_record(certificate: Certificate, by: Actor) -> None:
    """Refuse who is neither of the importer nor an independent reviewer."""
    if workflow.IMPORTER_ROLES & by.roles:
        if reason := bars.not_of_the_importer(certificate, by):
            raise engine.NotAllowed(reason)
        return
    if not (workflow.OFFICER | workflow.SENIOR) & by.roles:
        raise engine.NotAllowed(_("Your role does not allow this step."))
    if reason := bars.connected_with_the_importer(certificate, by):
        raise engine.NotAllowed(reason)


def _enter(certificate: Certificate, by: Actor, seen: int | None) -> list[OriginalEntry]:
    """Lock the paper's ledger and give it; refuse whoever may not write or has not seen the last entry."""
    engine.lock(certificate)
    if not certificate.was_issued:
        raise engine.WrongStatus(_("Only an issued certificate has an original."))
    may_record(certificate, by)
    open_for(certificate)
    entries = list(certificate.original_entries.all())
    if seen is not None and seen != len(entries):
        raise engine.WrongStatus(_("Somebody recorded something meanwhile; look at it first."))
    return entries


@transaction.atomic
def record(
    *,
    certificate: Certificate,
    by: Actor,
    kind: str,
    happened_on: date,
    facts: dict[str, Any] | None = None,
    scan: StoredFile | None = None,
    scan_name: str = "",
    seen: int | None = None,
    at: datetime | None = None,
) -> OriginalEntry:
    """Write down what happened to the paper next. `seen` is the number of entries that were on screen."""
    at = at or timezone.now()
    entries = _enter(certificate, by, seen)
    if not allows(certificate, kind, at=at):
        raise engine.WrongStatus(
            _("The certificate is in force; its original is not marked void.")
            if kind in custody.ONLY_AFTER_END
            else _("The certificate is not in force; its original goes nowhere any more.")
        )
    steps = stations(certificate)
    step = _step_for(kind, where(entries, steps), steps)
    entry = OriginalEntry(
        certificate=certificate,
        slot=max((e.slot for e in entries), default=0) + 1,
        kind=kind,
        step=step,
        happened_on=happened_on,
        scan=scan,
        scan_name=scan_name,
        recorded_by=by.person,
        organisation=by.organisation,
        recorded_at=at,
        **(facts or {}),
    )
    _write(certificate, entries, entry, by=by, verb=kind.lower())
    if kind == custody.SENT:
        signals.original_sent.send(sender=Certificate, certificate=certificate, on=happened_on, at=at, by=by)
    return entry


def _step_for(kind: str, now: custody.Where, steps: list[OriginalStep]) -> OriginalStep | None:
    if kind not in custody.AT_STEPS:
        return None
    key = custody.next_step(now, _offices(steps)) if kind == custody.HANDED_IN else now.step
    found = next((step for step in steps if step.pk == key), None)
    if found is None:
        raise engine.WrongStatus(
            _("The paper is not where this could happen to it; look at where it lies now.")
        )
    return found


@transaction.atomic
def correct(
    *,
    certificate: Certificate,
    by: Actor,
    entry: OriginalEntry,
    reason: str,
    happened_on: date,
    facts: dict[str, Any] | None = None,
    scan: StoredFile | None = None,
    scan_name: str = "",
    seen: int | None = None,
    at: datetime | None = None,
) -> OriginalEntry:
    """Put a right entry in the place of a wrong one, with the reason; the wrong one stays readable."""
    entries = _enter(certificate, by, seen)
    last = _last_version(entries, entry)
    right = OriginalEntry(
        certificate=certificate,
        slot=last.slot,
        version=last.version + 1,
        kind=last.kind,
        step_id=last.step_id,
        happened_on=happened_on,
        scan=scan or last.scan,
        scan_name=scan_name or last.scan_name,
        reason=reason,
        recorded_by=by.person,
        organisation=by.organisation,
        recorded_at=at or timezone.now(),
        **(facts or {}),
    )
    return _write(certificate, entries, right, by=by, verb="correct")


@transaction.atomic
def reverse(
    *,
    certificate: Certificate,
    by: Actor,
    entry: OriginalEntry,
    reason: str,
    seen: int | None = None,
    at: datetime | None = None,
) -> OriginalEntry:
    """Say that an entry never happened. Refused when a later one rests on it: that is reversed first."""
    entries = _enter(certificate, by, seen)
    last = _last_version(entries, entry)
    reversal = OriginalEntry(
        certificate=certificate,
        slot=last.slot,
        version=last.version + 1,
        kind=custody.REVERSED,
        reason=reason,
        recorded_by=by.person,
        organisation=by.organisation,
        recorded_at=at or timezone.now(),
    )
    return _write(certificate, entries, reversal, by=by, verb="reverse")


def _last_version(entries: list[OriginalEntry], entry: OriginalEntry) -> OriginalEntry:
    last = max((e for e in entries if e.slot == entry.slot), key=lambda e: e.version)
    if last.pk != entry.pk or last.kind == custody.REVERSED:
        raise engine.WrongStatus(_("This entry was corrected or reversed meanwhile; look at it first."))
    return last


def _write(
    certificate: Certificate, entries: list[OriginalEntry], entry: OriginalEntry, *, by: Actor, verb: str
) -> OriginalEntry:
    if misses := _misses(certificate, entry):
        raise engine.Incomplete(misses)
    steps = stations(certificate)
    try:
        where([*entries, entry], steps)
    except custody.Impossible as why:
        raise engine.WrongStatus(str(why)) from why
    entry.save(force_insert=True)
    _claim_stamp(entry)
    _settle(certificate)
    events.record(
        book=certificate.book,
        subject=certificate,
        verb=f"euc.original.{verb}",
        by=by,
        at=entry.recorded_at,
        details={
            "slot": entry.slot,
            "version": entry.version,
            "kind": entry.kind,
            "station": entry.step.rule.reference if entry.step else "",
            "happened_on": entry.happened_on,
            "reason": entry.reason or entry.note,
            "scan": entry.scan.sha256 if entry.scan else "",
        },
    )
    return entry


def _misses(certificate: Certificate, entry: OriginalEntry) -> list[Miss]:
    """What this kind of entry lacks, field by field."""
    if entry.kind == custody.REVERSED:
        return [] if entry.reason else [Miss("", "reason", _("Say why."))]
    misses = [Miss("", name, _("This is needed.")) for name in NEEDED[entry.kind] if not getattr(entry, name)]
    if entry.version > 1 and not entry.reason:
        misses.append(Miss("", "reason", _("Say why.")))
    if entry.kind in custody.WITH_SCAN and entry.scan is None:
        misses.append(Miss("", "scan", _("A scan of the paper is needed.")))
    if (entry.fee is None) != (not entry.currency):
        misses.append(Miss("", "fee", _("A fee and its currency belong together.")))
    if entry.happened_on is None or entry.happened_on > today(entry.recorded_at):
        misses.append(Miss("", "happened_on", _("This day has not come yet in India.")))
    elif certificate.valid_from and entry.happened_on < certificate.valid_from:
        misses.append(Miss("", "happened_on", _("This is before the certificate was issued.")))
    return misses


def _claim_stamp(entry: OriginalEntry) -> None:
    """An e-stamp serves one paper once; a correction or reversal frees what its slot held."""
    EStamp.objects.filter(certificate=entry.certificate, slot=entry.slot).delete()
    if not entry.estamp:
        return
    try:
        with transaction.atomic():
            EStamp.objects.create(uin=entry.estamp, certificate=entry.certificate, slot=entry.slot)
    except IntegrityError as taken:
        raise engine.Incomplete(
            [Miss("", "estamp", _("This e-stamp is used for another paper already; it serves only once."))]
        ) from taken


def _settle(certificate: Certificate) -> None:
    """Bring the row that lists read in step with the ledger."""
    steps = stations(certificate)
    entries = list(certificate.original_entries.all())
    now = where(entries, steps)
    days: dict[Any, int] = {
        step.pk if step.rule.stage == custody.OFFICE else step.rule.stage: step.rule.expected_days
        for step in steps
    }
    since = now.since or certificate.valid_from or today()
    Original.objects.filter(certificate=certificate).update(
        place=now.place, step=now.step, since=since, due_on=custody.due_on(now, since=since, days=days)
    )


@transaction.atomic
def add_station(
    *, certificate: Certificate, by: Actor, rule: AttestationRule, at: datetime | None = None
) -> OriginalStep:
    """Put one more station on the paper's way. Refused before one that has stamped already."""
    entries = _enter(certificate, by, None)
    steps = stations(certificate)
    offered = AttestationRule.objects.in_use_on(
        today(at), authority=certificate.issuing_authority, template=certificate.template
    )
    if rule.code in {step.rule.code for step in steps} or not offered.filter(pk=rule.pk).exists():
        raise engine.WrongStatus(_("This station cannot be added."))
    added = OriginalStep.objects.create(certificate=certificate, rule=rule, position=rule.position)
    try:
        where(entries, stations(certificate))
    except custody.Impossible as why:
        raise engine.WrongStatus(
            _("An office that comes later has the paper or has stamped it already.")
        ) from why
    _settle(certificate)
    _tell_station(certificate, "add_station", rule, by=by, at=at)
    return added


@transaction.atomic
def remove_station(
    *, certificate: Certificate, by: Actor, step: OriginalStep, at: datetime | None = None
) -> None:
    """Take an optional station off the paper's way. Refused when it is required or the paper was there."""
    _enter(certificate, by, None)
    if step.rule.is_required:
        raise engine.NotAllowed(_("This station is required."))
    if OriginalEntry.objects.filter(step=step).exists():
        raise engine.WrongStatus(_("The paper was there already; the station stays in its history."))
    if not OriginalStep.objects.filter(pk=step.pk, certificate=certificate).delete()[0]:
        raise engine.WrongStatus(_("This station was removed meanwhile."))
    _settle(certificate)
    _tell_station(certificate, "remove_station", step.rule, by=by, at=at)


def _tell_station(
    certificate: Certificate, verb: str, rule: AttestationRule, *, by: Actor, at: datetime | None
) -> None:
    events.record(
        book=certificate.book,
        subject=certificate,
        verb=f"euc.original.{verb}",
        by=by,
        at=at,
        details={"station": rule.reference, "reason": rule.name},
    )
