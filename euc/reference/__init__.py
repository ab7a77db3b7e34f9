"""Reference data that ships with the product: dated, sourced rows that officers maintain afterwards."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models, transaction

from accounts import actors
from euc import workflow
from euc.models import AttestationRule, Clause, ControlRule, Policy, QualityRule

CLAUSES = Path(__file__).with_name("clauses.json")
ATTESTATION = Path(__file__).with_name("attestation.json")
LISTS = Path(__file__).parent / "lists"
CONTROL_RULES = Path(__file__).with_name("control_rules.json")
QUALITY = Path(__file__).with_name("quality.json")
RULE_DATES = ("effective_from", "suspended_from", "suspended_until", "reported_until")


@transaction.atomic
def load() -> int:
    """Add the clauses and rules that are not there yet; how many. Rows that exist are never changed."""
    return (
        _load_clauses()
        + _load_rules()
        + load_dated(ATTESTATION, AttestationRule)
        + load_dated(QUALITY, QualityRule)
    )


def _load_clauses() -> int:
    """The library with its policies, in use from the start and in the name of the system user."""
    clauses, policies = (
        set(Clause.objects.values_list("code", flat=True)),
        set(Policy.objects.values_list("code")),
    )
    shipped = {"is_shipped": True, "status": workflow.ADOPTED, "proposed_by": actors.clock_person()}
    added: list[Clause | Policy] = []
    for row in json.loads(CLAUSES.read_text(encoding="utf-8")):
        asked, code = row.pop("policies"), row["code"]
        row["effective_from"] = date.fromisoformat(row["effective_from"])
        if code not in clauses:
            added.append(Clause(reference=f"{code}-v1", **row, **shipped))
        for policy in asked:
            name = Policy.code_of(code, policy["template"], None)
            if (name,) not in policies:
                dated = {"effective_from": row["effective_from"], "position": row["position"]}
                added.append(
                    Policy(reference=f"{name}-v1", code=name, clause_code=code, **policy, **dated, **shipped)
                )
    for kind in (Clause, Policy):
        kind.objects.bulk_create(row for row in added if isinstance(row, kind))
    return len(added)


def shipped_rules() -> list[dict[str, Any]]:
    """The rules that ship with the product, as columns."""
    rows = json.loads(CONTROL_RULES.read_text(encoding="utf-8"))
    for row in rows:
        row |= {name: date.fromisoformat(row[name]) for name in RULE_DATES if row.get(name)}
        if row.get("threshold"):
            row["threshold"] = Decimal(row["threshold"])
    return rows


def _load_rules() -> int:
    """In use from the start, in the name of the system user: nobody is said to have adopted or checked them."""
    known = set(ControlRule.objects.values_list("code", flat=True))
    missing = [row for row in shipped_rules() if row["code"] not in known]
    if missing:
        shipped = {"is_shipped": True, "status": workflow.ADOPTED, "proposed_by": actors.clock_person()}
        ControlRule.objects.bulk_create(
            ControlRule(reference=f"{row['code']}-v1", **row, **shipped) for row in missing
        )
    return len(missing)


def load_dated(path: Path, kind: type[models.Model]) -> int:
    """Rows that are in use from the start, in the name of the system user like the control rules."""
    known = set(kind.objects.values_list("code", flat=True))
    missing = [row for row in json.loads(path.read_text(encoding="utf-8")) if row["code"] not in known]
    shipped = {"is_shipped": True, "status": workflow.ADOPTED, "proposed_by": actors.clock_person()}
    for row in missing:
        row["effective_from"] = date.fromisoformat(row["effective_from"])
        row |= {name: Decimal(row[name]) for name in ("low", "high") if name in row}
    kind.objects.bulk_create(kind(reference=f"{row['code']}-v1", **row, **shipped) for row in missing)
    return len(missing)
