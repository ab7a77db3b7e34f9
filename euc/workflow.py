"""The law: who may do what to a certificate, an undertaking and a rule, in which status. No database."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from euc import bars, completeness
from workflow.law import Step, Workflow

DRAFT, SUBMITTED, RETURNED, APPROVED, ISSUED = "DRAFT", "SUBMITTED", "RETURNED", "APPROVED", "ISSUED"
EXHAUSTED, EXPIRED, REVOKED, SUPERSEDED = "EXHAUSTED", "EXPIRED", "REVOKED", "SUPERSEDED"
WITHDRAWN, REJECTED = "WITHDRAWN", "REJECTED"
SIGNED, IN_FORCE, RELEASED, BREACHED = "SIGNED", "IN_FORCE", "RELEASED", "BREACHED"
PROPOSED, ADOPTED, REPEALED = "PROPOSED", "ADOPTED", "REPEALED"
OPEN, SUSPECTED, CONFIRMED, DISMISSED, LAPSED = "OPEN", "SUSPECTED", "CONFIRMED", "DISMISSED", "LAPSED"
HIT_OPEN = (OPEN, SUSPECTED)

EDITABLE = frozenset({DRAFT, RETURNED})
UNDER_REVIEW = frozenset({SUBMITTED, APPROVED})
WAS_IN_FORCE = frozenset({IN_FORCE, RELEASED, BREACHED, REVOKED})
WAS_ISSUED = frozenset({ISSUED, EXHAUSTED, EXPIRED, REVOKED, SUPERSEDED})

LABELS = {
    DRAFT: _("draft"),
    SUBMITTED: _("submitted"),
    RETURNED: _("returned"),
    APPROVED: _("approved"),
    ISSUED: _("issued"),
    EXHAUSTED: _("exhausted"),
    EXPIRED: _("expired"),
    REVOKED: _("revoked"),
    SUPERSEDED: _("superseded"),
    WITHDRAWN: _("withdrawn"),
    REJECTED: _("rejected"),
    SIGNED: _("signed"),
    IN_FORCE: _("in force"),
    RELEASED: _("released"),
    BREACHED: _("breached"),
    PROPOSED: _("proposed"),
    ADOPTED: _("adopted"),
    REPEALED: _("repealed"),
    OPEN: _("to be judged"),
    SUSPECTED: _("perhaps the same"),
    CONFIRMED: _("the same"),
    DISMISSED: _("not the same"),
    LAPSED: _("no longer matches"),
}
TONES = {
    DRAFT: "neutral",
    SUBMITTED: "info",
    RETURNED: "warning",
    APPROVED: "info",
    ISSUED: "success",
    SIGNED: "info",
    IN_FORCE: "success",
    EXPIRED: "warning",
    EXHAUSTED: "neutral",
    SUPERSEDED: "neutral",
    RELEASED: "neutral",
    WITHDRAWN: "neutral",
    REJECTED: "danger",
    REVOKED: "danger",
    BREACHED: "danger",
    PROPOSED: "info",
    ADOPTED: "success",
    REPEALED: "neutral",
    OPEN: "warning",
    SUSPECTED: "danger",
    CONFIRMED: "danger",
    DISMISSED: "success",
    LAPSED: "neutral",
}

IMPORTER_ROLES = frozenset({Role.DRAFTER, Role.SIGNATORY})
SIGNATORY, OFFICER = frozenset({Role.SIGNATORY}), frozenset({Role.OFFICER})
SENIOR, CLOCK = frozenset({Role.SENIOR}), frozenset({Role.CLOCK})

CERTIFICATE = Workflow(
    name="euc.certificate",
    initial=DRAFT,
    statuses=(
        DRAFT, SUBMITTED, RETURNED, APPROVED, ISSUED, EXHAUSTED, EXPIRED, REVOKED, SUPERSEDED, WITHDRAWN, REJECTED,
    ),
    labels=LABELS,
    steps=(
        Step("submit", EDITABLE, SUBMITTED, SIGNATORY, _("Sign and submit"),
             needs=(completeness.misses,), unless=(bars.not_of_the_importer,), asks=("notice_seen",), binding=True,
             explains=_("You sign for your company; a compliance officer reviews it next.")),
        Step("approve", frozenset({SUBMITTED}), APPROVED, OFFICER, _("Approve"),
             needs=(completeness.screened,),
             unless=(bars.connected_with_the_importer, bars.an_author), binding=True, tone="success",
             explains=_("A senior officer, who must be another person, issues it next.")),
        Step("send_back", UNDER_REVIEW, RETURNED, OFFICER | SENIOR, _("Return for correction"),
             unless=(bars.connected_with_the_importer,), asks=("reason",), tone="warning",
             explains=_("The importer sees your reason and your comments and can mend and resubmit.")),
        Step("issue", frozenset({APPROVED}), ISSUED, SENIOR, _("Issue"),
             needs=(completeness.undertakings_approved, completeness.screened),
             unless=(bars.connected_with_the_importer, bars.an_author, bars.the_approver, bars.approval_lapsed),
             binding=True, tone="success",
             explains=_("The signed document is made and anybody can verify it.")),
        Step("reject", UNDER_REVIEW, REJECTED, OFFICER | SENIOR, _("Reject"),
             unless=(bars.connected_with_the_importer,), asks=("reason",), tone="danger", binding=True,
             explains=_("Final. The importer would have to draft a new certificate.")),
        Step("withdraw", EDITABLE | UNDER_REVIEW, WITHDRAWN, IMPORTER_ROLES, _("Withdraw"),
             unless=(bars.not_of_the_importer,), asks=("reason",), tone="danger",
             explains=_("Final. It can still be copied into a new draft.")),
        Step("revoke", frozenset({ISSUED, EXHAUSTED}), REVOKED, SENIOR, _("Revoke"),
             unless=(bars.connected_with_the_importer,), asks=("reason",), tone="danger", binding=True,
             explains=_("Effective at once: whoever verifies the document is told that it is revoked.")),
        Step("expire", frozenset({ISSUED}), EXPIRED, CLOCK, _("Expire"), unless=(bars.still_valid,)),
        Step("exhaust", frozenset({ISSUED}), EXHAUSTED, CLOCK, _("Mark as used up")),
        Step("supersede", frozenset({ISSUED, EXHAUSTED, EXPIRED}), SUPERSEDED, SENIOR, _("Supersede"), inner=True),
    ),
)  # fmt: skip

_UNDERTAKING_STATUSES = (
    DRAFT, SIGNED, RETURNED, APPROVED, IN_FORCE, RELEASED, BREACHED, REVOKED, REJECTED, WITHDRAWN,
)  # fmt: skip
_ENDS = (
    Step("release", frozenset({IN_FORCE}), RELEASED, SENIOR, _("Release"),
         unless=(bars.connected_with_the_importer,), asks=("reason",), tone="warning", binding=True,
         explains=_("The importer is free of the promise from now on.")),
    Step("declare_breach", frozenset({IN_FORCE}), BREACHED, SENIOR, _("Declare breach"),
         unless=(bars.connected_with_the_importer,), asks=("concerns", "reason"), tone="danger", binding=True,
         explains=_("Recorded against the importer and shown to whoever verifies the document.")),
    Step("revoke", frozenset({IN_FORCE}), REVOKED, SENIOR, _("Revoke"),
         unless=(bars.connected_with_the_importer,), asks=("reason",), tone="danger", binding=True,
         explains=_("The undertaking no longer counts; certificates that need it cannot rely on it.")),
)  # fmt: skip

UNDERTAKING = Workflow(
    name="euc.undertaking",
    initial=DRAFT,
    statuses=_UNDERTAKING_STATUSES,
    labels=LABELS,
    steps=(
        Step("sign", EDITABLE, SIGNED, SIGNATORY, _("Sign"), unless=(bars.not_of_the_importer,), inner=True),
        Step("approve", frozenset({SIGNED}), APPROVED, OFFICER, _("Approve"),
             unless=(bars.connected_with_the_importer, bars.an_author), inner=True),
        Step("send_back", frozenset({SIGNED, APPROVED}), RETURNED, OFFICER | SENIOR, _("Return"),
             unless=(bars.connected_with_the_importer,), inner=True),
        Step("reject", frozenset({SIGNED, APPROVED}), REJECTED, OFFICER | SENIOR, _("Reject"),
             unless=(bars.connected_with_the_importer,), inner=True),
        Step("withdraw", frozenset({DRAFT, RETURNED, SIGNED, APPROVED}), WITHDRAWN, IMPORTER_ROLES, _("Withdraw"),
             unless=(bars.not_of_the_importer,), inner=True),
        Step("bring_into_force", frozenset({APPROVED}), IN_FORCE, SENIOR, _("Bring into force"),
             unless=(bars.connected_with_the_importer, bars.the_approver), inner=True),
        *_ENDS,
    ),
)  # fmt: skip

BLANKET = Workflow(
    name="euc.blanket",
    initial=DRAFT,
    statuses=_UNDERTAKING_STATUSES,
    labels=LABELS,
    steps=(
        Step("sign", EDITABLE, SIGNED, SIGNATORY, _("Sign and submit"),
             needs=(completeness.pledge_misses,), unless=(bars.part_of_a_certificate, bars.not_of_the_importer),
             asks=("notice_seen",), binding=True,
             explains=_("You sign for your company; a compliance officer reviews it next.")),
        Step("approve", frozenset({SIGNED}), APPROVED, OFFICER, _("Approve"),
             unless=(bars.part_of_a_certificate, bars.connected_with_the_importer, bars.an_author),
             binding=True, tone="success",
             explains=_("A senior officer, who must be another person, brings it into force next.")),
        Step("bring_into_force", frozenset({APPROVED}), IN_FORCE, SENIOR, _("Bring into force"),
             unless=(bars.part_of_a_certificate, bars.connected_with_the_importer, bars.an_author,
                     bars.the_approver, bars.approval_lapsed), binding=True, tone="success",
             explains=_("The signed document is made; certificates of the period can rely on it.")),
        Step("send_back", frozenset({SIGNED, APPROVED}), RETURNED, OFFICER | SENIOR, _("Return for correction"),
             unless=(bars.part_of_a_certificate, bars.connected_with_the_importer), asks=("reason",),
             tone="warning", explains=_("The importer sees your reason and can mend and sign again.")),
        Step("reject", frozenset({SIGNED, APPROVED}), REJECTED, OFFICER | SENIOR, _("Reject"),
             unless=(bars.part_of_a_certificate, bars.connected_with_the_importer), asks=("reason",),
             tone="danger", binding=True, explains=_("Final. The importer would have to draft a new undertaking.")),
        Step("withdraw", EDITABLE | {SIGNED, APPROVED}, WITHDRAWN, IMPORTER_ROLES, _("Withdraw"),
             unless=(bars.part_of_a_certificate, bars.not_of_the_importer), asks=("reason",), tone="danger",
             explains=_("Final. A new one has to be drafted and signed.")),
        *_ENDS,
    ),
)  # fmt: skip

RULE = Workflow(
    name="euc.rule",
    initial=PROPOSED,
    statuses=(PROPOSED, ADOPTED, SUPERSEDED, REPEALED, WITHDRAWN),
    labels=LABELS,
    steps=(
        Step("adopt", frozenset({PROPOSED}), ADOPTED, OFFICER | SENIOR, _("Adopt"),
             unless=(bars.the_proposer, bars.of_another_authority), binding=True, tone="success",
             explains=_("It counts from now on. What was signed or issued stays as it is.")),
        Step("withdraw", frozenset({PROPOSED}), WITHDRAWN, OFFICER | SENIOR, _("Withdraw"),
             unless=(bars.of_another_authority,), asks=("reason",), tone="danger",
             explains=_("The proposal is dropped. It can be proposed again.")),
        Step("supersede", frozenset({ADOPTED}), SUPERSEDED, OFFICER | SENIOR, _("Supersede"), inner=True),
        Step("repeal", frozenset({ADOPTED}), REPEALED, SENIOR, _("Repeal"),
             unless=(bars.the_adopter, bars.of_another_authority), asks=("reason",), tone="danger", binding=True,
             explains=_("The rule no longer counts from the day you name on.")),
    ),
)  # fmt: skip

DATED_STATUSES = (PROPOSED, ADOPTED, SUPERSEDED, REPEALED, WITHDRAWN)


def dated(name: str, adopting: Any, retiring: Any) -> Workflow:
    """The life of dated rows that one officer proposes and another adopts."""
    return Workflow(
        name=name,
        initial=PROPOSED,
        statuses=DATED_STATUSES,
        labels=LABELS,
        steps=(
            Step("adopt", frozenset({PROPOSED}), ADOPTED, OFFICER | SENIOR, _("Adopt"),
                 unless=(bars.the_proposer,), binding=True, tone="success", explains=adopting),
            Step("withdraw", frozenset({PROPOSED}), WITHDRAWN, OFFICER | SENIOR, _("Withdraw"),
                 asks=("reason",), tone="danger",
                 explains=_("The proposal is dropped. It can be proposed again.")),
            Step("supersede", frozenset({ADOPTED}), SUPERSEDED, OFFICER | SENIOR, _("Supersede"), inner=True),
            Step("retire", frozenset({ADOPTED}), REPEALED, SENIOR, _("Take out of use"),
                 unless=(bars.the_adopter,), asks=("reason",), tone="danger", binding=True, explains=retiring),
        ),
    )  # fmt: skip


ATTESTATION = dated(
    "euc.attestation",
    _("It counts for certificates issued from its first day on; older ones keep their way."),
    _("It no longer counts for certificates issued from today on; older ones keep their way."),
)
QUALITY = dated(
    "euc.quality",
    _("It counts for what is submitted from its first day on."),
    _("What is submitted from today on is no longer held against it."),
)

HIT = Workflow(
    name="euc.hit",
    initial=OPEN,
    statuses=(OPEN, SUSPECTED, CONFIRMED, DISMISSED, LAPSED),
    labels=LABELS,
    steps=(
        Step("dismiss", frozenset({OPEN}), DISMISSED, OFFICER | SENIOR, _("Not the same"),
             unless=(bars.connected_with_the_importer,), asks=("reason",), tone="success",
             explains=_("Your reason is kept. It holds until the party or the entry changes.")),
        Step("suspect", frozenset({OPEN}), SUSPECTED, OFFICER, _("Perhaps the same"),
             unless=(bars.connected_with_the_importer,), asks=("reason",), tone="warning",
             explains=_("A senior officer, who must be another person, decides next.")),
        Step("confirm", frozenset({SUSPECTED}), CONFIRMED, SENIOR, _("It is the same"),
             unless=(bars.connected_with_the_importer, bars.the_suspecter), asks=("reason",),
             tone="danger", binding=True,
             explains=_("The certificate can neither be approved nor issued while this stands.")),
        Step("clear", frozenset({SUSPECTED, CONFIRMED}), DISMISSED, SENIOR, _("Clear: not the same"),
             unless=(bars.connected_with_the_importer, bars.the_suspecter), asks=("reason",),
             tone="success", binding=True,
             explains=_("Your reason is kept. It holds until the party or the entry changes.")),
        Step("reopen", frozenset({LAPSED}), OPEN, CLOCK, _("Reopen"), inner=True),
        Step("lapse", frozenset({OPEN, SUSPECTED, CONFIRMED, DISMISSED}), LAPSED, CLOCK, _("Lapse"), inner=True),
    ),
)  # fmt: skip
