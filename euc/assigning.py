"""Who looks at what waits: a reviewer takes a certificate or gives it to a colleague. No right depends on it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.models import User
from euc import bars, workflow
from euc.models import Certificate
from workflow import engine, events

REVIEWERS = workflow.OFFICER | workflow.SENIOR


def colleagues(by: Actor) -> list[User]:
    """Those who review in the same authority, oneself included, by name. One query."""
    held = by.organisation.memberships.active().filter(role__in=REVIEWERS)
    return list(User.objects.filter(pk__in=held.values("person")).order_by("full_name", "pk"))


@transaction.atomic
def assign(*, certificate: Certificate, by: Actor, to: User | None, at: datetime | None = None) -> bool:
    """Give what is under review to a colleague, or to nobody; whether that changed anything.

    Refuses what is not under review, who does not review, and whoever belongs to the importer.
    """
    engine.lock(certificate)
    if certificate.status not in workflow.UNDER_REVIEW:
        raise engine.WrongStatus(
            _("%(reference)s is not under review.") % {"reference": certificate.reference}
        )
    if not REVIEWERS & by.roles:
        raise engine.NotAllowed(_("Your role does not allow this step."))
    if to is not None:
        _refuse_unfit(certificate, actors.of(to, by.organisation))
    if certificate.reviewer_id == (to.pk if to else None):
        return False
    Certificate.objects.filter(pk=certificate.pk).update(reviewer=to)
    certificate.reviewer = to
    events.record(
        book=certificate.book,
        subject=certificate,
        verb="euc.certificate.assign",
        by=by,
        at=at,
        details={"reviewer": to.pk if to else None},
    )
    return True


def _refuse_unfit(certificate: Certificate, reviewer: Actor) -> None:
    if not REVIEWERS & reviewer.roles:
        raise engine.NotAllowed(_("%(name)s does not review here.") % {"name": reviewer.name})
    if bars.connected_with_the_importer(certificate, reviewer):
        raise engine.NotAllowed(
            _("%(name)s belongs to the importer; an independent officer must do this.")
            % {"name": reviewer.name}
        )
