"""Every status x verb x role, for every life, tried through the services: what the law says is what happens."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.roles import Role
from euc import pledges, services, workflow
from euc.models import Certificate, Undertaking
from euc.views import certificates as certificate_views
from euc.views import undertakings as undertaking_views
from tests.euc import pledge
from workflow import engine
from workflow.engine import NotAllowed, WrongStatus
from workflow.models import Event

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def ended_by(by):
    return {"ended_by": by.person, "ended_at": NOW, "end_reason": "why"}


CERTIFICATE_SERVICES = {
    "submit": lambda c, by: services.submit(certificate=c, by=by, notice_seen=True),
    "approve": lambda c, by: services.approve(certificate=c, by=by, seen_hash=c.content_hash),
    "send_back": lambda c, by: services.send_back(certificate=c, by=by, reason="why"),
    "issue": lambda c, by: services.issue(certificate=c, by=by, seen_hash=c.content_hash),
    "reject": lambda c, by: services.reject(certificate=c, by=by, reason="why"),
    "withdraw": lambda c, by: services.withdraw(certificate=c, by=by, reason="why"),
    "revoke": lambda c, by: services.revoke(certificate=c, by=by, reason="why"),
    "expire": lambda c, by: services.expire(certificate=c, by=by),
    "exhaust": lambda c, by: services.exhaust(certificate=c, by=by),
    "supersede": lambda c, by: engine.take(
        workflow.CERTIFICATE, "supersede", c, by=by, sets=services._ended(by, c.created_at, "")
    ),
}
UNDERTAKING_SERVICES = {
    "release": lambda u, by: pledges.release(undertaking=u, by=by, reason="why"),
    "declare_breach": lambda u, by: pledges.declare_breach(
        undertaking=u, by=by, reason="why", concerns=["NO_WMD"]
    ),
    "revoke": lambda u, by: pledges.revoke(undertaking=u, by=by, reason="why"),
    "sign": lambda u, by: pledges.freeze_and_sign(u, law=workflow.UNDERTAKING, by=by, at=NOW),
    "approve": lambda u, by: pledges.approve_inner(u, law=workflow.UNDERTAKING, by=by, at=NOW),
    "bring_into_force": lambda u, by: pledges.bring_inner(u, law=workflow.UNDERTAKING, by=by, at=NOW),
    **{
        verb: lambda u, by, verb=verb: engine.take(
            workflow.UNDERTAKING,
            verb,
            u,
            by=by,
            sets=ended_by(by) if verb != "send_back" else pledges.NO_APPROVAL,
        )
        for verb in ("send_back", "reject", "withdraw")
    },
}
BLANKET_SERVICES = UNDERTAKING_SERVICES | {
    "sign": lambda u, by: pledges.sign(undertaking=u, by=by, notice_seen=True),
    "approve": lambda u, by: pledges.approve(undertaking=u, by=by, seen_hash=u.content_hash),
    "bring_into_force": lambda u, by: pledges.bring_into_force(
        undertaking=u, by=by, seen_hash=u.content_hash
    ),
    "send_back": lambda u, by: pledges.send_back(undertaking=u, by=by, reason="why"),
    "reject": lambda u, by: pledges.reject(undertaking=u, by=by, reason="why"),
    "withdraw": lambda u, by: pledges.withdraw(undertaking=u, by=by, reason="why"),
}
LAWS = (workflow.CERTIFICATE, workflow.UNDERTAKING, workflow.BLANKET)
EVERY_STEP = [(law, step) for law in LAWS for step in law.steps]
IDS = [f"{law.name}-{step.verb}" for law, step in EVERY_STEP]


class _Undo(Exception):
    pass


@contextmanager
def undone():
    """What happens inside did not happen."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def expected(step, status, role):
    """What the law says of one cell."""
    if status not in step.sources:
        return "WrongStatus"
    return step.target if role in step.roles else "NotAllowed"


def outcome(subject, verb, attempt, by):
    """What happens in one cell: the new status, or the refusal; in between nothing may be written."""
    before = Event.objects.count()
    with undone():
        fresh = type(subject).objects.get(pk=subject.pk)
        try:
            attempt(fresh, by)
        except (WrongStatus, NotAllowed) as refusal:
            unchanged = type(subject).objects.get(pk=subject.pk).status == subject.status
            assert unchanged, f"{verb} was refused and changed the status"
            assert Event.objects.count() == before, f"{verb} was refused and wrote history"
            return type(refusal).__name__
        label = "euc.certificate" if isinstance(subject, Certificate) else subject.law.name
        told = Event.objects.filter(pk__gt=0, verb=f"{label}.{verb}", subject_id=subject.pk)
        assert told.order_by("id").last().to_status == fresh.status
        return type(subject).objects.get(pk=subject.pk).status


def differing_cells(law, attempts, subject, people):
    """Every verb x role in this status, where what happens is not what the law says."""
    cells = {
        (step.verb, role): (
            expected(step, subject.status, role),
            outcome(subject, step.verb, attempts[step.verb], by),
        )
        for step in law.steps
        for role, by in people.items()
    }
    assert len(cells) == len(law.steps) * len(Role)
    return {cell: pair for cell, pair in cells.items() if pair[0] != pair[1]}


class TestEveryCell:
    @pytest.mark.parametrize("status", [s for s in workflow.CERTIFICATE.statuses if s != workflow.EXPIRED])
    def test_of_a_certificate_does_what_the_law_says(self, life, everybody, status):
        certificate = life.in_status(status)
        assert certificate.status == status
        differing = differing_cells(workflow.CERTIFICATE, CERTIFICATE_SERVICES, certificate, everybody)
        if status == workflow.ISSUED:  # the only bar that holds for the right person: it is not over yet
            assert differing.pop(("expire", Role.CLOCK)) == (workflow.EXPIRED, "NotAllowed")
        assert differing == {}

    def test_of_an_issued_certificate_past_its_validity_does_too(self, everybody, expired):
        assert differing_cells(workflow.CERTIFICATE, CERTIFICATE_SERVICES, expired, everybody) == {}

    def test_of_an_expired_certificate_does_too(self, everybody, expired, clock):
        services.expire(certificate=expired, by=clock)
        assert expired.status == workflow.EXPIRED
        assert differing_cells(workflow.CERTIFICATE, CERTIFICATE_SERVICES, expired, everybody) == {}

    @pytest.mark.parametrize("status", workflow.UNDERTAKING.statuses)
    def test_of_an_undertaking_does_what_the_law_says(self, life, everybody, status):
        undertaking = undertaking_in(life, status)
        assert undertaking.status == status
        assert differing_cells(workflow.UNDERTAKING, UNDERTAKING_SERVICES, undertaking, everybody) == {}

    @pytest.mark.parametrize("status", workflow.BLANKET.statuses)
    def test_of_an_undertaking_for_a_period_does_what_the_law_says(self, life, everybody, status):
        undertaking = pledge.in_status(life, status)
        assert undertaking.status == status
        assert differing_cells(workflow.BLANKET, BLANKET_SERVICES, undertaking, everybody) == {}


def undertaking_in(life, status):
    certificate = {
        workflow.DRAFT: life.draft,
        workflow.SIGNED: life.submitted,
        workflow.RETURNED: life.returned,
        workflow.APPROVED: life.approved,
        workflow.REJECTED: life.rejected,
        workflow.WITHDRAWN: life.withdrawn,
    }.get(status, life.issued)()
    undertaking = Undertaking.objects.get(certificate=certificate)
    ending = {
        workflow.RELEASED: UNDERTAKING_SERVICES["release"],
        workflow.BREACHED: UNDERTAKING_SERVICES["declare_breach"],
        workflow.REVOKED: UNDERTAKING_SERVICES["revoke"],
    }.get(status)
    if ending:
        ending(undertaking, life.senior)
    return undertaking


class TestEveryStep:
    @pytest.mark.parametrize(("law", "step"), EVERY_STEP, ids=IDS)
    def test_has_a_label(self, law, step):
        assert str(step.label)

    @pytest.mark.parametrize(("law", "step"), EVERY_STEP, ids=IDS)
    def test_has_a_service_or_is_inner(self, law, step):
        module = services if law is workflow.CERTIFICATE else pledges
        assert step.inner or callable(getattr(module, step.verb))

    @pytest.mark.parametrize(("law", "step"), EVERY_STEP, ids=IDS)
    def test_has_a_door_and_an_explanation_or_is_inner_or_the_clock_s(self, law, step):
        doors = (certificate_views if law is workflow.CERTIFICATE else undertaking_views).SERVICES
        behind_a_door = not step.inner and step.roles != workflow.CLOCK
        assert step.verb in doors or not behind_a_door
        assert bool(str(step.explains)) == behind_a_door

    def test_is_tried_above(self):
        assert set(CERTIFICATE_SERVICES) == {step.verb for step in workflow.CERTIFICATE.steps}
        assert set(UNDERTAKING_SERVICES) == {step.verb for step in workflow.UNDERTAKING.steps}
        assert set(BLANKET_SERVICES) == {step.verb for step in workflow.BLANKET.steps}

    def test_names_roles_that_exist(self):
        assert {role for _, step in EVERY_STEP for role in step.roles} <= set(Role)

    @pytest.mark.parametrize(("law", "step"), EVERY_STEP, ids=IDS)
    def test_that_ends_a_life_asks_why(self, law, step):
        ends = not any(step.target in other.sources for other in law.steps)
        assert not ends or "reason" in step.asks or step.inner or step.roles == workflow.CLOCK


class TestStatuses:
    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
    def test_have_a_label_and_a_tone(self, law):
        assert all(str(workflow.LABELS[status]) and workflow.TONES[status] for status in law.statuses)

    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
    def test_can_all_be_reached(self, law):
        reached, before = {law.initial}, set()
        while reached != before:
            before = set(reached)
            reached |= {step.target for step in law.steps if step.sources & reached}
        assert reached == set(law.statuses)


class TestDrawing:
    def test_is_up_to_date(self):
        call_command("draw_workflows", check=True)
