"""Inspecting a certificate with the quality checks in use: rows in, findings out, and the importer's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum

from accounts.roles import Role
from euc import assessing, control, quality, workflow
from euc.models import Certificate, QualityRule
from euc.models.certificate import financial_year, today

LIVE = (workflow.SUBMITTED, workflow.RETURNED, workflow.APPROVED, workflow.ISSUED)
COUNTED = (*LIVE, workflow.EXHAUSTED, workflow.EXPIRED)
USE_TEXTS = (
    "purpose",
    "purpose_zh",
    "product",
    "model",
    "oem",
    "plant_name",
    "position",
    "destination_market",
)


@dataclass(frozen=True)
class Answered:
    """A finding beside what the importer said to it, if anything."""

    finding: quality.Finding
    answer: str = ""
    answered_by: str = ""

    @property
    def label(self) -> Any:
        return QualityRule.Severity(self.finding.severity).label

    @property
    def tone(self) -> str:
        """How the badge looks: what still stops it, what was explained, what is only said."""
        if self.is_open:
            return "danger" if self.finding.severity == quality.REFUSE else "warning"
        return "info" if self.answer else "neutral"

    @property
    def is_open(self) -> bool:
        """Whether it still keeps the certificate from being submitted."""
        severity = self.finding.severity
        return severity == quality.REFUSE or (severity == quality.EXPLAIN and not self.answer)

    def as_json(self) -> dict[str, Any]:
        return {"finding": self.finding.as_json(), "answer": self.answer, "answered_by": self.answered_by}


def inspected(certificate: Certificate) -> list[Answered]:
    """What the checks find in the certificate as it stands, with the answers. Ten queries at most."""
    answers = {a.fingerprint: a for a in certificate.finding_answers.select_related("answered_by")}
    found = []
    for finding in findings(certificate):
        answer = answers.get(finding.fingerprint)
        said = (answer.text, answer.answered_by.full_name) if answer else ()
        found.append(Answered(finding, *said))
    return found


def of_revision(certificate: Certificate) -> list[Answered]:
    """What was found in the revision that was submitted last, as kept with it; nothing before. One query."""
    revision = certificate.revisions.filter(number=certificate.revision_number).first()
    return kept(revision.findings) if revision else []


def kept(rows: list[dict[str, Any]]) -> list[Answered]:
    """The findings of a revision as they were kept with it."""
    return [Answered(quality.Finding(**row["finding"]), row["answer"], row["answered_by"]) for row in rows]


def findings(certificate: Certificate) -> list[quality.Finding]:
    """What the checks in use today in India find in the certificate as it stands. Six queries."""
    rules = list(QualityRule.objects.in_use_on(today()).order_by("id"))
    return quality.findings(_facts(certificate), rules)


def _facts(certificate: Certificate) -> quality.Facts:
    use = certificate.end_use
    return quality.Facts(
        parties=_parties(certificate),
        lines=_lines(certificate),
        use=quality.Use(
            {name: getattr(use, name) for name in USE_TEXTS}, use.magnet_per_unit_mg, use.units_per_year
        ),
        order=certificate.po_number,
        evidence=tuple(quality.File(one.name, one.kind, one.line) for one in certificate.current_evidence()),
        others=_others(certificate),
        certified_mg=_certified_mg(certificate),
        empowered=certificate.importer.memberships.active()
        .filter(role=Role.SIGNATORY)
        .exclude(authority_reference="")
        .exists(),
    )


def _parties(certificate: Certificate) -> tuple[quality.Party, ...]:
    firm = certificate.importer
    importer = quality.Party("IMPORTER", firm.name, firm.name_zh, firm.country, firm.iec)
    columns = ("role", "name", "name_zh", "country", "registration", "address", "address_zh")
    return importer, *(
        quality.Party(**{name: getattr(party, name) for name in columns})
        for party in certificate.parties_by_role().values()
    )


def _lines(certificate: Certificate) -> tuple[quality.Line, ...]:
    rules, on = assessing.rules(), control.day_in_china()
    columns = ("number", "family", "net_weight_mg", "value", "currency", "description", "description_zh")
    found = []
    for line in certificate.lines():
        assessed = control.assess(assessing.facts_of(line), on, rules)
        found.append(
            quality.Line(
                **{name: getattr(line, name) for name in columns},
                codes_differ=bool(control.compare(line.control_codes, assessed)),
                may_be_controlled=assessed.controlled is not False,
            )
        )
    return tuple(found)


def _siblings(certificate: Certificate) -> QuerySet:
    """The importer's other certificates, without the one that this one is to replace."""
    others = Certificate.objects.filter(importer_id=certificate.importer_id)
    return others.exclude(pk__in=[certificate.pk, certificate.supersedes_id or certificate.pk])


def _others(certificate: Certificate) -> tuple[str, ...]:
    if not certificate.po_number:
        return ()
    same = _siblings(certificate).filter(po_number__iexact=certificate.po_number, status__in=LIVE)
    return tuple(same.order_by("id").values_list("reference", flat=True)[:3])


def _certified_mg(certificate: Certificate) -> int:
    use = certificate.end_use
    year = financial_year(today())
    same = _siblings(certificate).filter(
        status__in=COUNTED,
        reference__contains=f"/{year}/",
        end_use__product__iexact=use.product,
        end_use__model__iexact=use.model,
    )
    left = Sum(F("goods__net_weight_mg") - F("goods__released_mg"))
    return same.aggregate(total=left)["total"] or 0
