"""Turning stored content into rows that pages show: summaries, differences, history. No queries, no rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from euc import content as contents
from euc import countries, printing, risk, workflow
from euc.models import Certificate, EndUse, GoodsLine
from workflow.law import Workflow

PAGE_TITLES = {
    "parties": gettext_lazy("Parties"),
    "order": gettext_lazy("Purchase order"),
    "goods": gettext_lazy("Goods"),
    "end-use": gettext_lazy("End use"),
    "undertakings": gettext_lazy("Undertakings"),
    "evidence": gettext_lazy("Evidence"),
    "check": gettext_lazy("Check and submit"),
}
PATH_LABELS = {
    "parties": gettext_lazy("Parties"),
    "exporter": gettext_lazy("exporter"),
    "importer": gettext_lazy("importer"),
    "consignee": gettext_lazy("consignee"),
    "end_user": gettext_lazy("end user"),
    "order": gettext_lazy("Purchase order"),
    "number": gettext_lazy("number"),
    "date": gettext_lazy("date"),
    "contract_number": gettext_lazy("contract number"),
    "goods": gettext_lazy("Goods line"),
    "end_use": gettext_lazy("End use"),
    "undertakings": gettext_lazy("Undertaking"),
    "clauses": gettext_lazy("clause"),
    "evidence": gettext_lazy("Evidence"),
    "signatory": gettext_lazy("Signatory"),
    "name": gettext_lazy("name"),
    "name_zh": gettext_lazy("name in Chinese"),
    "address": gettext_lazy("address"),
    "address_zh": gettext_lazy("address in Chinese"),
    "country": gettext_lazy("country"),
    "identifiers": gettext_lazy("registration"),
    "phone": gettext_lazy("telephone"),
    "email": gettext_lazy("e-mail"),
    "website": gettext_lazy("website"),
    "description": gettext_lazy("description"),
    "description_zh": gettext_lazy("description in Chinese"),
    "family": gettext_lazy("magnet family"),
    "form": gettext_lazy("form of the goods"),
    "grade": gettext_lazy("grade"),
    "assessment": gettext_lazy("assessment"),
    "weight_class": gettext_lazy("class"),
    "controlled": gettext_lazy("controlled"),
    "codes": gettext_lazy("codes"),
    "licence_needed": gettext_lazy("licence needed"),
    "reexport_rule": gettext_lazy("re-export rule"),
    "dimensions": gettext_lazy("dimensions"),
    "coating": gettext_lazy("coating"),
    "composition": gettext_lazy("composition"),
    "itc_hs": gettext_lazy("ITC-HS code (India)"),
    "cn_hs": gettext_lazy("HS code (China)"),
    "control_codes": gettext_lazy("Chinese control codes"),
    "net_weight_mg": gettext_lazy("net weight"),
    "pieces": gettext_lazy("pieces"),
    "value": gettext_lazy("value"),
    "currency": gettext_lazy("currency"),
    "purpose": gettext_lazy("specific end use"),
    "purpose_zh": gettext_lazy("specific end use in Chinese"),
    "product": gettext_lazy("product"),
    "model": gettext_lazy("model"),
    "sector_label": gettext_lazy("sector"),
    "position": gettext_lazy("where the magnet sits"),
    "magnet_per_unit_mg": gettext_lazy("magnet weight in one product"),
    "units_per_year": gettext_lazy("products made in a year"),
    "destination_market": gettext_lazy("where the product is sold"),
}
VERBS = {
    "start": gettext_lazy("Draft opened"),
    "submit": gettext_lazy("Signed and submitted"),
    "assign": gettext_lazy("Reviewer assigned"),
    "approve": gettext_lazy("Approved"),
    "send_back": gettext_lazy("Returned for correction"),
    "issue": gettext_lazy("Issued"),
    "reject": gettext_lazy("Rejected"),
    "withdraw": gettext_lazy("Withdrawn"),
    "revoke": gettext_lazy("Revoked"),
    "expire": gettext_lazy("Expired"),
    "exhaust": gettext_lazy("Used up"),
    "supersede": gettext_lazy("Superseded"),
    "seal_document": gettext_lazy("Signed document made"),
    "sign": gettext_lazy("Signed"),
    "bring_into_force": gettext_lazy("Brought into force"),
    "release": gettext_lazy("Released"),
    "declare_breach": gettext_lazy("Breach declared"),
    "download": gettext_lazy("Downloaded"),
    "find": gettext_lazy("Found by screening"),
    "dismiss": gettext_lazy("Judged not the same"),
    "suspect": gettext_lazy("Judged perhaps the same"),
    "confirm": gettext_lazy("Confirmed as the same"),
    "clear": gettext_lazy("Cleared as not the same"),
    "lapse": gettext_lazy("No longer matches"),
    "reopen": gettext_lazy("Found again by screening"),
    "propose": gettext_lazy("Proposed"),
    "adopt": gettext_lazy("Adopted"),
    "repeal": gettext_lazy("Repealed"),
    "give_up": gettext_lazy("Quantity given up"),
    "remind": gettext_lazy("Reminder of the end of validity sent"),
    "retire": gettext_lazy("Taken out of use"),
    "signed": gettext_lazy("Original signed in ink and stamped"),
    "handed_in": gettext_lazy("Original handed in at an office"),
    "attested": gettext_lazy("Original attested and received back"),
    "refused": gettext_lazy("Original given back without a stamp"),
    "sent": gettext_lazy("Original sent to China"),
    "delivered": gettext_lazy("Original received in China"),
    "mislaid": gettext_lazy("Original lost"),
    "voided": gettext_lazy("Original marked void"),
    "correct": gettext_lazy("Entry about the original corrected"),
    "reverse": gettext_lazy("Entry about the original reversed"),
    "make_true_copy": gettext_lazy("Cover page of the original asked for"),
    "seal_true_copy": gettext_lazy("Cover page of the original made"),
    "countersign": gettext_lazy("Signed by the importer"),
    "begin_esign": gettext_lazy("Signing by eSign begun"),
    "fail_esign": gettext_lazy("Signing by eSign failed"),
    "expire_esign": gettext_lazy("Signing by eSign ran out of time"),
    "pack_dossier": gettext_lazy("Dossier put together"),
    "add_station": gettext_lazy("Station of the original added"),
    "remove_station": gettext_lazy("Station of the original removed"),
}


def label_of(path: str) -> str:
    """`goods.1.grade` as words: "Goods line 1: grade"."""
    words = [str(PATH_LABELS.get(part, part)) for part in path.split(".")]
    head, rest = words[0], words[1:]
    if rest and rest[0].isdigit():
        head, rest = f"{head} {rest[0]}", rest[1:]
    return f"{head}: {' '.join(rest)}" if rest else head


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """The differences of two revisions as rows for the difference view."""
    return [
        {"label": label_of(d.path), "old": _shown(d.path, d.before), "new": _shown(d.path, d.after)}
        for d in contents.differences(before, after)
        if not d.path.endswith(("kind_label", ".sector", ".size", ".hi", ".zh", ".assessment.on"))
        and ".assessment.why." not in d.path
    ]


def _shown(path: str, value: str) -> str:
    """Weights are compared in milligrams and read in kilograms."""
    return f"{printing.kilograms(int(value))} kg" if path.endswith("_mg") and value else value


def field_label(page: str, field: str, line: int) -> str:
    """A drafting field as words: "Goods, line 1: grade"."""
    name = str(PATH_LABELS.get(field.rpartition("-")[2], field.replace("_", " ")))
    role = str(PATH_LABELS.get(field.rpartition("-")[0], ""))
    where = str(PAGE_TITLES[page]) + (_(", line %(line)d") % {"line": line} if line else "")
    return f"{where}: {role} {name}".replace(":  ", ": ")


def risk_reasons(certificate: Certificate) -> list[Any]:
    return [risk.REASONS[code] for code in certificate.risk_reasons if code in risk.REASONS]


@dataclass(frozen=True)
class Row:
    """One value of a certificate on screen, and the drafting field it comes from."""

    label: Any
    value: Any
    page: str
    field: str
    line: int = 0
    lang: str = ""
    kind: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        return (self.page, self.line, self.field)

    @property
    def anchor(self) -> str:
        """Where it stands on a page, as the `id` of its element."""
        return f"row-{self.page}-{self.line}-{self.field}"

    @property
    def query(self) -> str:
        return urlencode({"page": self.page, "field": self.field, "line": self.line})


@dataclass(frozen=True)
class Section:
    """A part of a certificate on screen."""

    title: Any
    rows: list[Row]
    line: int = 0  # of the goods line it shows


PARTY_TITLES = {
    "exporter": gettext_lazy("Chinese exporter"),
    "importer": gettext_lazy("Importer"),
    "consignee": gettext_lazy("Consignee"),
    "end_user": gettext_lazy("End user"),
}


def sections(content: dict[str, Any]) -> list[Section]:
    """A certificate's content as sections of rows, for reading and for comments on each field."""
    parties = content["parties"]
    shown = [Section(title, _party_rows(role, parties.get(role, {}))) for role, title in PARTY_TITLES.items()]
    same = [s for s in shown if s.title == PARTY_TITLES["importer"]]
    for role in ("consignee", "end_user"):
        if parties.get(role) == parties["importer"]:
            row = Row(
                PARTY_TITLES[role], _("the same as the importer"), "parties", f"{role}-same_as_importer"
            )
            same[0].rows.append(row)
            shown = [s for s in shown if s.title != PARTY_TITLES[role]]
    return [
        *shown,
        _order_section(content["order"]),
        *map(_line_section, content["goods"]),
        _use(content["end_use"]),
    ]


def row_at(shown: list[Section], key: tuple[str, int, str]) -> tuple[Section, Row] | None:
    """The row that shows a drafting field, with the section it stands in."""
    return next(((section, row) for section in shown for row in section.rows if row.key == key), None)


def _party_rows(role: str, party: dict[str, Any]) -> list[Row]:
    def row(field: str, value: str, lang: str = "") -> Row:
        return Row(PATH_LABELS[field], value, "parties", f"{role}-{field}", lang=lang)

    numbers = ", ".join(f"{name} {value}" for name, value in party.get("identifiers", {}).items())
    rows = [
        row("name", party.get("name", "")),
        row("name_zh", party.get("name_zh", ""), "zh-Hans"),
        row("address", party.get("address", "")),
        row("address_zh", party.get("address_zh", ""), "zh-Hans"),
        row("country", countries.name(party.get("country", ""))),
        Row(PATH_LABELS["identifiers"], numbers, "parties", f"{role}-registration"),
        row("phone", party.get("phone", "")),
        row("email", party.get("email", "")),
        row("website", party.get("website", "")),
    ]
    return [r for r in rows if r.value or r.field.endswith(("-name", "-address"))]


def _order_section(order: dict[str, Any]) -> Section:
    rows = [
        Row(gettext_lazy("number"), order["number"], "order", "po_number"),
        Row(gettext_lazy("date"), _day(order["date"]), "order", "po_date"),
        Row(PATH_LABELS["contract_number"], order["contract_number"], "order", "contract_number"),
    ]
    return Section(PAGE_TITLES["order"], rows)


def _line_section(line: dict[str, Any]) -> Section:
    number = line["line"]

    def row(field: str, value: Any, lang: str = "") -> Row:
        return Row(PATH_LABELS[field], "" if value is None else str(value), "goods", field, number, lang)

    composition = ", ".join(f"{symbol} {share} %" for symbol, share in line["composition"].items())
    report = ", ".join(part for part in (line["laboratory"], line["method"], line["report_number"]) if part)
    family = dict(GoodsLine.Family.choices).get(line["family"], "")
    worth = f"{line['currency']} {Decimal(line['value']):,}" if line["value"] else ""
    rows = [
        row("description", line["description"]),
        row("description_zh", line["description_zh"], "zh-Hans"),
        row("family", family),
        row("form", dict(GoodsLine.Form.choices).get(line.get("form", ""), "")),
        row("grade", line["grade"]),
        row("dimensions", line["dimensions"]),
        row("coating", line["coating"]),
        Row(PATH_LABELS["composition"], composition, "goods", "dy", number),
        Row(gettext_lazy("composition report"), report, "goods", "report_number", number),
        row("itc_hs", line["itc_hs"]),
        row("cn_hs", line["cn_hs"]),
        row("control_codes", line["control_codes"]),
        Row(
            PATH_LABELS["net_weight_mg"],
            line["net_weight_mg"],
            "goods",
            "net_weight_mg",
            number,
            kind="weight",
        ),
        Row(PATH_LABELS["pieces"], line["pieces"], "goods", "pieces", number, kind="count"),
        row("value", worth),
    ]
    return Section(f"{PATH_LABELS['goods']} {number}", rows, number)


def _use(use: dict[str, Any]) -> Section:
    def row(field: str, value: Any, lang: str = "") -> Row:
        return Row(PATH_LABELS[field], "" if value is None else str(value), "end-use", field, lang=lang)

    civil = {True: _("yes"), False: _("no"), None: ""}
    place = ", ".join(part for part in (use["plant_name"], use["plant_address"]) if part)
    rows = [
        Row(PATH_LABELS["sector_label"], _sector(use["sector"]), "end-use", "sector"),
        row("product", use["product"]),
        row("model", use["model"]),
        Row(gettext_lazy("maker of the end product"), use["oem"], "end-use", "oem"),
        row("position", use["position"]),
        row("purpose", use["purpose"]),
        row("purpose_zh", use["purpose_zh"], "zh-Hans"),
        Row(gettext_lazy("plant"), place, "end-use", "plant_name"),
        Row(
            PATH_LABELS["magnet_per_unit_mg"],
            use["magnet_per_unit_mg"],
            "end-use",
            "magnet_per_unit_mg",
            kind="weight",
        ),
        Row(PATH_LABELS["units_per_year"], use["units_per_year"], "end-use", "units_per_year", kind="count"),
        row("destination_market", use["destination_market"]),
        Row(gettext_lazy("purely civil use"), civil[use["is_civil"]], "end-use", "is_civil"),
    ]
    return Section(PAGE_TITLES["end-use"], rows)


def _sector(code: str) -> Any:
    return dict(EndUse.Sector.choices).get(code, "")


def _day(text: str) -> str:
    return "-".join(reversed(text.split("-"))) if text else ""


def history(events: Any) -> list[dict[str, Any]]:
    """Events as timeline rows, newest first."""
    return [
        {
            "at": event.at,
            "label": VERBS.get(event.action, event.action),
            "by": event.person_name,
            "organisation": event.organisation_name.partition(", ")[2] or event.organisation_name,
            "note": event.details.get("reason", ""),
            "tone": workflow.TONES.get(event.to_status, "neutral"),
        }
        for event in reversed(list(events))
    ]


FORWARD = {"primary", "success"}  # what moves things on stands first


def step_buttons(law: Workflow, subject: Any, actor: Any, url_name: str) -> list[dict[str, Any]]:
    """The steps this person may take, as buttons that lead to their confirmation pages."""
    return [
        {
            "label": step.label,
            "url": reverse(url_name, args=[subject.slug, step.verb.replace("_", "-")]),
            "tone": {"warning": "secondary"}.get(step.tone, step.tone),
        }
        for step in sorted(law.open_to(subject, actor), key=lambda step: step.tone not in FORWARD)
    ]


def tasks(certificate: Certificate, misses: dict[str, list], current: str = "") -> list[dict[str, Any]]:
    """The drafting pages as a task list with their state."""
    touched = {scratch.page for scratch in certificate.scratches()}
    if certificate.is_editable:
        unsettled = certificate.comments.filter(sent_at__isnull=False, settled_at=None)
        touched |= set(unsettled.values_list("page", flat=True))
    return [
        {
            "label": title,
            "url": reverse("euc:draft", args=[certificate.slug, page]),
            "state": _state(page, misses, touched),
            "hint": _("%(count)d open") % {"count": len(misses[page])} if misses.get(page) else "",
            "is_current": page == current,
        }
        for page, title in PAGE_TITLES.items()
    ]


def _state(page: str, misses: dict[str, list], touched: set[str]) -> str:
    if page in touched:
        return "attention"
    if page == "check":
        return "complete" if not any(misses.values()) else "not_started"
    return "in_progress" if misses.get(page) else "complete"
