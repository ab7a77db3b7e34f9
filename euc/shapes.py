"""The drafting pages as JSON: what a machine sends becomes what a person would type, and goes through the same forms.

Inputs are named by the pages: `parties.exporter.name`, `order.po_date`, `goods.1.grade`. Weights are whole
milligrams, dates YYYY-MM-DD. A name that no page asks for is refused, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.fields import MG_PER_KG, KilogramField, StrictDateField, StrictDecimalField, StrictIntegerField
from euc import completeness, drafting, drafting_forms, pages, turns
from euc.models import Certificate, GoodsLine, Party

PAGES = {
    "parties": completeness.PARTIES,
    "order": completeness.ORDER,
    "end_use": completeness.END_USE,
    "undertakings": completeness.UNDERTAKINGS,
}
GOODS = "goods"
Errors = dict[str, list[dict[str, str]]]


class Malformed(Exception):
    """What was sent does not hold; `errors` has codes and sentences by the path of the input. Nothing was saved."""

    def __init__(self, errors: Errors) -> None:
        self.errors = errors
        super().__init__(str(errors))


@dataclass
class Draft:
    """What was sent, as forms that hold: by page, and the goods lines in their order."""

    forms: dict[str, Any] = field(default_factory=dict)
    lines: list[Any] = field(default_factory=list)


def read(certificate: Certificate, given: Any, *, with_goods: bool = False) -> Draft:
    """Check pages against what is recorded; inputs that were not sent stay as they are. Raises Malformed."""
    errors: Errors = {}
    draft = Draft()
    known = {*PAGES, GOODS} if with_goods else set(PAGES)
    for name, value in _members(given, known, "", errors):
        if name == GOODS:
            draft.lines = _lines(value, errors)
        else:
            draft.forms[name] = _page(certificate, name, value, errors)
    if errors:
        raise Malformed(errors)
    return draft


def read_line(given: Any, line: GoodsLine | None = None) -> Any:
    """The form of one goods line, new or with the inputs of `line` that were not sent. Raises Malformed."""
    errors: Errors = {}
    form = _line(given, "", errors, vars(line) if line else {})
    if errors:
        raise Malformed(errors)
    return form


def write(certificate: Certificate, draft: Draft, by: Actor) -> None:
    """Record every page that was sent, in the caller's transaction. Raises the engine's refusals."""
    for name, form in draft.forms.items():
        _turn(certificate, PAGES[name], by, None, form)
    for form in draft.lines:
        add_line(certificate, form, by)


def add_line(certificate: Certificate, form: Any, by: Actor) -> GoodsLine:
    """Add a goods line as sent."""
    line = drafting.add_line(certificate=certificate, by=by)
    pages.record_line(certificate, line, form, by)
    return line


def change_line(certificate: Certificate, line: GoodsLine, form: Any, by: Actor) -> None:
    """Record a goods line as sent; windows that show it learn that it changed."""
    _turn(certificate, completeness.GOODS, by, line, form)


def _turn(certificate: Certificate, page: str, by: Actor, line: GoodsLine | None, form: Any) -> None:
    def record() -> None:
        if line is not None:
            pages.record_line(certificate, line, form, by)
        else:
            pages.record(certificate, page, form, by)

    turns.save(certificate=certificate, by=by, page=page, line=line, known=None, write=record)


def unknown() -> dict[str, str]:
    """What is said of a name that no page asks for."""
    return {"code": "unknown", "message": _("There is no such input.")}


# --- in ------------------------------------------------------------------------------------------


def _members(given: Any, known: set[str], path: str, errors: Errors) -> Iterator[tuple[str, Any]]:
    """The members of a JSON object that are known; everything else is an error."""
    if not isinstance(given, dict):
        _add(errors, path or "body", "wrong_type", _("This must be an object."))
        return
    for name, value in given.items():
        if name in known:
            yield name, value
        else:
            errors.setdefault(f"{path}.{name}".lstrip(".")[:200], []).append(unknown())


def _add(errors: Errors, path: str, code: str, message: Any) -> None:
    errors.setdefault(path, []).append({"code": code, "message": str(message)})


def _page(certificate: Certificate, name: str, given: Any, errors: Errors) -> Any:
    kind, initial = pages.kind(certificate, PAGES[name]), pages.initial(certificate, PAGES[name])
    inputs = _inputs[name](kind(), given, name, errors)
    return _bound(kind, initial, inputs, errors, name)


def _lines(given: Any, errors: Errors) -> list[Any]:
    if not isinstance(given, list) or len(given) > completeness.MOST_LINES:
        said = _("This must be a list of at most %(count)d goods lines.") % {"count": completeness.MOST_LINES}
        _add(errors, GOODS, "wrong_type", said)
        return []
    return [_line(one, f"{GOODS}.{number}", errors, {}) for number, one in enumerate(given, start=1)]


def _line(given: Any, path: str, errors: Errors, initial: dict[str, Any]) -> Any:
    kind = drafting_forms.LineForm
    return _bound(kind, initial, _plain_inputs(kind(), given, path, errors), errors, path)


def _plain_inputs(form: Any, given: Any, path: str, errors: Errors) -> dict[str, tuple[str, Any]]:
    """Where the inputs of the form are named as the form names them."""
    found = _members(given, set(form.fields), path, errors)
    return {name: (f"{path}.{name}".lstrip("."), value) for name, value in found}


def _party_inputs(form: Any, given: Any, path: str, errors: Errors) -> dict[str, tuple[str, Any]]:
    inputs = {}
    for role, columns in _members(given, {role.lower() for role in Party.Role.values}, path, errors):
        names = {name.removeprefix(f"{role}-") for name in form.fields if name.startswith(f"{role}-")}
        for name, value in _members(columns, names, f"{path}.{role}", errors):
            inputs[f"{role}-{name}"] = (f"{path}.{role}.{name}", value)
    return inputs


def _clause_inputs(form: Any, given: Any, path: str, errors: Errors) -> dict[str, tuple[str, Any]]:
    """`clauses` is the whole list of what is given besides the required; `named` the parties by clause."""
    offers = {offer.clause.code: offer for offer in form.offers}
    inputs: dict[str, tuple[str, Any]] = {}
    known = {"clauses", "named", *(form.fields.keys() & {"relies_on", "addressed_to"})}
    for name, value in _members(given, known, path, errors):
        if name == "clauses":
            inputs |= _chosen(offers, value, f"{path}.clauses", errors)
        elif name == "named":
            inputs |= _named(offers, value, f"{path}.named", errors)
        else:
            inputs[name] = (f"{path}.{name}", str(value) if isinstance(value, int) else value)
    return inputs


def _chosen(offers: dict[str, Any], given: Any, path: str, errors: Errors) -> dict[str, tuple[str, Any]]:
    if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
        _add(errors, path, "wrong_type", _("This must be a list of the codes of clauses."))
        return {}
    for code in {*given} - {*offers}:
        _add(errors, path, "unknown", _("No clause %(code)s is offered for it.") % {"code": code[:60]})
    optional = {code: offer for code, offer in offers.items() if not offer.is_required}
    return {offer.clause.field_name: (path, code in given) for code, offer in optional.items()}


def _named(offers: dict[str, Any], given: Any, path: str, errors: Errors) -> dict[str, tuple[str, Any]]:
    inputs = {}
    asking = {code: offer.clause for code, offer in offers.items() if offer.clause.asks_for_a_party}
    for code, party in _members(given, set(asking), path, errors):
        fields = dict(zip(("name", "number"), asking[code].party_fields, strict=True))
        for name, value in _members(party, set(fields), f"{path}.{code}", errors):
            inputs[fields[name]] = (f"{path}.{code}.{name}", value)
    return inputs


_inputs = {
    "parties": _party_inputs,
    "order": _plain_inputs,
    "end_use": _plain_inputs,
    "undertakings": _clause_inputs,
}


def _bound(
    kind: Any, initial: dict[str, Any], inputs: dict[str, tuple[str, Any]], errors: Errors, path: str
) -> Any:
    """The form with what is recorded and, over it, what was sent; its errors go to the paths of the inputs."""
    shown = kind(initial=initial)
    texts = {name: "" if (value := shown[name].value()) is None else value for name in shown.fields}
    for name, (where, value) in inputs.items():
        try:
            texts[name] = _typed(shown.fields[name], value)
        except ValidationError as refusal:
            _add(errors, where, refusal.code or "invalid", refusal.message)
    form = kind(texts)
    for name, found in form.errors.get_json_data().items():
        where = inputs[name][0] if name in inputs else f"{path}.{name}".strip(".")
        for error in found:
            _add(errors, where, error["code"] or "invalid", error["message"])
    return form


def _typed(field: django_forms.Field, value: Any) -> Any:
    """A JSON value as a person would type it. Raises ValidationError for a value of another kind."""
    if value is None:
        return ""
    if isinstance(field, django_forms.BooleanField):
        return _of_kind(value, bool, _("This must be true or false."))
    if isinstance(field, django_forms.TypedChoiceField):
        return "yes" if _of_kind(value, bool, _("This must be true, false or null.")) else "no"
    if isinstance(field, KilogramField):
        return kilograms(_whole(value))
    if isinstance(field, StrictIntegerField):
        return str(_whole(value))
    if isinstance(field, StrictDecimalField):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return str(value) if is_number else _of_kind(value, str, _("This must be a number or a text."))
    text = _of_kind(value, str, _("This must be a text."))
    if isinstance(field, StrictDateField) and text and not _is_iso(text):
        raise ValidationError(_("Write the date as YYYY-MM-DD."), code="invalid")
    return text


def _of_kind(value: Any, kind: type, said: str) -> Any:
    if not isinstance(value, kind):
        raise ValidationError(said, code="wrong_type")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError(_("This must be a whole number."), code="wrong_type")
    return value


def kilograms(milligrams: int) -> str:
    """Whole milligrams as kilograms are typed, exactly."""
    whole, rest = divmod(abs(milligrams), MG_PER_KG)
    return f"{'-' if milligrams < 0 else ''}{whole}.{rest:06d}"


def _is_iso(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-"


# --- out -----------------------------------------------------------------------------------------


def shown(certificate: Certificate) -> dict[str, Any]:
    """The draft as it is recorded, in the shape in which it is sent."""
    parties = pages.initial(certificate, completeness.PARTIES)
    return {
        "parties": {role.lower(): _party(parties, f"{role.lower()}-") for role in Party.Role.values},
        "order": _values(drafting_forms.OrderForm(), pages.initial(certificate, completeness.ORDER)),
        "goods": [shown_line(line) for line in certificate.lines()],
        "end_use": _values(drafting_forms.EndUseForm(), vars(certificate.end_use)),
        "undertakings": _undertakings(certificate),
        "evidence": [shown_evidence(one) for one in certificate.current_evidence()],
    }


def shown_line(line: GoodsLine) -> dict[str, Any]:
    return {"number": line.number, **_values(drafting_forms.LineForm(), vars(line))}


def shown_evidence(evidence: Any) -> dict[str, Any]:
    return {
        "id": evidence.pk,
        "kind": evidence.kind,
        "line": evidence.line,
        "name": evidence.name,
        "sha256": evidence.file.sha256,
        "size": evidence.file.size,
    }


def _party(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    names = [name for name in drafting_forms.PartiesForm().fields if name.startswith(prefix)]
    return {name.removeprefix(prefix): values.get(name) for name in names}


def _values(form: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(values[name]) for name in form.fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def _undertakings(certificate: Certificate) -> dict[str, Any]:
    given = [row for undertaking in certificate.undertakings_list() for row in undertaking.rows()]
    return {
        "clauses": [row.clause.code for row in given],
        "named": {
            row.clause.code: {"name": row.party_name, "number": row.party_number}
            for row in given
            if row.clause.asks_for_a_party
        },
        "relies_on": certificate.relies_on.reference if certificate.relies_on else None,
        "addressed_to": certificate.addressed_to_id,
    }


def misses(certificate: Certificate) -> list[dict[str, Any]]:
    """What is still missing before it can be submitted, by page, input and goods line."""
    return [
        {"page": miss.page, "input": miss.field, "line": miss.line, "message": str(miss.message)}
        for miss in completeness.misses(certificate)
    ]


def is_open_to(certificate: Certificate, by: Actor) -> bool:
    """Whether this person sees the draft itself: what was typed since a return is the importer's own."""
    return certificate.is_editable and certificate.importer_id == by.organisation.pk


def names(page: str) -> set[str]:
    """The inputs of a page, or of one party or goods line of it."""
    if page == "parties":
        return {
            name.removeprefix("exporter-")
            for name in drafting_forms.PartiesForm().fields
            if name.startswith("exporter-")
        }
    kind = drafting_forms.LineForm if page == GOODS else drafting_forms.FORMS[PAGES[page]]
    return set(kind().fields)
