"""The drafting pages as forms, for every door: which form a page has, what it starts with, how it is recorded."""

from __future__ import annotations

from functools import partial
from typing import Any

from accounts.actors import Actor
from accounts.models import Organisation
from euc import completeness, drafting, drafting_forms
from euc.models import Certificate, GoodsLine, Undertaking
from euc.models.certificate import today

MOST_BLANKETS = 50


def kind(certificate: Certificate, page: str) -> Any:
    """The form of a page; which clauses it offers depends on the certificate."""
    if page != completeness.UNDERTAKINGS:
        return drafting_forms.FORMS[page]
    mine = Undertaking.objects.filter(importer=certificate.importer_id).covering(today())
    blankets = list(mine.order_by("-id").values_list("reference", flat=True)[:MOST_BLANKETS])
    authorities = Organisation.objects.choosable_authorities()
    return partial(
        drafting_forms.ClausesForm, offers=certificate.offers(), blankets=blankets, authorities=authorities
    )


def initial(certificate: Certificate, page: str) -> dict[str, Any]:
    """What is recorded of a page, by the names of its inputs."""
    if page == completeness.PARTIES:
        return {
            f"{party.role.lower()}-{name}": getattr(party, name)
            for party in certificate.parties.all()
            for name in ("same_as_importer", "name", "name_zh", "address", "address_zh", "country",
                         "registration", "phone", "email", "website")
        }  # fmt: skip
    if page == completeness.ORDER:
        return {name: getattr(certificate, name) for name in ("po_number", "po_date", "contract_number")}
    if page == completeness.END_USE:
        use = certificate.end_use
        answers = {True: "yes", False: "no", None: ""}
        return {**vars(use), "is_civil": answers[use.is_civil]}
    relies_on = certificate.relies_on.reference if certificate.relies_on else ""
    own = [row for undertaking in certificate.undertakings_list() for row in undertaking.rows()]
    return {"relies_on": relies_on, "addressed_to": certificate.addressed_to_id} | given_clauses(own)


def given_clauses(rows: list) -> dict[str, Any]:
    """What the inputs for clauses start with."""
    found: dict[str, Any] = {}
    for row in rows:
        found[row.clause.field_name] = True
        found |= dict(zip(row.clause.party_fields, (row.party_name, row.party_number), strict=False))
    return found


def record(certificate: Certificate, page: str, form: Any, by: Actor) -> None:
    """Record what holds of a page. Raises the engine's refusals."""
    if page == completeness.PARTIES:
        drafting.record_parties(certificate=certificate, by=by, parties=form.parties())
    elif page == completeness.ORDER:
        order = {name: _text(Certificate, name, value) for name, value in form.cleaned_data.items()}
        drafting.record_order(certificate=certificate, by=by, order=order)
    elif page == completeness.END_USE:
        drafting.record_end_use(certificate=certificate, by=by, columns=form.cleaned_data)
    else:
        relied = form.cleaned_data.get("relies_on") or ""
        drafting.choose_clauses(
            certificate=certificate,
            by=by,
            codes=form.codes(),
            parties=form.parties(),
            addressed_to=form.addressee(),
            relies_on=Undertaking.objects.visible_to(by).filter(reference=relied).first() if relied else None,
        )


def record_line(certificate: Certificate, line: GoodsLine, form: Any, by: Actor) -> None:
    """Record what holds of a goods line. Raises the engine's refusals."""
    columns = {name: _text(GoodsLine, name, value) for name, value in form.cleaned_data.items()}
    drafting.record_line(certificate=certificate, by=by, line=line, columns=columns)


def _text(model: Any, name: str, value: Any) -> Any:
    """Empty text is stored as "", empty numbers as nothing."""
    return "" if value is None and not model._meta.get_field(name).null else value
