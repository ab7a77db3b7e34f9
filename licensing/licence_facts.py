"""The licence document as a report tells of it: what is refused, and how it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from euc import printing
from euc.models import GoodsLine
from licensing.models import Licence, LicenceCase, LicenceLine
from workflow import engine
from workflow.law import Miss


@dataclass(frozen=True)
class LicenceFacts:
    """What a report says of the licence document; weights in milligrams by goods line number."""

    number: str
    issued_on: date
    expires_on: date
    weights: dict[int, int]
    type: str = Licence.Type.SINGLE
    contract_number: str = ""
    customs_port: str = ""


def misses_of(case: LicenceCase, facts: LicenceFacts) -> list[Miss]:
    """What does not hold against the certificate and against what is known of the licence, beside its field."""
    misses = []
    if not facts.number:
        misses.append(Miss("", "number", _("Enter the licence number.")))
    if facts.expires_on < facts.issued_on:
        misses.append(Miss("", "expires_on", _("It cannot expire before it is issued.")))
    lines = {line.number: line for line in case.certificate.goods.all()}
    given = {number: weight for number, weight in facts.weights.items() if weight}
    if not given:
        misses.append(Miss("", "weights", _("Enter what the licence allows of at least one line.")))
    for number, weight in given.items():
        line = lines.get(number)
        if line is None:
            misses.append(Miss("", "weights", _("There is no such goods line.")))
        elif weight > (line.net_weight_mg or 0):
            text = _("The certificate has %(most)s kg on this line; a licence cannot allow more of it.")
            most = printing.kilograms(line.net_weight_mg or 0)
            misses.append(Miss("", f"weight-{number}", text % {"most": most}))
    known = Licence.objects.filter(
        importer=case.importer, exporter_name=case.exporter_name, number=facts.number
    ).first()
    if facts.type != Licence.Type.GENERAL and known is not None and not _is_own(case, known):
        misses.append(Miss("", "number", _("Another case carries this licence number.")))
    return misses


def _is_own(case: LicenceCase, licence: Licence) -> bool:
    """Whether the case carries it, or told of it once and nobody else does: what was withdrawn may be told again."""
    if case.licence_id == licence.pk:
        return True
    return licence.reports.filter(case=case).exists() and not licence.cases.exists()


def write_down(case: LicenceCase, facts: LicenceFacts) -> Licence:
    """The licence as reported: the one of this case or, for a general licence, of others, brought up to date."""
    key = {"importer": case.importer, "exporter_name": case.exporter_name, "number": facts.number}
    columns = {
        "type": facts.type,
        "issued_on": facts.issued_on,
        "expires_on": facts.expires_on,
        "contract_number": facts.contract_number,
        "customs_port": facts.customs_port,
    }
    licence, _is_new = Licence.objects.get_or_create(**key, defaults=columns)
    engine.lock(licence)
    Licence.objects.filter(pk=licence.pk).update(**columns)
    for line in case.certificate.goods.all():
        _authorise(licence, line, facts.weights.get(line.number) or 0)
    return licence


def _authorise(licence: Licence, line: GoodsLine, weight_mg: int) -> None:
    """Set what is allowed of a line; never below what is reserved or drawn already."""
    known = (
        LicenceLine.objects.select_for_update(no_key=True).filter(licence=licence, goods_line=line).first()
    )
    used = known.reserved_mg + known.drawn_mg if known else 0
    if weight_mg < used:
        text = _("%(used)s kg of this line are reserved or drawn already.")
        miss = Miss("", f"weight-{line.number}", text % {"used": printing.kilograms(used)})
        raise engine.Incomplete([miss])
    if known and weight_mg:
        LicenceLine.objects.filter(pk=known.pk).update(authorised_mg=weight_mg)
    elif known:
        known.delete()
    elif weight_mg:
        LicenceLine.objects.create(licence=licence, goods_line=line, authorised_mg=weight_mg)
