"""What a case still awaits from its exporter, in words for the exporter. Reads nothing but the case."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing import stations
from licensing.models import LicenceCase

NEXT = {
    stations.PREPARED: gettext_lazy("When was the application filed, and under which number?"),
    stations.FILED: gettext_lazy(
        "When was the application accepted (受理)? The statutory time begins with acceptance."
    ),
    stations.PROVINCE: gettext_lazy("When did MOFCOM accept the application (受理)?"),
    stations.CORRECTION: gettext_lazy(
        "What has to be corrected (补正), and by when? Tell the importer what you need."
    ),
    stations.NOT_ACCEPTED: gettext_lazy("Why was the application not accepted, and will you file again?"),
    stations.ACCEPTED: gettext_lazy("Is the review going on, or was the clock paused?"),
    stations.REVIEW: gettext_lazy("Was the licence granted or refused?"),
    stations.PAUSED: gettext_lazy("Since when does the review go on? What was clarified?"),
    stations.REFERRED: gettext_lazy("Is there a decision after the referral?"),
    stations.APPROVED: gettext_lazy("What are the number, the days and the quantities of the licence?"),
    stations.REFUSED: gettext_lazy("What reason was given for the refusal? Will you file again?"),
    stations.ISSUED: gettext_lazy("When will the goods be shipped? Tell the importer of any amendment."),
    stations.AMENDING: gettext_lazy("When was the amended licence issued?"),
    stations.SUSPENDED: gettext_lazy("Why was the use of the licence suspended, and until when?"),
}


def questions(case: LicenceCase) -> list[str]:
    """Open questions to the exporter, the most pressing first; none once the case has nothing to await."""
    found: list[Any] = []
    if case.is_contested:
        found.append(
            _("We were told things that contradict each other: where does the application stand now?")
        )
    if case.status in NEXT:
        found.append(NEXT[case.status])
    if case.status in stations.KNOWS_APPLICATION and not case.application_number:
        found.append(_("Under which number does the application run?"))
    return [str(question) for question in found]
