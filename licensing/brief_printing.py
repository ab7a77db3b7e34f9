"""A brief as a page of paper and as the text of a mail: its frozen facts in, PDF or words out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from documents import rendering, signing
from licensing import limits, stations
from licensing.models import CaseBrief, StatusReport


def pdf(brief: CaseBrief) -> bytes:
    """The sealed PDF, in the language in which it was asked for. Raises what printing and sealing raise."""
    with translation.override(brief.language):
        title = subject(brief)
        context = context_of(brief) | {"title": title, "language": brief.language}
        page = rendering.print_html(
            render_to_string("licensing/print/brief.html", context),
            title=title,
            language=brief.language,
            created_at=brief.prepared_at,
        )
        return signing.seal(page, reason=title, at=brief.prepared_at).content


def subject(brief: CaseBrief) -> str:
    return _("Export licence %(reference)s: brief no. %(number)s") % {
        "reference": brief.facts["reference"],
        "number": brief.number,
    }


def mail_text(brief: CaseBrief) -> str:
    """The same facts as plain text, for a mail that the importer sends itself."""
    with translation.override(brief.language):
        return render_to_string("licensing/emails/brief.txt", context_of(brief)).strip()


def context_of(brief: CaseBrief) -> dict[str, Any]:
    """The facts with their words in the active language."""
    told = brief.facts
    reports = [
        row
        | {
            "label": stations.LABELS[row["claimed"]],
            "source": StatusReport.Source(row["source"]).label,
            "confidence": StatusReport.Confidence(row["confidence"]).label,
        }
        for row in told["reports"]
    ]
    running = told["running"]
    return {
        "brief": brief,
        "facts": told,
        "station": stations.LABELS[told["status"]],
        "reports": reports,
        "running": running and running | {"label": limits.Kind(running["kind"]).label},
        "total_mg": sum(line["weight_mg"] or 0 for line in told["goods"]),
        "product_name": settings.PRODUCT_NAME,
        "site_url": settings.SITE_URL,
        "is_demonstration": settings.DEMONSTRATION,
    }
