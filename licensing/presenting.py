"""How a case is shown: its clock, its reports, its history and what to do next. Words and order, no rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from licensing import stations
from licensing.models import CaseReminder, LicenceCase, StatusReport
from licensing.reminding import Pressing

VERBS = {
    "open": gettext_lazy("Case opened"),
    "report": gettext_lazy("Reported"),
    "withdraw_report": gettext_lazy("Report withdrawn"),
    "decide": gettext_lazy("Decided between reports"),
    "invite": gettext_lazy("Exporter invited"),
    "revoke_invitation": gettext_lazy("Link of the exporter revoked"),
    "enter_room": gettext_lazy("Exporter entered the room"),
    "lock_code": gettext_lazy("Five wrong codes: the code was locked"),
    "ask_correction": gettext_lazy("Exporter asked for a correction"),
    "count_anew": gettext_lazy("Counted anew: the calendar or a list changed"),
    "remind": gettext_lazy("Reminder sent"),
    "brief": gettext_lazy("Brief to the ministry prepared"),
    "receive_mail": gettext_lazy("Mail came in"),
    "match_mail": gettext_lazy("Mail brought to the case"),
    "dismiss_mail": gettext_lazy("What a mail suggested was dismissed"),
    "fetch_dossier": gettext_lazy("Exporter fetched the papers"),
}
NEXT = {
    stations.PREPARED: gettext_lazy(
        "Ask the exporter whether the application was filed, and under which number."
    ),
    stations.FILED: gettext_lazy("Filing does not start the clock; ask when the application was accepted."),
    stations.PROVINCE: gettext_lazy(
        "The provincial department checks the file; ask when MOFCOM accepted it."
    ),
    stations.CORRECTION: gettext_lazy("Send the exporter what is missing; the clock has not started."),
    stations.NOT_ACCEPTED: gettext_lazy("Ask for the reason and let the exporter file again."),
    stations.ACCEPTED: gettext_lazy("Wait; ask again when the time limit comes near."),
    stations.REVIEW: gettext_lazy("Wait; ask again when the time limit comes near."),
    stations.PAUSED: gettext_lazy("Days of the pause do not count. Ask what is being clarified."),
    stations.REFERRED: gettext_lazy("No time limit applies any more. Prepare the ministry's help."),
    stations.APPROVED: gettext_lazy("The licence has to be issued now; ask for its number."),
    stations.REFUSED: gettext_lazy("Ask for the written reason; a new application is possible."),
    stations.ISSUED: gettext_lazy("Plan the consignment while the licence is valid."),
    stations.AMENDING: gettext_lazy("Do not ship until the amended licence is issued."),
    stations.SUSPENDED: gettext_lazy("Do not ship; ask the exporter for the reason."),
}

_DEEMED_ACCEPTED = gettext_lazy(
    "Nothing that is missing was asked for by %(on)s: by China's general law the application then counts as "
    "accepted. Ask the exporter for the day of acceptance."
)
LIMIT_OVER = {
    stations.FILED: _DEEMED_ACCEPTED,
    stations.PROVINCE: _DEEMED_ACCEPTED,
    stations.APPROVED: gettext_lazy("The licence was to be delivered by %(on)s: ask the exporter for it."),
    stations.AMENDING: gettext_lazy("The decision on the amendment was due on %(on)s: ask the exporter."),
}


def next_action(case: LicenceCase) -> str:
    """What the importer should do now; empty when nothing is left to do."""
    if case.is_contested:
        return _("Reports contradict each other: decide which one stands.")
    return str(NEXT.get(case.status, ""))


def urgent(case: LicenceCase, found: Iterable[Pressing]) -> list[str]:
    """What presses, as sentences: the same that the reminders tell by mail."""
    return [_sentence(case, one) for one in found]


def limit_over(case: LicenceCase, on: date) -> str:
    """That the time limit of the case's station was over on a day; empty where no such limit runs."""
    return str(LIMIT_OVER.get(case.status, "")) % {"on": date_format(on, "SHORT_DATE_FORMAT")}


def _sentence(case: LicenceCase, one: Pressing) -> str:
    if one.kind == CaseReminder.Kind.LIMIT:
        return limit_over(case, one.on)
    said = {"on": date_format(one.on, "SHORT_DATE_FORMAT"), "days": one.left}
    if one.kind == CaseReminder.Kind.OVERDUE:
        return (
            _("The decision was due on %(on)s: ask the exporter for it, or for the reason of the delay.")
            % said
        )
    if one.kind == CaseReminder.Kind.DUE_SOON:
        text = ngettext(
            "The decision is due on %(on)s, in %(days)d working day: ask the exporter where it stands.",
            "The decision is due on %(on)s, in %(days)d working days: ask the exporter where it stands.",
            one.left,
        )
        return text % said
    if one.kind == CaseReminder.Kind.SILENT:
        return (
            _("Nothing was reported since %(on)s, for %(days)d days: ask the exporter where it stands.")
            % said
        )
    text = ngettext(
        "The licence ends on %(on)s, in %(days)d day: ship in time, or ask for a new one.",
        "The licence ends on %(on)s, in %(days)d days: ship in time, or ask for a new one.",
        one.left,
    )
    return text % said


def history(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Events as timeline rows, newest first."""
    return [
        {
            "at": event.at,
            "label": _label(event),
            "by": event.person_name,
            "organisation": event.organisation_name.partition(", ")[2] or event.organisation_name,
            "note": event.details.get("reason", ""),
            "tone": stations.TONES.get(event.to_status, "neutral"),
        }
        for event in reversed(list(events))
    ]


def _label(event: Any) -> str:
    label = str(VERBS.get(event.action, event.action))
    claimed = stations.LABELS.get(event.details.get("claimed", ""))
    return f"{label}: {claimed}" if claimed else label


def reports(rows: Iterable[StatusReport], standing: Any) -> list[dict[str, Any]]:
    """Reports by claimed day, newest first, with which stands, which contradicts and which was withdrawn."""
    against = {claim.pk for claim in standing.contradictions}
    stands = standing.claim.pk if standing.claim else None
    ordered = sorted(rows, key=lambda row: (row.claimed_on, row.pk), reverse=True)
    return [
        {
            "row": row,
            "stands": row.pk == stands,
            "contradicts": row.pk in against,
            "withdrawal": getattr(row, "withdrawal", None),
        }
        for row in ordered
    ]
