"""Reference data: loaded once, never changed afterwards, complete in three languages."""

import pytest

from euc import reference
from euc.models import Clause


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
        reference.load()
        assert Clause.objects.filter(code=code).exists()


class TestClauses:
    @pytest.mark.parametrize("column", ["title", "text_en", "text_zh", "text_hi", "basis"])
    def test_have_words_in_three_languages_and_a_basis(self, clauses, column):
        assert not Clause.objects.filter(**{column: ""}).exists()

    def test_are_written_in_the_script_of_their_language(self, clauses):
        for clause in Clause.objects.all():
            assert any("\u4e00" <= sign <= "\u9fff" for sign in clause.text_zh), clause
            assert any("\u0900" <= sign <= "\u097f" for sign in clause.text_hi), clause

    def test_have_required_and_offered_ones(self, clauses):
        assert set(Clause.objects.values_list("policy", flat=True)) >= {"REQUIRED", "OFFERED"}
