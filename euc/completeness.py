"""What a certificate still lacks before it can be submitted. Works on what it is given, without queries of its own.

Each miss names the drafting page and the field, so that the list on screen can link to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from euc.quality import REFUSE
from workflow.law import Miss

PARTIES, ORDER, GOODS, END_USE = "parties", "order", "goods", "end-use"
UNDERTAKINGS, EVIDENCE, CHECK = "undertakings", "evidence", "check"
PAGES = (PARTIES, ORDER, GOODS, END_USE, UNDERTAKINGS, EVIDENCE, CHECK)

MOST_LINES = 300


def misses(certificate: Any) -> list[Miss]:
    """Every open point, in the order of the drafting pages; empty when it may be submitted."""
    checks = (_parties, _order, _goods, _end_use, _undertakings, _quality, _scratch)
    return [miss for check in checks for miss in check(certificate)]


def by_page(found: list[Miss]) -> dict[str, list[Miss]]:
    return {page: [miss for miss in found if miss.page == page] for page in PAGES}


def _required(subject: Any, page: str, fields: dict[str, Any], line: int | None = None, prefix: str = ""):
    for name, message in fields.items():
        if getattr(subject, name) in (None, ""):
            yield Miss(page, prefix + name, message, line)


def _parties(certificate: Any) -> Iterator[Miss]:
    for role, party in certificate.parties_by_role().items():
        prefix = f"{role.lower()}-"
        yield from _required(
            party,
            PARTIES,
            {
                "name": _("%(role)s: the legal name is missing.") % {"role": party.get_role_display()},
                "address": _("%(role)s: the address is missing.") % {"role": party.get_role_display()},
                "country": _("%(role)s: the country is missing.") % {"role": party.get_role_display()},
            },
            prefix=prefix,
        )
        if role == "EXPORTER" and not party.name_zh:
            yield Miss(PARTIES, prefix + "name_zh", _("The exporter's Chinese name is missing."))


def _order(certificate: Any) -> Iterator[Miss]:
    yield from _required(
        certificate,
        ORDER,
        {
            "po_number": _("The purchase order number is missing; a certificate covers exactly one."),
            "po_date": _("The purchase order date is missing."),
        },
    )


def _goods(certificate: Any) -> Iterator[Miss]:
    lines = certificate.lines()
    if not lines:
        yield Miss(GOODS, "add", _("There is no goods line yet."))
    if len(lines) > MOST_LINES:
        yield Miss(GOODS, "add", _("A certificate holds at most %(count)d lines.") % {"count": MOST_LINES})
    for line in lines:
        yield from _line(line)


def _line(line: Any) -> Iterator[Miss]:
    say = {"line": line.number}
    yield from _required(
        line,
        GOODS,
        {
            "description": _("Line %(line)d: the description is missing.") % say,
            "family": _("Line %(line)d: choose the magnet family.") % say,
            "grade": _("Line %(line)d: the grade is missing.") % say,
            "itc_hs": _("Line %(line)d: the Indian ITC-HS code is missing.") % say,
            "cn_hs": _("Line %(line)d: the Chinese HS code is missing.") % say,
            "net_weight_mg": _("Line %(line)d: the net weight is missing.") % say,
            "value": _("Line %(line)d: the value is missing.") % say,
            "currency": _("Line %(line)d: the currency is missing.") % say,
        },
        line=line.number,
    )
    for element in line.elements_to_state():
        if getattr(line, element) is None:
            text = _("Line %(line)d: state the %(element)s content; write 0 when there is none.")
            yield Miss(GOODS, element, text % {**say, "element": element.capitalize()}, line.number)
    if line.composition_total() > 100:
        text = _("Line %(line)d: the composition adds up to more than 100 %%.") % say
        yield Miss(GOODS, "nd", text, line.number)


def _end_use(certificate: Any) -> Iterator[Miss]:
    end_use = certificate.end_use
    yield from _required(
        end_use,
        END_USE,
        {
            "sector": _("Choose the sector."),
            "product": _("Name the product the magnets go into."),
            "model": _("Name the model of the product."),
            "plant_name": _("Name the plant where the magnets are used."),
            "position": _("Say where in the product the magnet sits."),
            "purpose": _("Describe the specific end use."),
            "magnet_per_unit_mg": _("State the magnet weight in one product."),
            "units_per_year": _("State how many products are made in a year."),
            "destination_market": _("State where the product is sold."),
        },
    )
    if end_use.is_civil is None:
        yield Miss(END_USE, "is_civil", _("Answer whether the use is purely civil."))
    elif not end_use.is_civil:
        yield Miss(END_USE, "is_civil", _("Military end use cannot be certified."))


def _undertakings(certificate: Any) -> Iterator[Miss]:
    if certificate.lacks_its_addressee():
        yield Miss(UNDERTAKINGS, "addressed_to", _("Choose the authority it is addressed to."))
    if problem := certificate.reliance_problem():
        yield Miss(UNDERTAKINGS, "relies_on", problem)
    for clause in certificate.clauses_missing():
        yield Miss(UNDERTAKINGS, clause.field_name, _not_given(clause))
    for clause in certificate.clauses_unnamed():
        yield _unnamed(clause, UNDERTAKINGS)


def _quality(certificate: Any) -> Iterator[Miss]:
    """What a licensing desk would object to: to be mended where it stands, or explained on the last page."""
    for one in certificate.inspected():
        finding = one.finding
        if one.is_open and finding.severity == REFUSE:
            yield Miss(finding.page, finding.field, finding.text, finding.line)
        elif one.is_open:
            yield Miss(
                CHECK,
                f"answer-{finding.fingerprint}",
                _("To be explained: %(text)s") % {"text": finding.text},
            )


def _scratch(certificate: Any) -> Iterator[Miss]:
    for scratch in certificate.scratches():
        text = _("Something typed on this page could not be taken over yet.")
        yield Miss(scratch.page, next(iter(scratch.errors), ""), text, scratch.line or None)


def pledge_misses(undertaking: Any) -> list[Miss]:
    """What an undertaking for a period lacks before it can be signed. Its page has no name of the drafting pages."""
    needed = {
        "exporter_name": _("The exporter's legal name is missing."),
        "exporter_name_zh": _("The exporter's Chinese name is missing."),
        "valid_from": _("The first day of the period is missing."),
        "valid_until": _("The last day of the period is missing."),
    }
    found = list(_required(undertaking, "", needed))
    if undertaking.lacks_its_addressee():
        found.append(Miss("", "addressed_to", _("Choose the authority it is addressed to.")))
    rows = undertaking.rows()
    given = {row.clause.pk for row in rows}
    for offer in undertaking.offers():
        if offer.is_required and offer.clause.pk not in given:
            found.append(Miss("", offer.clause.field_name, _not_given(offer.clause)))
    found += [_unnamed(row.clause, "") for row in rows if row.lacks_its_party()]
    if not rows:
        found.append(Miss("", "", _("It holds no clause yet.")))
    return found


def _not_given(clause: Any) -> Any:
    text = _("The required undertaking “%(title)s” is not given in the words that count today.")
    return text % {"title": clause.title_here}


def _unnamed(clause: Any, page: str) -> Miss:
    text = _("“%(title)s” must name the party.") % {"title": clause.title_here}
    return Miss(page, f"party-{clause.code}", text)


def undertakings_approved(certificate: Any) -> list[Miss]:
    """A certificate is not issued without the undertakings its template asks for."""
    problem = certificate.reliance_problem()
    return [*([Miss(UNDERTAKINGS, "relies_on", problem)] if problem else []), *_not_approved(certificate)]


def _not_approved(certificate: Any) -> list[Miss]:
    return [
        Miss(
            UNDERTAKINGS,
            "",
            _("Undertaking %(reference)s is not approved.") % {"reference": undertaking.reference},
        )
        for undertaking in certificate.undertakings_list()
        if undertaking.status != "APPROVED"
    ]


def screened(certificate: Any) -> list[Miss]:
    """Nobody says yes to a party that resembles a listed one, nor before the lists in use were looked through."""
    return [Miss("", "", text) for text in certificate.screening_bars()]
