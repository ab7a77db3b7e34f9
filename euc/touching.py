"""Which certificates a control rule touches: those with a goods line it may reach. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from euc import workflow
from euc.models import ELEMENTS, Certificate, ControlRule, GoodsLine

OPEN = workflow.EDITABLE | workflow.UNDER_REVIEW
IN_FORCE = frozenset({workflow.ISSUED})


@dataclass(frozen=True)
class Touched:
    """How many certificates of one importer a rule touches."""

    importer: int
    issued: int
    open: int


def certificates(rule: ControlRule) -> QuerySet[Certificate]:
    """Issued and open certificates with a line that the rule, or the one it replaces, names or may name.

    An element that is not stated may be contained. The form is not asked: a rule is read anew for each form.
    """
    reached = Q(pk__in=[])
    for version in filter(None, (rule, rule.supersedes)):
        reached |= _reach(version)
    lines = GoodsLine.objects.filter(reached, certificate=OuterRef("pk"))
    return Certificate.objects.filter(Exists(lines), status__in=OPEN | IN_FORCE)


def _reach(rule: ControlRule) -> Q:
    if not rule.touches_lines():
        return Q(pk__in=[])
    contained = Q(pk__in=[])
    for element in rule.elements:
        if element in ELEMENTS:
            contained |= Q(**{f"{element}__gt": 0}) | Q(**{f"{element}__isnull": True})
    reached = Q(family__in=rule.whole_families) | (Q(family__in=rule.families) & contained)
    if rule.effect in {ControlRule.Effect.CLARIFICATION}:
        reached |= Q(form__in=rule.forms)
    return reached


def by_importer(rule: ControlRule) -> list[Touched]:
    """The importers whose certificates are touched, with counts. One query, so one moment."""
    rows = (
        certificates(rule)
        .order_by()
        .values("importer")
        .annotate(
            issued=Count("pk", Q(status__in=IN_FORCE)),
            open=Count("pk", Q(status__in=OPEN)),
        )
        .order_by("importer")
    )
    return [Touched(row["importer"], row["issued"], row["open"]) for row in rows]


def seen(rule: ControlRule, actor: object) -> QuerySet[Certificate]:
    """The touched certificates this actor may see."""
    mine = Certificate.objects.visible_to(actor).values("pk")
    return certificates(rule).filter(pk__in=mine)


def counts(certificates: QuerySet[Certificate]) -> dict[str, int]:
    return certificates.aggregate(
        issued=Count("pk", Q(status__in=IN_FORCE)), open=Count("pk", Q(status__in=OPEN))
    )
