"""What waits for whom: the home page's counts and first rows. Reads only, within what the actor may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from euc import workflow
from euc.models import Certificate
from euc.models.certificate import today

SOON = timedelta(days=30)
ROWS = 8


def of(actor: Actor) -> dict[str, Any]:
    """Counts as tiles, and the rows this person should look at first."""
    seen = Certificate.objects.visible_to(actor)
    if actor.has(Role.DRAFTER, Role.SIGNATORY):
        return {"may_draft": True, **_importer(seen)}
    if actor.has(Role.OFFICER, Role.SENIOR):
        return _reviewer(seen, actor)
    return _reader(seen)


def _tile(label: str, value: int, url: str, tone: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "url": url, "tone": tone if value else ""}


def _list_url(status: str) -> str:
    return f"{reverse('euc:certificate-list')}?status={status}"


def _importer(seen: Any) -> dict[str, Any]:
    soon = today() + SOON
    n = seen.aggregate(
        drafts=Count("pk", Q(status=workflow.DRAFT)),
        returned=Count("pk", Q(status=workflow.RETURNED)),
        review=Count("pk", Q(status__in=workflow.UNDER_REVIEW)),
        issued=Count("pk", Q(status=workflow.ISSUED)),
        expiring=Count("pk", Q(status=workflow.ISSUED, valid_until__lte=soon)),
    )
    rows = seen.filter(status__in=workflow.EDITABLE).for_list().order_by("-changed_at", "-id")[:ROWS]
    return {
        "tiles": [
            _tile(_("Returned to you"), n["returned"], _list_url(workflow.RETURNED), "warning"),
            _tile(_("Drafts"), n["drafts"], _list_url(workflow.DRAFT)),
            _tile(_("Under review"), n["review"], _list_url(workflow.SUBMITTED), "info"),
            _tile(_("In force"), n["issued"], _list_url(workflow.ISSUED), "success"),
            _tile(_("Expire within 30 days"), n["expiring"], _list_url(workflow.ISSUED), "warning"),
        ],
        "rows": rows,
        "rows_title": _("To be finished"),
        "empty": _("Nothing waits for you."),
    }


def _reviewer(seen: Any, actor: Actor) -> dict[str, Any]:
    review, issue = seen.awaiting_review(), seen.awaiting_issue()
    rows = review if actor.has(Role.OFFICER) else issue
    queue = reverse("euc:queue")
    return {
        "tiles": [
            _tile(_("Waiting for review"), review.count(), queue, "info"),
            _tile(_("Waiting for issue"), issue.count(), f"{queue}?for=issue", "info"),
            _tile(
                _("In force"),
                seen.filter(status=workflow.ISSUED).count(),
                _list_url(workflow.ISSUED),
                "success",
            ),
            _tile(
                _("Revoked"),
                seen.filter(status=workflow.REVOKED).count(),
                _list_url(workflow.REVOKED),
                "danger",
            ),
        ],
        "rows": rows.for_list().order_by("-risk", "submitted_at", "id")[:ROWS],
        "rows_title": _("Waiting for you"),
        "empty": _("The queue is empty."),
    }


def _reader(seen: Any) -> dict[str, Any]:
    n = seen.aggregate(
        review=Count("pk", Q(status__in=workflow.UNDER_REVIEW)),
        issued=Count("pk", Q(status=workflow.ISSUED)),
        revoked=Count("pk", Q(status=workflow.REVOKED)),
    )
    return {
        "tiles": [
            _tile(_("Under review"), n["review"], _list_url(workflow.SUBMITTED), "info"),
            _tile(_("In force"), n["issued"], _list_url(workflow.ISSUED), "success"),
            _tile(_("Revoked"), n["revoked"], _list_url(workflow.REVOKED), "danger"),
        ],
        "rows": seen.filter(issued_at__isnull=False).for_list().order_by("-id")[:ROWS],
        "rows_title": _("Issued last"),
        "empty": _("Nothing has been issued yet."),
    }
