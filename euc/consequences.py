"""What ending a certificate brings with it, told before it is done. Reads only, within what the asker may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import custody, signals, workflow
from euc.models import Certificate, Original, Undertaking

OPEN = workflow.EDITABLE | workflow.UNDER_REVIEW


@dataclass(frozen=True)
class Consequence:
    """One thing that follows, and the things it is about as (words, address)."""

    text: str
    links: tuple[tuple[str, str], ...] = ()


def of_ending(certificate: Certificate, *, by: Actor) -> list[Consequence]:
    """Verification, undertakings, the paper, certificates that rely on it, and what the apps above say."""
    found = [Consequence(_("Whoever verifies the document is told at once that it no longer counts."))]
    found += _undertakings(certificate)
    found += _original(certificate)
    found += _relying(certificate, by)
    asked = signals.asked_for_consequences.send(sender=Certificate, certificate=certificate, by=by)
    found += [said for _receiver, told in asked for said in told or () if isinstance(said, Consequence)]
    return found


def of_ending_a_promise(undertaking: Undertaking, verb: str, *, by: Actor) -> list[Consequence]:
    """What release, breach or revocation of an undertaking brings with it."""
    said = {
        "declare_breach": _(
            "Whoever verifies the undertaking or its certificates is told at once that it is broken."
        ),
        "revoke": _(
            "Whoever verifies the undertaking or its certificates is told at once that it was revoked."
        ),
        "release": _(
            "Whoever verifies the undertaking is told that it was released; nothing is promised any more."
        ),
    }
    found = [Consequence(said[verb])]
    resting = Certificate.objects.visible_to(by).filter(
        Q(relies_on=undertaking) | Q(pk=undertaking.certificate_id)
    )
    in_force, waiting = resting.filter(status=workflow.ISSUED), resting.filter(status__in=OPEN)
    texts = (
        (
            in_force,
            _("Certificates in force rest on it; they stay in force unless they are revoked: %(count)s."),
        ),
        (
            waiting,
            _("Certificates under way rely on it; they cannot be issued until that changes: %(count)s."),
        ),
    )
    for rows, text in texts:
        if number := rows.count():
            references = rows.order_by("-id").values_list("reference", flat=True)[:20]
            links = tuple((r, _address("certificate-detail", r)) for r in references)
            found.append(Consequence(text % {"count": number}, links))
    found.append(Consequence(_("The signed document stays as it is; it cannot be brought into force again.")))
    return found


def _undertakings(certificate: Certificate) -> list[Consequence]:
    kept = [u for u in certificate.promises() if u.status == workflow.IN_FORCE]
    if not kept:
        return []
    text = _("The undertaking stays in force: goods that came under it are still promised.")
    return [
        Consequence(text, tuple((u.reference, _address("undertaking-detail", u.reference)) for u in kept))
    ]


def _address(name: str, reference: str) -> str:
    return reverse(f"euc:{name}", args=[reference])


def _original(certificate: Certificate) -> list[Consequence]:
    original = Original.objects.for_list().filter(certificate=certificate).first()
    if original is None:
        return []
    link = ((_("The paper original"), _address("original", certificate.reference)),)
    text = _paper(original)
    steps = certificate.original_steps.filter(rule__stage=custody.OFFICE)
    stamped = certificate.original_entries.filter(kind=custody.ATTESTED).values("step")
    still_open = steps.exclude(pk__in=stamped).count()
    if still_open and original.place not in {custody.ON_THE_WAY, custody.ABROAD}:
        text += " " + _("Stations still open: %(count)d.") % {"count": still_open}
    return [Consequence(text, link)]


def _paper(original: Original) -> str:
    said = {"where": original.where, "day": date_format(original.since, "SHORT_DATE_FORMAT")}
    if original.place in {custody.ON_THE_WAY, custody.ABROAD}:
        return _("The paper left for China (%(where)s since %(day)s): the exporter must be told.") % said
    if original.place in {custody.AWAITED, custody.LOST, custody.VOID}:
        return _("No paper is on its way; none can be signed or handed in any more.")
    return (
        _("The paper is held (%(where)s, since %(day)s) and goes no further; it has to be marked void.")
        % said
    )


def _relying(certificate: Certificate, by: Actor) -> list[Consequence]:
    """Certificates under way that were drafted to take its place, as far as the asker may see them."""
    mine = Certificate.objects.visible_to(by).filter(supersedes=certificate, status__in=OPEN)
    references = list(mine.order_by("id").values_list("reference", flat=True)[:20])
    if not references:
        return []
    text = _("A certificate drafted to take its place would be issued without superseding anything.")
    return [Consequence(text, tuple((r, _address("certificate-detail", r)) for r in references))]
