"""What waits for whom: the home page's counts and first rows. Reads only, within what the actor may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from euc import workflow
from euc.models import Certificate, Undertaking
from euc.models.certificate import today
from euc.paging import count, shown_count

SOON = timedelta(days=30)
ROWS = 8
RISKY = 40  # points of `risk`
REVIEW_WITHIN = timedelta(days=7)  # from submission; longer is overdue


def of(actor: Actor) -> dict[str, Any]:
    """Counts as tiles, and the rows this person should look at first."""
    seen = Certificate.objects.visible_to(actor)
    if actor.has(Role.DRAFTER, Role.SIGNATORY):
        return {"may_draft": True, **_importer(seen)}
    if actor.has(Role.OFFICER, Role.SENIOR):
        return _reviewer(seen, actor)
    return _reader(seen)


def overdue_before(at: datetime | None = None) -> datetime:
    """What was submitted before this moment has waited too long."""
    return (at or timezone.now()) - REVIEW_WITHIN


def _tile(label: str, rows: QuerySet, url: str, tone: str = "") -> dict[str, Any]:
    value = count(rows)
    tone = tone if value else ""
    return {"label": label, "value": value, "shown": shown_count(value), "url": url, "tone": tone}


def _list_url(status: str) -> str:
    return f"{reverse('euc:certificate-list')}?status={status}"


def _importer(seen: QuerySet) -> dict[str, Any]:
    issued = seen.filter(status=workflow.ISSUED)
    expiring = issued.filter(valid_until__lte=today() + SOON)
    review, issue = seen.awaiting_review(), seen.awaiting_issue()
    returned, drafts = seen.filter(status=workflow.RETURNED), seen.filter(status=workflow.DRAFT)
    return {
        "tiles": [
            _tile(_("Returned to you"), returned, _list_url(workflow.RETURNED), "warning"),
            _tile(_("Drafts"), drafts, _list_url(workflow.DRAFT)),
            _tile(_("Under review"), review, _list_url(workflow.SUBMITTED), "info"),
            _tile(_("Waiting for issue"), issue, _list_url(workflow.APPROVED), "info"),
            _tile(_("In force"), issued, _list_url(workflow.ISSUED), "success"),
            _tile(
                _("Expire within 30 days"),
                expiring,
                f"{reverse('euc:certificate-list')}?expiring=on",
                "warning",
            ),
            _overdue_originals(issued),
        ],
        "rows": _changed_last(returned, drafts),
        "rows_title": _("To be finished"),
        "empty": _("Nothing waits for you."),
    }


def _overdue_originals(issued: QuerySet) -> dict[str, Any]:
    """Papers that lie longer than expected, while their certificate is in force."""
    overdue = issued.filter(original__due_on__lt=today())
    return _tile(_("Originals overdue"), overdue, f"{reverse('euc:original-list')}?overdue=on", "warning")


def _changed_last(*kinds: QuerySet) -> list[Certificate]:
    """The rows changed last, asked for status by status, as an index has them in order only within one."""
    found = [row for kind in kinds for row in kind.for_list().order_by("-changed_at", "-id")[:ROWS]]
    return sorted(found, key=lambda row: (row.changed_at, row.pk), reverse=True)[:ROWS]


def _reviewer(seen: QuerySet, actor: Actor) -> dict[str, Any]:
    review, issue = seen.awaiting_review(), seen.awaiting_issue()
    issued, revoked = seen.filter(status=workflow.ISSUED), seen.filter(status=workflow.REVOKED)
    rows = review if actor.has(Role.OFFICER) else issue
    queue = reverse("euc:queue")
    return {
        "tiles": [
            _tile(_("Waiting for review"), review, queue, "info"),
            _tile(_("Waiting for issue"), issue, f"{queue}?for=issue", "info"),
            _assigned(seen, actor),
            _tile(
                _("Waiting for more than a week"),
                review.filter(submitted_at__lt=overdue_before()),
                f"{queue}?overdue=on",
                "warning",
            ),
            _undertakings(actor),
            _tile(_("In force"), issued, _list_url(workflow.ISSUED), "success"),
            _tile(_("Revoked"), revoked, _list_url(workflow.REVOKED), "danger"),
            _overdue_originals(issued),
        ],
        "rows": rows.for_list().order_by("-risk", "submitted_at", "id")[:ROWS],
        "rows_title": _("Waiting for you"),
        "empty": _("The queue is empty."),
    }


def _assigned(seen: QuerySet, actor: Actor) -> dict[str, Any]:
    """What somebody gave this person to review, or to issue where that is their part."""
    status = workflow.SUBMITTED if actor.has(Role.OFFICER) else workflow.APPROVED
    url = f"{reverse('euc:queue')}?who=mine" + ("" if actor.has(Role.OFFICER) else "&for=issue")
    return _tile(_("Assigned to you"), seen.filter(status=status, reviewer=actor.person), url, "info")


def _undertakings(actor: Actor) -> dict[str, Any]:
    """Those for a period that this reviewer may approve or bring into force."""
    status = workflow.SIGNED if actor.has(Role.OFFICER) else workflow.APPROVED
    waiting = Undertaking.objects.visible_to(actor).for_periods().filter(status=status)
    url = f"{reverse('euc:undertaking-list')}?period=on&status={status}"
    return _tile(_("Undertakings for a period"), waiting, url, "info")


def _reader(seen: QuerySet) -> dict[str, Any]:
    review, issue = seen.awaiting_review(), seen.awaiting_issue()
    issued, revoked = seen.filter(status=workflow.ISSUED), seen.filter(status=workflow.REVOKED)
    return {
        "tiles": [
            _tile(_("Under review"), review, _list_url(workflow.SUBMITTED), "info"),
            _tile(_("Waiting for issue"), issue, _list_url(workflow.APPROVED), "info"),
            _tile(_("In force"), issued, _list_url(workflow.ISSUED), "success"),
            _tile(_("Revoked"), revoked, _list_url(workflow.REVOKED), "danger"),
        ],
        "rows": seen.filter(issued_at__isnull=False).for_list().order_by("-id")[:ROWS],
        "rows_title": _("Issued last"),
        "empty": _("Nothing has been issued yet."),
    }
