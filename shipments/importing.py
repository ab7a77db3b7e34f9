"""Rows of a file as consignments: one row a lot, rows of one invoice one consignment. What is there already stays.

Every text is read by the fields of the pages, so that a file is refused for the same reasons as a person. Reading
asks the database a number of times that does not depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organisation
from euc import printing
from euc import workflow as certificate_law
from euc.models import Certificate, GoodsLine
from licensing.models import Licence
from shipments import forms, import_columns, services, workflow
from shipments.models import Consignment, ImportedKey

MOST_LOTS = 500  # of one invoice
IDLE = (workflow.CANCELLED, workflow.REFUSED)
Problem = tuple[int, str, str]  # row, column, sentence
Taken = dict[int, int]  # milligrams by goods line


@dataclass(frozen=True)
class Row:
    """One row: its number in the file, its texts by what they mean, its key, an earlier row with the same key."""

    number: int
    texts: dict[str, str]
    key: str
    twin: int | None = None


@dataclass
class Plan:
    """The rows of one invoice: what they would become, or what is wrong with them."""

    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    certificate: Certificate | None = None
    given: dict[str, Any] = field(default_factory=dict)
    lots: list[services.LotPlan] = field(default_factory=list)
    known: str = ""

    @property
    def group(self) -> int:
        return self.rows[0].number

    @property
    def is_new(self) -> bool:
        return not self.problems and not self.known


def check(plans: Sequence[Plan], importer: Organisation, taken: Taken) -> None:
    """Read every plan and note what does not hold. `taken` is what the file planned before, and is counted on."""
    library = _Library(plans, importer, taken)
    for plan in plans:
        library.check(plan)


class _Asked:
    """Fields of a form that are asked each text once, since the rows of a file mostly say the same."""

    def __init__(self, fields: dict[str, Any], *, names: Callable[[str], str]) -> None:
        self.fields, self.names = fields, names
        self.answers: dict[tuple[str, str], tuple[Any, list[str]]] = {}

    def read(self, texts: dict[str, str], number: int) -> tuple[dict[str, Any], list[Problem]]:
        found, problems = {}, []
        for name in self.fields:
            value, wrong = self._ask(name, texts.get(self.names(name), ""))
            found[name] = value
            problems += [(number, self.names(name), said) for said in wrong]
        return found, problems

    def _ask(self, name: str, text: str) -> tuple[Any, list[str]]:
        if (name, text) not in self.answers:
            try:
                self.answers[name, text] = self.fields[name].clean(text), []
            except ValidationError as refused:
                self.answers[name, text] = None, list(refused.messages)
        return self.answers[name, text]


_PAPERS = {name: field for name, field in forms.PapersForm.base_fields.items() if name != "licence"}
_LOT = {name: field for name, field in forms.LotForm.base_fields.items() if name != "line"}
_COLUMN_OF = {field: name for name, field in import_columns.OF_LOTS.items()}


class _Library:
    """What the rows name of the importer's own: certificates, licences, invoices, keys. Whatever else is unknown."""

    def __init__(self, plans: Sequence[Plan], importer: Organisation, taken: Taken) -> None:
        self.taken = taken
        rows = [row for plan in plans for row in plan.rows]

        def named(column: str) -> set[str]:
            return {text for row in rows if (text := row.texts.get(column))}

        issued = Certificate.objects.filter(importer=importer, status__in=certificate_law.WAS_ISSUED)
        issued = issued.filter(reference__in={name.upper() for name in named("certificate")})
        self.certificates = {one.reference: one for one in issued.prefetch_related("goods")}
        known = self.certificates.values()
        self.goods = {one.pk: {line.number: line for line in one.goods.all()} for one in known}
        licences = Licence.objects.filter(importer=importer, number__in=named("licence"))
        self.licences = {(one.exporter_name, one.number): one for one in licences.prefetch_related("lines")}
        # Another file may be planned between two of these reads: a key that is seen has its invoice seen after it,
        # and whatever was hidden when it was seen is hidden or whole by the end.
        keys = ImportedKey.objects.filter(importer=importer, key__in={row.key for row in rows})
        keys = keys.exclude(consignment__status__in=IDLE)
        self.keys = {
            key: (reference, invoice)
            for key, reference, invoice in keys.values_list(
                "key", "consignment__reference", "consignment__invoice_number"
            )
        }
        living = Consignment.objects.filter(importer=importer).exclude(status__in=IDLE)
        invoices = living.filter(invoice_number__in=named("invoice_number"))
        self.invoices = {
            (exporter, invoice): (reference, certificate)
            for exporter, invoice, reference, certificate in invoices.values_list(
                "exporter_name", "invoice_number", "reference", "certificate_id"
            )
        }
        hidden = invoices.filter(import_file__is_hidden=True)
        self.unseen = set(hidden.values_list("exporter_name", "invoice_number"))
        self.unseen_keys = set(
            keys.filter(consignment__import_file__is_hidden=True).values_list("key", flat=True)
        )
        self.papers = _Asked(_PAPERS, names=lambda name: name)
        self.lots = _Asked(_LOT, names=lambda name: _COLUMN_OF[name])

    def check(self, plan: Plan) -> None:
        plan.problems += _shape(plan)
        names = {row.texts.get("certificate", "").upper() for row in plan.rows}
        plan.certificate = self.certificates.get(next(iter(names))) if len(names) == 1 else None
        if plan.certificate is None:
            text = _("An invoice names one issued certificate of the importer in all its rows.")
            plan.problems.append((plan.group, "certificate", text))
        if plan.problems or self._is_known(plan, plan.certificate):
            return
        assert plan.certificate is not None
        self._read_papers(plan, plan.certificate)
        self._read_lots(plan, self.goods[plan.certificate.pk])
        if not plan.problems:
            self._weigh(plan, self.goods[plan.certificate.pk])

    def _is_known(self, plan: Plan, certificate: Certificate | None) -> bool:
        """Whether all of it is there already, or is there in a way that these rows contradict."""
        assert certificate is not None
        invoice = plan.rows[0].texts["invoice_number"]
        unseen = [row.number for row in plan.rows if row.key in self.unseen_keys]
        if unseen or (certificate.exporter_name, invoice) in self.unseen:
            text = _("Another file with this row is being planned as a whole just now.")
            plan.problems += [(number, "key", text) for number in unseen or [plan.group]]
            return True
        reference, under = self.invoices.get((certificate.exporter_name, invoice), ("", 0))
        if reference and under != certificate.pk:
            text = _("%(reference)s carries this invoice under another certificate.")
            plan.problems.append((plan.group, "invoice_number", text % {"reference": reference}))
            return True
        for row in plan.rows:
            held, of = self.keys.get(row.key, ("", ""))
            if held and (held, of) != (reference, invoice):
                text = _("%(reference)s holds a row with this key already, of another invoice.")
                plan.problems.append((row.number, "key", text % {"reference": held}))
        keyed = [row for row in plan.rows if row.key in self.keys]
        if reference and not plan.problems and keyed:
            new = [row for row in plan.rows if row.key not in self.keys]
            text = _("%(reference)s was planned without this row. Change that consignment instead.")
            plan.problems += [(row.number, "", text % {"reference": reference}) for row in new]
        plan.known = "" if plan.problems else reference
        return bool(plan.known or plan.problems)

    def _read_papers(self, plan: Plan, certificate: Certificate) -> None:
        first = plan.rows[0]
        cleaned, wrong = self.papers.read(first.texts, first.number)
        licence, number = None, first.texts.get("licence", "")
        if number:
            licence = self.licences.get((certificate.exporter_name, number))
            if licence is None:
                text = _("There is no such licence of this certificate's exporter.")
                wrong.append((first.number, "licence", text))
        together = {**cleaned, "licence": number}
        wrong += _said(first.number, forms.check_papers(together))
        plan.problems += wrong
        if not wrong:
            plan.given = forms.given_of_papers(together, licence)

    def _read_lots(self, plan: Plan, goods: dict[int, GoodsLine]) -> None:
        numbers = {str(number) for number in goods}
        for row in plan.rows:
            cleaned, wrong = self.lots.read(row.texts, row.number)
            line = cleaned["line"] = row.texts.get("line", "")
            if line and line not in numbers:
                wrong.append((row.number, "line", _("There is no such goods line.")))
            if not wrong:
                wrong = _said(row.number, forms.check_lot(cleaned))
            plan.problems += wrong
            if not wrong:
                plan.lots.append(forms.lot_plan(cleaned))

    def _weigh(self, plan: Plan, goods: dict[int, GoodsLine]) -> None:
        """More than is left of a goods line is not planned; what the file planned before it counts."""
        after = dict(self.taken)
        for row, lot in zip(plan.rows, plan.lots, strict=True):
            line = goods[lot.line]
            left = line.left_mg - after.get(line.pk, 0)
            if lot.weight_mg > left:
                text = _(
                    "Goods line %(number)s of the certificate has %(left)s kg left; %(asked)s kg more were asked for."
                )
                said = {"number": lot.line, "left": printing.kilograms(max(left, 0))}
                said |= {"asked": printing.kilograms(lot.weight_mg)}
                plan.problems.append((row.number, "weight_kg", text % said))
            after[line.pk] = after.get(line.pk, 0) + lot.weight_mg
        if not plan.problems:
            self.taken.update(after)


def _said(number: int, found: Iterator[tuple[str, Any]]) -> list[Problem]:
    problems: list[Problem] = []
    for name, wrong in found:
        messages = wrong.messages if isinstance(wrong, ValidationError) else [str(wrong)]
        problems += [(number, _COLUMN_OF.get(name, name), said) for said in messages]
    return problems


def _shape(plan: Plan) -> list[Problem]:
    """What is wrong with rows whatever they say: no invoice, too many, the same twice, papers that differ."""
    first, found = plan.rows[0], []
    if not first.texts.get("invoice_number"):
        found.append((first.number, "invoice_number", _("Enter the exporter's invoice number.")))
    if len(plan.rows) > MOST_LOTS:
        text = _("An invoice has at most %(most)d rows.") % {"most": MOST_LOTS}
        return [*found, (first.number, "", text)]
    for row in plan.rows:
        if import_columns.SURPLUS in row.texts:
            found.append((row.number, "", _("The row has more cells than the head.")))
        if row.twin is not None:
            text = _(
                "Row %(row)d has the same key; without one of its own, certificate, invoice, line and lot tell a row."
            )
            found.append((row.number, "key", text % {"row": row.twin}))
        for name in import_columns.OF_PAPERS:
            said = row.texts.get(name, "")
            if said and said != first.texts.get(name, ""):
                text = _("This differs from row %(row)d of the same invoice.")
                found.append((row.number, name, text % {"row": first.number}))
    return found
