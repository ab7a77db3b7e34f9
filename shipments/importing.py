"""Consignments from a table: one row a lot, rows of one invoice one consignment. What is there already stays.

Every row is read through the forms of the pages, so that a file is refused for the same reasons as a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation
from documents import sheets
from euc import workflow as certificate_law
from euc.models import Certificate
from licensing.models import Licence
from shipments import forms, services, workflow
from shipments.models import Consignment
from workflow import engine

OF_LOTS = {"line": "line", "batch": "batch", "weight_kg": "weight_mg", "pieces": "pieces", "value": "value",
           "currency": "currency"}  # fmt: skip
OF_PAPERS = ("licence", "without_licence", *services.PAPERS)
NAMES = ("certificate", *OF_PAPERS, *OF_LOTS)
NEEDED = ("certificate", "invoice_number", "line", "weight_kg")
MOST_ROWS = 100_000
Row = tuple[int, dict[str, str]]


@dataclass
class Plan:
    """The rows of one invoice: what they would become, or what is wrong with them (row, column, sentence)."""

    invoice: str
    rows: list[Row]
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    certificate: Certificate | None = None
    given: dict[str, Any] = field(default_factory=dict)
    lots: list[services.LotPlan] = field(default_factory=list)
    known: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a file: consignments planned now, there already, and not planned with the reasons."""

    planned: int
    known: int
    bad: list[Plan]

    def reasons(self) -> list[tuple[int, str, str]]:
        """(row, column, sentence) of everything that did not hold, by row."""
        return sorted(problem for plan in self.bad for problem in plan.problems)


def read(content: bytes) -> list[Row]:
    """The rows of a file by column. Raises sheets.Unreadable for a head that is not ours."""
    table = sheets.read(content, most_rows=MOST_ROWS + 1)
    if len(table.rows) < 2:
        raise sheets.Unreadable(_("The file has no row under its head."))
    head = [name.lower() for name in table.rows[0][1]]
    if strange := [name for name in head if name not in NAMES]:
        said = _("The first row names columns that are not known: %(names)s.")
        raise sheets.Unreadable(said % {"names": ", ".join(name[:40] or "–" for name in strange[:5])})
    if len(set(head)) < len(head) or not set(NEEDED) <= set(head):
        said = _("The first row must name each column once, and these among them: %(names)s.")
        raise sheets.Unreadable(said % {"names": ", ".join(NEEDED)})
    return [(number, dict(zip(head, cells, strict=False))) for number, cells in table.rows[1:]]


def plans(rows: Iterable[Row], importer: Organisation) -> list[Plan]:
    """The rows grouped by invoice and checked. As many queries as there are kinds of things, whatever the rows."""
    grouped: dict[str, Plan] = {}
    for number, texts in rows:
        invoice = texts.get("invoice_number", "")
        plan = grouped.setdefault(invoice or f"\x00{number}", Plan(invoice, []))
        plan.rows.append((number, texts))
    library = _Library(importer)
    for plan in grouped.values():
        library.check(plan)
    return list(grouped.values())


class _Library:
    """The importer's certificates, licences and invoices, read once for a whole file."""

    def __init__(self, importer: Organisation) -> None:
        issued = Certificate.objects.filter(importer=importer, status__in=certificate_law.WAS_ISSUED)
        self.certificates = {row.reference: row for row in issued.prefetch_related("goods")}
        licences = Licence.objects.filter(importer=importer).prefetch_related("lines")
        self.licences = list(licences)
        idle = (workflow.CANCELLED, workflow.REFUSED)
        known = Consignment.objects.filter(importer=importer).exclude(status__in=idle)
        self.invoices = {
            (exporter, invoice): (reference, certificate)
            for exporter, invoice, reference, certificate in known.values_list(
                "exporter_name", "invoice_number", "reference", "certificate__reference"
            )
        }

    def check(self, plan: Plan) -> None:
        number, first = plan.rows[0]
        if not plan.invoice:
            plan.problems.append((number, "invoice_number", _("Enter the exporter's invoice number.")))
        names = {texts.get("certificate", "").upper() for _number, texts in plan.rows}
        plan.certificate = self.certificates.get(next(iter(names))) if len(names) == 1 else None
        if plan.certificate is None:
            text = _("An invoice names one issued certificate of the importer in all its rows.")
            plan.problems.append((number, "certificate", text))
            return
        if self._is_known(plan, number):
            return
        self._papers(plan, number, first)
        for row in plan.rows:
            self._lot(plan, *row)

    def _is_known(self, plan: Plan, number: int) -> bool:
        """The same invoice under the same certificate is this consignment; under another it is an error."""
        assert plan.certificate is not None
        found = self.invoices.get((plan.certificate.exporter_name, plan.invoice))
        if found is None:
            return False
        reference, certificate = found
        if certificate == plan.certificate.reference:
            plan.known = reference
        else:
            text = _("%(reference)s carries this invoice under another certificate.")
            plan.problems.append((number, "invoice_number", text % {"reference": reference}))
        return True

    def _papers(self, plan: Plan, number: int, first: dict[str, str]) -> None:
        assert plan.certificate is not None
        exporter = plan.certificate.exporter_name
        licences = [row for row in self.licences if row.exporter_name == exporter]
        by_number = {licence.number: str(licence.pk) for licence in licences}
        typed = {name: first.get(name, "") for name in OF_PAPERS}
        typed["licence"] = by_number.get(typed["licence"], typed["licence"])
        form = forms.PapersForm(typed, certificate=plan.certificate, licences=licences)
        if form.is_valid():
            plan.given = form.given()
        self._note(plan, number, form)

    def _lot(self, plan: Plan, number: int, texts: dict[str, str]) -> None:
        assert plan.certificate is not None
        lines = [(str(line.number), line.description) for line in plan.certificate.goods.all()]
        typed = {field: texts.get(name, "") for name, field in OF_LOTS.items()}
        form = forms.LotForm(typed, lines=lines)
        if form.is_valid():
            plan.lots.append(form.plan())
        self._note(plan, number, form)

    @staticmethod
    def _note(plan: Plan, number: int, form: Any) -> None:
        columns = {field: name for name, field in OF_LOTS.items()}
        for name, errors in form.errors.items():
            plan.problems.extend((number, columns.get(name, name), str(error)) for error in errors)


def carry_out(found: list[Plan], *, by: Actor, skip_bad: bool) -> Outcome:
    """Plan what holds: all of it or, with `skip_bad`, what is good. Each consignment is a transaction of its own.

    Repeating it plans nothing twice: an invoice that is there already is left as it is.
    """
    bad = [plan for plan in found if plan.problems]
    known = sum(bool(plan.known) for plan in found)
    if bad and not skip_bad:
        return Outcome(0, known, bad)
    planned = 0
    for plan in found:
        if plan.problems or plan.known or plan.certificate is None:
            continue
        try:
            with transaction.atomic():
                services.plan(certificate=plan.certificate, by=by, lots=plan.lots, **plan.given)
        except engine.Incomplete as refused:
            said = [(plan.rows[0][0], miss.field, str(miss.message)) for miss in refused.misses]
            bad.append(Plan(plan.invoice, plan.rows, said))
        except engine.Refusal as refused:
            bad.append(Plan(plan.invoice, plan.rows, [(plan.rows[0][0], "", str(refused))]))
        else:
            planned += 1
    return Outcome(planned, known, bad)
