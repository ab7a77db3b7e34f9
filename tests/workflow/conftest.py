"""Something to take steps on, with a small law of its own."""

import pytest

from accounts.roles import Role
from euc import services
from workflow import law
from workflow.law import Miss, Step, Workflow


@pytest.fixture
def draft(drafter):
    """A certificate as somebody has just started it: any model with a status would do."""
    return services.start(by=drafter)


@pytest.fixture
def small_law(monkeypatch):
    """DRAFT and WITHDRAWN, back and forth; `restore` needs a purchase order, asks why and bars its author."""
    monkeypatch.setattr(law, "REGISTRY", {})
    roles = frozenset({Role.DRAFTER})

    def order_missing(subject):
        return [] if subject.po_number else [Miss("order", "po_number", "The order is missing.")]

    def author(subject, by):
        return "Not its author." if subject.created_by_id == by.person.pk else ""

    return Workflow(
        name="small",
        initial="DRAFT",
        statuses=("DRAFT", "WITHDRAWN"),
        labels={"DRAFT": "a draft", "WITHDRAWN": "withdrawn"},
        steps=(
            Step("drop", frozenset({"DRAFT"}), "WITHDRAWN", roles, "Drop"),
            Step(
                "restore", frozenset({"WITHDRAWN"}), "DRAFT", roles, "Restore",
                needs=(order_missing,), unless=(author,), asks=("reason",),
            ),
        ),
    )  # fmt: skip
