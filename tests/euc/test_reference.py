"""Reference data: loaded once, never changed afterwards, complete in three languages."""

from datetime import date

import pytest

from euc import reference
from euc.models import Clause, Policy
from euc.models.clause import library


class TestLoad:
    def test_adds_what_is_missing_once(self, db):
        first = reference.load()
        assert first > 0
        assert reference.load() == 0

    def test_leaves_what_officers_changed(self, clauses):
        Clause.objects.filter(pk=Clause.objects.first().pk).update(text_en="Changed by an officer")
        reference.load()
        assert Clause.objects.filter(text_en="Changed by an officer").count() == 1

    def test_brings_back_what_was_removed(self, clauses):
        code = Clause.objects.first().code
        Clause.objects.filter(code=code).delete()
        Policy.objects.filter(clause_code=code).delete()
        assert reference.load() == 2
        assert Clause.objects.filter(code=code).exists()


class TestClauses:
    @pytest.mark.parametrize("column", ["title", "text_en", "text_zh", "text_hi", "basis"])
    def test_have_words_in_three_languages_and_a_basis(self, clauses, column):
        assert not Clause.objects.filter(**{column: ""}).exists()

    def test_are_written_in_the_script_of_their_language(self, clauses):
        for clause in Clause.objects.all():
            assert any("\u4e00" <= sign <= "\u9fff" for sign in clause.text_zh), clause
            assert any("\u0900" <= sign <= "\u097f" for sign in clause.text_hi), clause

    def test_have_the_stances_they_ship_with(self, clauses):
        stances = {
            o.clause.code: o.stance for o in library(date(2026, 11, 27), authority_id=None, template="X")
        }
        two_q = {code for code in stances if code.startswith("IN2Q")}
        required = {code for code, stance in stances.items() if stance == "REQUIRED"}
        assert len(two_q) == 5
        assert required == two_q | {"DECLARED_USE", "NO_TRANSFER", "NO_WMD"}
        assert {c for c, stance in stances.items() if stance == "OFF"} == {"NO_REEXPORT_US", "WASSENAAR_TYPE"}

    def test_name_both_consent_authorities_for_re_export_apart(self, clauses):
        asked = {c.code: c.consent_authority for c in Clause.objects.filter(code__contains="REEXPORT")}
        assert asked["NO_REEXPORT"] == "Government of the People's Republic of China"
        assert asked["IN2Q_REEXPORT"] == "Certificate Issuing Authority, India"
