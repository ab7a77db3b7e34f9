"""An undertaking for a period in any status, reached through the services as people reach it."""

from datetime import timedelta

from euc import pledges, workflow
from euc.demonstration import EXPORTER
from euc.models import Undertaking
from euc.models.certificate import today


def draft(life, *, codes=("EX_REJECTS", "EX_SCRAP"), **more) -> Undertaking:
    undertaking = pledges.start(by=life.drafter)
    columns = {
        "exporter_name": EXPORTER["name"],
        "exporter_name_zh": EXPORTER["name_zh"],
        "exporter_registration": EXPORTER["uscc"],
        "valid_from": today(),
        "valid_until": today() + timedelta(days=364),
    }
    recycler = {"EX_SCRAP": ("Pune Recycling (test)", "27AAPFU0939F1ZV")}
    pledges.record(
        undertaking=undertaking, by=life.drafter, columns=columns | more, codes=set(codes), parties=recycler
    )
    return undertaking


def signed(life, **given) -> Undertaking:
    undertaking = draft(life, **given)
    pledges.sign(undertaking=undertaking, by=life.signatory, notice_seen=True)
    return undertaking


def approved(life, **given) -> Undertaking:
    undertaking = signed(life, **given)
    pledges.approve(undertaking=undertaking, by=life.officer, seen_hash=undertaking.content_hash)
    return undertaking


def in_force(life, **given) -> Undertaking:
    undertaking = approved(life, **given)
    pledges.bring_into_force(undertaking=undertaking, by=life.senior, seen_hash=undertaking.content_hash)
    return undertaking


def in_status(life, status: str) -> Undertaking:
    made = {
        workflow.DRAFT: draft,
        workflow.SIGNED: signed,
        workflow.RETURNED: signed,
        workflow.APPROVED: approved,
        workflow.REJECTED: signed,
        workflow.WITHDRAWN: draft,
    }.get(status, in_force)(life)
    last = {
        workflow.RETURNED: lambda: pledges.send_back(undertaking=made, by=life.officer, reason="why"),
        workflow.REJECTED: lambda: pledges.reject(undertaking=made, by=life.officer, reason="why"),
        workflow.WITHDRAWN: lambda: pledges.withdraw(undertaking=made, by=life.drafter, reason="why"),
        workflow.RELEASED: lambda: pledges.release(undertaking=made, by=life.senior, reason="why"),
        workflow.BREACHED: lambda: pledges.declare_breach(
            undertaking=made, by=life.senior, reason="why", concerns=["NO_REEXPORT"]
        ),
        workflow.REVOKED: lambda: pledges.revoke(undertaking=made, by=life.senior, reason="why"),
    }.get(status)
    if last:
        last()
    return Undertaking.objects.get(pk=made.pk)
