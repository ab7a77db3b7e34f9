"""What a certificate must hold: each check has a case that trips it and one that does not."""

from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from euc import completeness, services
from euc.models import (
    Certificate,
    Clause,
    EndUse,
    Evidence,
    GoodsLine,
    Party,
    Policy,
    Scratch,
    Undertaking,
    UndertakingClause,
)
from tests.remembering import remembered


def stored(certificate):
    return Certificate.objects.get(pk=certificate.pk)


def found(certificate):
    """What is missing, without what only wants an explanation (see test_quality)."""
    misses = completeness.misses(stored(certificate))
    return {(miss.page, miss.field, miss.line) for miss in misses if not miss.field.startswith("answer-")}


@remembered
def complete(life):
    return life.draft()


def party(certificate, role="EXPORTER", **columns):
    Party.objects.filter(certificate=certificate, role=role).update(**columns)


def order(certificate, **columns):
    Certificate.objects.filter(pk=certificate.pk).update(**columns)


def goods(certificate, **columns):
    GoodsLine.objects.filter(certificate=certificate).update(**columns)


def end_use(certificate, **columns):
    EndUse.objects.filter(certificate=certificate).update(**columns)


def no_lines(certificate):
    GoodsLine.objects.filter(certificate=certificate).delete()


def too_many_lines(certificate):
    line = certificate.goods.get()
    columns = {
        f.attname: getattr(line, f.attname)
        for f in GoodsLine._meta.concrete_fields
        if f.name not in {"id", "number"}
    }
    GoodsLine.objects.bulk_create(
        GoodsLine(**columns, number=number) for number in range(2, completeness.MOST_LINES + 2)
    )


def no_evidence(certificate, kind):
    Evidence.objects.filter(certificate=certificate, kind=kind).update(
        removed_at=timezone.now(), removed_by=certificate.created_by
    )


def no_clause(certificate):
    UndertakingClause.objects.filter(
        undertaking__certificate=certificate, clause__code=required_code()
    ).delete()


def required_code():
    return Policy.objects.filter(stance="REQUIRED").order_by("position").first().clause_code


def typed(certificate):
    Scratch.objects.create(
        certificate=certificate,
        page="goods",
        line=1,
        errors={"grade": ["?"]},
        saved_by=certificate.created_by,
    )


LINE_FIELDS = {
    "description": "", "family": "", "grade": "", "itc_hs": "", "cn_hs": "", "net_weight_mg": None, "value": None,
    "currency": "", "dy": None, "tb": None,
}  # fmt: skip
END_USE_FIELDS = {
    "sector": "", "product": "", "model": "", "plant_name": "", "position": "", "purpose": "",
    "magnet_per_unit_mg": None, "units_per_year": None, "destination_market": "", "is_civil": None,
}  # fmt: skip
TRIPS = {
    **{
        f"exporter without {name}": (partial(party, **{name: ""}), ("parties", f"exporter-{name}", None))
        for name in ("name", "address", "country", "name_zh")
    },
    "end user without a name": (
        partial(party, role="END_USER", same_as_importer=False, address="A", country="IN"),
        ("parties", "end_user-name", None),
    ),
    "consignee without a country": (
        partial(party, role="CONSIGNEE", same_as_importer=False, address="A", name="B"),
        ("parties", "consignee-country", None),
    ),
    "no order number": (partial(order, po_number=""), ("order", "po_number", None)),
    "no order date": (partial(order, po_date=None), ("order", "po_date", None)),
    "no goods": (no_lines, ("goods", "add", None)),
    "301 lines": (too_many_lines, ("goods", "add", None)),
    **{
        f"line without {name}": (partial(goods, **{name: value}), ("goods", name, 1))
        for name, value in LINE_FIELDS.items()
    },
    "SmCo without samarium": (partial(goods, family="SMCO"), ("goods", "sm", 1)),
    "more than all of it": (partial(goods, nd=Decimal("96.001")), ("goods", "nd", 1)),
    **{
        f"end use without {name}": (partial(end_use, **{name: value}), ("end-use", name, None))
        for name, value in END_USE_FIELDS.items()
    },
    "a vague purpose": (partial(end_use, purpose="Motor parts"), ("end-use", "purpose", None)),
    "a purpose of 39 characters": (partial(end_use, purpose="x" * 39), ("end-use", "purpose", None)),
    "a military use": (partial(end_use, is_civil=False), ("end-use", "is_civil", None)),
    **{
        f"no {kind}": (partial(no_evidence, kind=kind), ("evidence", "file", line))
        for kind, line in (("COMPOSITION_REPORT", 1), ("BOARD_RESOLUTION", None))
    },
    "a half-typed line": (typed, ("goods", "grade", 1)),
}
PASSES = {
    "nothing changed": lambda certificate: None,
    "no contract number": partial(order, contract_number=""),
    "no contents of samarium in NdFeB": partial(goods, sm=None),
    "dysprosium stated as nothing": partial(goods, dy=Decimal(0), tb=Decimal(0)),
    "SmCo with samarium": partial(goods, family="SMCO", sm=Decimal(25), dy=None, tb=None),
    "another family without composition": partial(goods, family="OTHER", dy=None, tb=None),
    "exactly all of it": partial(goods, nd=Decimal("96")),
    "a purpose of 40 characters": partial(end_use, purpose="x" * 40),
    "no maker of the end product": partial(end_use, oem=""),
    "an end user with all": partial(
        party, role="END_USER", same_as_importer=False, name="B", address="A", country="IN"
    ),
    "an end user who need not have a Chinese name": partial(
        party, role="END_USER", same_as_importer=False, name="B", address="A", country="IN", name_zh=""
    ),
}


class TestMisses:
    @pytest.mark.parametrize(("spoil", "miss"), TRIPS.values(), ids=TRIPS.keys())
    def test_name_page_field_and_line(self, complete, spoil, miss):
        spoil(complete)
        assert found(complete) == {miss}

    @pytest.mark.parametrize("change", PASSES.values(), ids=PASSES.keys())
    def test_are_none_when_it_is_complete(self, complete, change):
        change(complete)
        assert found(complete) == set()

    def test_name_a_required_clause_that_is_not_given(self, complete):
        no_clause(complete)
        assert found(complete) == {("undertakings", f"clause-{required_code()}", None)}

    def test_name_a_new_version_of_a_required_clause(self, complete):
        old = Clause.objects.get(code=required_code())
        Clause.objects.filter(pk=old.pk).update(status="SUPERSEDED", effective_until="2025-01-01")
        old.pk, old.version, old.effective_from, old.reference = None, 2, "2025-01-02", "X-v2"
        old.save()
        assert found(complete) == {("undertakings", f"clause-{old.code}", None)}

    def test_do_not_name_clauses_not_yet_in_effect(self, complete):
        Policy.objects.filter(stance="OFF").update(stance="REQUIRED", effective_from="2999-01-01")
        assert found(complete) == set()

    def test_all_have_a_page_and_words(self, life):
        for miss in completeness.misses(services.start(by=life.drafter)):
            assert miss.page in completeness.PAGES
            assert "%" not in str(miss.message)

    def test_are_sorted_by_page(self, life):
        misses = completeness.misses(services.start(by=life.drafter))
        by_page = completeness.by_page(misses)
        assert list(by_page) == list(completeness.PAGES)
        assert [miss for page in by_page.values() for miss in page] == misses

    def test_cost_few_queries_for_many_lines(self, complete, django_assert_max_num_queries):
        too_many_lines(complete)
        with django_assert_max_num_queries(22):
            completeness.misses(stored(complete))


class TestUndertakingsApproved:
    def test_names_what_is_not_approved(self, life):
        certificate = life.submitted()
        (miss,) = completeness.undertakings_approved(certificate)
        assert Undertaking.objects.get().reference in str(miss.message)

    def test_is_content_when_all_are(self, life):
        assert completeness.undertakings_approved(life.approved()) == []

    def test_does_not_count_what_was_withdrawn(self, life):
        certificate = life.withdrawn()
        assert completeness.undertakings_approved(certificate) == []
