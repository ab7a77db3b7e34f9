"""What the rules that ship say of a goods line on a day: family x composition x form x date, each with its reason."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from euc import control, reference
from euc.control import Facts, Mismatch, assess
from euc.models import ControlRule, GoodsLine

RULES = [ControlRule(reference=row["code"], **row) for row in reference.shipped_rules()]
UNKNOWN = "unknown"
EARLY, SUSPENDED, MIDDLE, AFTER = "2025-04-03", "2025-11-07", "2026-05-20", "2026-11-11"
NDFEB, SMCO = "NDFEB_SINTERED", "SMCO"
A902, A904, A905 = "1C902.a", "1C904.a", "1C905.a"

# `stated` is mass %, "?" where nobody knows; `says` and `cites` are words of one reason and of its source.
with Path(__file__).with_name("assessed_lines.csv").open(newline="") as table:
    CASES = list(csv.DictReader(table))
ANSWERS = {"yes": True, "no": False, "unknown": "unknown"}
GIVEN = ("family", "form", "stated", "on")
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case[name] for name in GIVEN))


def facts(family, form, stated):
    parts = iter(stated.split())
    pairs = dict(zip(parts, parts, strict=True))
    shares = {element: Decimal(share) for element, share in pairs.items() if share != "?"}
    return Facts(family, form, shares, frozenset(element for element, share in pairs.items() if share == "?"))


def judged(family, form, stated, on, rules=RULES):
    return assess(facts(family, form, stated), date.fromisoformat(on), rules)


def without(rule_code, **changed):
    """The shipped rules with one of them changed."""
    rows = reference.shipped_rules()
    return [ControlRule(**(row | changed if row["code"] == rule_code else row)) for row in rows]


class TestTable:
    def test_is_long_enough(self):
        assert len({tuple(case[name] for name in GIVEN) for case in CASES}) >= 60

    @every_case
    def test_holds(self, case):
        found = judged(*(case[name] for name in GIVEN))
        assert found.weight_class == case["weight_class"]
        assert found.controlled == ANSWERS[case["controlled"]]
        assert found.licence_needed == ANSWERS[case["controlled"]]
        assert found.codes == tuple(case["codes"].split())
        assert found.reexport_rule == case["reexport_rule"]
        why = [r for r in found.why if case["says"] in r.text and case["cites"] in r.source]
        assert [reason.confidence for reason in why][:1] == [case["confidence"]], found.why

    @every_case
    def test_gives_every_reason_a_source(self, case):
        found = judged(*(case[name] for name in GIVEN))
        assert found.why
        assert all(r.text and r.source and r.confidence in control.CERTAINTY for r in found.why)


class TestAssess:
    def test_never_says_no_where_the_composition_is_missing(self):
        days = [date(2025, 4, 4 + n % 20) if n < 20 else date(2026, 1 + n % 12, 1) for n in range(40)]
        for day in days:
            for family in ("NDFEB_SINTERED", "NDFEB_BONDED", "OTHER"):
                for form in ("MAGNET", "POWDER"):
                    assert assess(Facts(family, form), day, RULES).controlled is not False

    def test_knows_nothing_without_rules(self):
        found = judged(NDFEB, "MAGNET", "dy 0 tb 0", MIDDLE, rules=[])
        assert (found.controlled, found.licence_needed, found.why[0].confidence) == (
            UNKNOWN,
            UNKNOWN,
            "question",
        )

    def test_asks_for_the_family_and_the_form(self):
        assert judged("", "MAGNET", "", MIDDLE).controlled == UNKNOWN
        assert judged(NDFEB, "", "dy 2", MIDDLE).controlled == UNKNOWN

    def test_takes_a_confirmed_end_of_the_suspension(self):
        rules = without("CN-61-2025-1-3", end_confirmed=True)
        assert judged(NDFEB, "MAGNET", "dy 2 tb 0", AFTER, rules).reexport_rule == "in_force"
        rules = without("CN-57-2025-HO", end_confirmed=True)
        found = judged(NDFEB, "MAGNET", "dy 0 tb 0 ho 1", AFTER, rules)
        assert (found.controlled, found.codes) == (True, ("1C909.a",))
        assert judged(NDFEB, "MAGNET", "dy 0 tb 0", AFTER, rules).controlled == UNKNOWN
        assert judged("FERRITE", "MAGNET", "", AFTER, rules).controlled is False

    def test_takes_a_threshold_of_law_for_law(self):
        rules = without("CN-18-2025-DY", threshold_status="LAW")
        assert judged(NDFEB, "MAGNET", "dy 0.05 tb 0", MIDDLE, rules).controlled is False
        assert judged(NDFEB, "MAGNET", "dy 0.11 tb 0", MIDDLE, rules).controlled is True

    def test_counts_a_repealed_rule_until_its_repeal(self):
        rules = without("CN-18-2025-DY", repealed_on=date(2026, 6, 1))
        assert judged(NDFEB, "MAGNET", "dy 2 tb 0", "2026-05-31", rules).codes == (A905,)
        assert judged(NDFEB, "MAGNET", "dy 2 tb 0", "2026-06-01", rules).controlled is False

    def test_does_not_count_what_is_made_abroad(self):
        only_abroad = [rule for rule in RULES if rule.code != "CN-61-2025-1-3"]
        assert judged(SMCO, "MAGNET", "", "2025-12-15", only_abroad).reexport_rule == "none"

    def test_is_the_same_in_any_order_of_the_rules(self):
        found = judged(NDFEB, "MAGNET", "dy 2 tb 1", AFTER)
        turned = judged(NDFEB, "MAGNET", "dy 2 tb 1", AFTER, RULES[::-1])
        assert (found.controlled, found.codes, set(found.why)) == (
            turned.controlled,
            turned.codes,
            set(turned.why),
        )


class TestState:
    @pytest.mark.parametrize(
        ("code", "on", "state"),
        [
            ("CN-18-2025-DY", EARLY, "not_yet"),
            ("CN-18-2025-DY", "2030-01-01", "in_force"),
            ("CN-61-2025-1-1", "2025-11-06", "not_yet"),
            ("CN-61-2025-1-1", "2025-12-01", "suspended"),
            ("CN-57-2025-HO", SUSPENDED, "suspended"),
            ("CN-57-2025-HO", AFTER, "unconfirmed"),
            ("CN-46-2024-1", "2026-11-23", "in_force"),
            ("CN-46-2024-2", "2025-11-08", "in_force"),
            ("CN-46-2024-2", "2025-11-09", "suspended"),
            ("CN-46-2024-2", "2026-11-27", "suspended"),
            ("CN-46-2024-2", "2026-11-28", "unconfirmed"),
        ],
    )
    def test_is_told_for_each_limb(self, code, on, state):
        rule = next(rule for rule in RULES if rule.code == code)
        assert rule.state(date.fromisoformat(on)) == state

    def test_of_a_suspension_without_end_is_suspended(self):
        rule = ControlRule(effective_from=date(2025, 1, 1), suspended_from=date(2025, 2, 1))
        assert rule.state(date(2099, 1, 1)) == "suspended"


class TestDayInChina:
    def test_begins_two_and_a_half_hours_before_the_day_in_india(self):
        assert control.day_in_china(datetime(2026, 11, 10, 15, 59, tzinfo=UTC)) == date(2026, 11, 10)
        assert control.day_in_china(datetime(2026, 11, 10, 16, 0, tzinfo=UTC)) == date(2026, 11, 11)


class TestDeclaredCodes:
    @pytest.mark.parametrize(
        ("declared", "stated", "mismatch"),
        [
            ("1C904.a, 1C905.a", "dy 2 tb 1", Mismatch()),
            ("1c904.A.4; 1C905", "dy 2 tb 1", Mismatch()),
            ("1C905.a", "dy 2 tb 1", Mismatch(missing=(A904,))),
            ("", "dy 2 tb 0", Mismatch(missing=(A905,))),
            ("1C902.a 1C905.a", "dy 2 tb 0", Mismatch(surplus=(A902,))),
            ("1C905.a", "dy 0 tb 0", Mismatch(surplus=(A905,))),
            ("", "dy 0 tb 0", Mismatch()),
            ("1C905.a", "", Mismatch()),
            ("1C904.a", "dy 2 tb ?", Mismatch(missing=(A905,))),
            ("none (see report)", "dy 0 tb 0", Mismatch()),
        ],
    )
    def test_are_compared_to_the_letter(self, declared, stated, mismatch):
        assert control.compare(declared, judged(NDFEB, "MAGNET", stated, MIDDLE)) == mismatch

    def test_say_what_differs(self):
        assert str(Mismatch((A905,), (A902,))) == "not declared: 1C905.a; declared without ground: 1C902.a"


class TestVocabulary:
    def test_is_that_of_the_goods_lines(self):
        assert set(control.FAMILIES) == set(GoodsLine.Family.values)
        assert set(control.FORMS) == set(GoodsLine.Form.values)

    def test_labels_are_those_of_the_goods_lines(self):
        assert {f: control.family_label(f) for f in control.FAMILIES} == dict(GoodsLine.Family.choices)
        assert {f: control.form_label(f) for f in control.FORMS} == dict(GoodsLine.Form.choices)
