"""Turning clauses and policies into rows that pages show. No queries, no rules of its own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from euc import control, wording
from euc.models import Clause, Policy
from euc.ruling_words import differing


def clause_rows(clause: Clause) -> list[dict[str, Any]]:
    """What stands beside a clause's words, as label and value; what it does not say is left out."""
    found = [
        (_("Kind"), clause.get_kind_display()),
        (_("It names"), clause.get_names_display() if clause.names else ""),
        (_("Basis"), clause.basis),
        (_("Consent is given by"), clause.consent_authority),
        (_("Whose wording"), str(clause.authority) if clause.authority else _("the common library")),
        (_("Counts"), _span(clause)),
        (_("Doubts"), clause.confidence),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def clause_changes(before: Clause, after: Clause) -> dict[str, Any]:
    """What a version says other than an earlier one: its words, and the rows beside them."""
    return {
        "words": wording.compare(before.texts(), after.texts()),
        "changes": differing(clause_rows(before), clause_rows(after)),
        "against": before,
    }


def policy_rows(policy: Policy) -> list[dict[str, Any]]:
    found = [
        (_("Clause"), policy.clause_code),
        (_("Paper"), policy.get_template_display() if policy.template else _("every paper")),
        (_("The clause is"), policy.get_stance_display()),
        (_("Authority"), str(policy.authority) if policy.authority else _("every authority without its own")),
        (_("Counts"), _span(policy)),
        (_("Source"), policy.source),
        (_("Doubts"), policy.doubt),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def policy_changes(before: Policy, after: Policy) -> list[dict[str, Any]]:
    return differing(policy_rows(before), policy_rows(after))


def _span(dated: Clause | Policy) -> str:
    given = {"first": control.day(dated.effective_from), "last": control.day(dated.effective_until)}
    if dated.effective_until:
        return _("from %(first)s to %(last)s") % given
    return _("from %(first)s") % given
