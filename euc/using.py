"""Which undertakings hold a clause, in which version, as far as one may see them. Reads only."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from euc import workflow
from euc.models import Clause, Undertaking, UndertakingClause

PENDING = frozenset({workflow.SIGNED, workflow.APPROVED})


def undertakings(clause: Clause, actor: Any) -> QuerySet[Undertaking]:
    """The undertakings this actor may see that hold exactly this version."""
    holding = UndertakingClause.objects.filter(clause=clause).values("undertaking")
    return Undertaking.objects.visible_to(actor).filter(pk__in=holding)


def of_any_version(clause: Clause, actor: Any) -> QuerySet[Undertaking]:
    """The undertakings this actor may see that hold any version of the clause."""
    holding = UndertakingClause.objects.filter(clause__code=clause.code).values("undertaking")
    return Undertaking.objects.visible_to(actor).filter(pk__in=holding)


def counts(found: QuerySet[Undertaking]) -> dict[str, int]:
    """How many are drafted, under review and in force. One query."""
    return found.order_by().aggregate(
        drafted=Count("pk", Q(status__in=workflow.EDITABLE)),
        pending=Count("pk", Q(status__in=PENDING)),
        in_force=Count("pk", Q(status=workflow.IN_FORCE)),
    )
