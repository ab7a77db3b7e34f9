"""Why a step on a consignment is refused to somebody, or not possible yet. Asks the consignment, imports no model."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from workflow.law import Actor, Miss


def not_of_the_importer(consignment: Any, by: Actor) -> str:
    if by.organisation.pk == consignment.importer_id:
        return ""
    return _("Only the importer's own people may do this.")


def bookable(consignment: Any) -> list[Miss]:
    """What a booking needs: an invoice, lines with weights, and a licence or the reason why none is needed."""
    misses = []
    if not consignment.invoice_number:
        misses.append(Miss("", "invoice_number", _("Enter the exporter's invoice number.")))
    if not consignment.licence_id and not consignment.without_licence:
        text = _("Name the Chinese export licence, or say why none is needed.")
        misses.append(Miss("", "licence", text))
    lines = consignment.lots()
    if not lines:
        misses.append(Miss("", "lines", _("Enter at least one lot.")))
    for lot in lines:
        if consignment.licence_id and not lot.licence_line_id:
            text = _("Goods line %(number)s is not on this licence.")
            misses.append(Miss("", "licence", text % {"number": lot.goods_line.number}))
    return misses


def reconcilable(consignment: Any) -> list[Miss]:
    """Nothing may still be on its way, and the Bill of Entry must be known unless all was lost."""
    misses = []
    if consignment.in_transit_mg():
        misses.append(Miss("", "", _("Part of it is still booked as on its way.")))
    if consignment.status != "LOST" and not consignment.boe_number:
        misses.append(Miss("", "boe_number", _("Enter the Bill of Entry.")))
    return misses


def sampled(visit: Any) -> list[Miss]:
    """Each lot that was to be sampled and is still in the importer's care was."""
    text = _("Lot %(title)s has not been sampled.")
    return [Miss("", "", text % {"title": lot.title}) for lot in visit.lots_unsampled()]


def held_the_visit(visit: Any, by: Actor) -> str:
    """Four eyes: whoever held a visit or weighed a sample does not also say that all is in order."""
    if visit.was_held_by(by.person):
        return _("You held this visit; another officer must close it.")
    return ""


def took_it_up(incident: Any, by: Actor) -> str:
    """Four eyes: where draws are held, whoever looked into it does not also free them."""
    if incident.is_holding and incident.taken_by_id == by.person.pk:
        return _("You looked into this; another officer must decide, because draws are held.")
    return ""


def holds_nothing(incident: Any, by: Actor) -> str:
    return "" if incident.is_holding else _("It holds no draws.")


def closed_it(incident: Any, by: Actor) -> str:
    """Whoever found it to be as reported does not also free what it holds."""
    if incident.closed_by_id == by.person.pk:
        return _("You decided this; another senior officer must free the draws.")
    return ""
