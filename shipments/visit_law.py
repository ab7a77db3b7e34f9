"""The law of verification visits: one officer looks at a plant, another says that all is in order. No database."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from euc.bars import connected_with_the_importer, of_another_authority
from shipments import bars
from workflow.law import Step, Workflow

SCHEDULED, DONE, ACTION_OPEN, ANSWERED = "SCHEDULED", "DONE", "ACTION_OPEN", "ANSWERED"
CLOSED, CANCELLED = "CLOSED", "CANCELLED"
OPEN = frozenset({SCHEDULED, DONE, ACTION_OPEN, ANSWERED})

LABELS = {
    SCHEDULED: pgettext_lazy("visit", "scheduled"),
    DONE: pgettext_lazy("visit", "held"),
    ACTION_OPEN: _("action demanded"),
    ANSWERED: _("action answered"),
    CLOSED: pgettext_lazy("visit", "closed"),
    CANCELLED: _("called off"),
}
TONES = {
    SCHEDULED: "info",
    DONE: "info",
    ACTION_OPEN: "warning",
    ANSWERED: "info",
    CLOSED: "success",
    CANCELLED: "neutral",
}

IMPORTER = frozenset({Role.DRAFTER, Role.SIGNATORY})
OFFICERS = frozenset({Role.OFFICER, Role.SENIOR})
INDEPENDENT = (connected_with_the_importer, of_another_authority)

VISIT = Workflow(
    name="shipments.visit",
    initial=SCHEDULED,
    statuses=(SCHEDULED, DONE, ACTION_OPEN, ANSWERED, CLOSED, CANCELLED),
    labels=LABELS,
    steps=(
        Step("conclude", frozenset({SCHEDULED}), DONE, OFFICERS, _("The visit was held"),
             unless=INDEPENDENT, needs=(bars.sampled,), asks=("held_on", "findings"),
             explains=_("Write down what was found. Samples can no longer be entered afterwards.")),
        Step("reschedule", frozenset({SCHEDULED}), SCHEDULED, OFFICERS, _("Choose another day"),
             unless=INDEPENDENT, asks=("planned_on", "reason"), tone="secondary",
             explains=_("The importer is told the new day and your reason.")),
        Step("demand_action", frozenset({DONE}), ACTION_OPEN, OFFICERS, _("Demand an action"),
             unless=INDEPENDENT, asks=("action", "due_on"), tone="warning",
             explains=_("The importer answers what was done about it, with photographs where they help.")),
        Step("answer", frozenset({ACTION_OPEN}), ANSWERED, IMPORTER, _("Answer what was done"),
             unless=(bars.not_of_the_importer,), asks=("answer",),
             explains=_("Attach photographs or papers first; an officer then looks at your answer.")),
        Step("send_back", frozenset({ANSWERED}), ACTION_OPEN, OFFICERS, _("It is not enough"),
             unless=INDEPENDENT, asks=("due_on", "reason"), tone="warning",
             explains=_("The importer sees your reason and answers again.")),
        Step("close", frozenset({DONE, ACTION_OPEN, ANSWERED}), CLOSED, OFFICERS,
             pgettext_lazy("visit", "Close"), unless=(*INDEPENDENT, bars.held_the_visit), asks=("reason",),
             tone="success", binding=True,
             explains=_("Another person than who held the visit confirms that nothing is open. Final.")),
        Step("cancel", frozenset({SCHEDULED}), CANCELLED, OFFICERS, _("Call the visit off"),
             unless=INDEPENDENT, asks=("reason",), tone="danger", explains=_("Final. A new one can be scheduled.")),
    ),
)  # fmt: skip
