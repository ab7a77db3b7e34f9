"""Risk: each reason by a case that has it and one that has not."""

import pytest

from euc import risk
from euc.models import Certificate, EndUse, GoodsLine, Party
from tests.remembering import remembered


def reasons(certificate):
    return set(risk.reasons(Certificate.objects.get(pk=certificate.pk)))


@remembered
def plain(life):
    """An importer's second certificate, light magnets, little of them."""
    life.issued()
    certificate = life.draft()
    GoodsLine.objects.filter(certificate=certificate).update(
        dy=0, tb=0, control_codes="", net_weight_mg=10**9
    )
    return certificate


class TestReasons:
    def test_are_none_for_a_plain_one(self, plain):
        assert reasons(plain) == set()

    @pytest.mark.parametrize("element", ["dy", "tb", "sm", "gd", "ho", "y"])
    def test_tell_of_medium_and_heavy_rare_earths(self, plain, element):
        GoodsLine.objects.filter(certificate=plain).update(**{element: "0.001"})
        assert reasons(plain) == {"heavy"}

    @pytest.mark.parametrize(
        ("market", "touches"),
        [
            ("India and the USA", True),
            ("United States", True),
            ("美国", True),
            ("Latin America", True),
            ("India", False),
            ("Australia", False),
        ],
    )
    def test_tell_of_the_united_states_as_market(self, plain, market, touches):
        EndUse.objects.filter(certificate=plain).update(destination_market=market)
        assert ("us" in reasons(plain)) is touches

    def test_tell_of_the_united_states_as_party(self, plain):
        Party.objects.filter(certificate=plain, role="EXPORTER").update(country="US")
        assert reasons(plain) == {"us"}

    def test_tell_of_a_third_party_as_end_user(self, plain):
        Party.objects.filter(certificate=plain, role="END_USER").update(same_as_importer=False, country="IN")
        assert reasons(plain) == {"third_party"}

    def test_tell_of_an_importer_s_first(self, life):
        assert "first" in reasons(life.draft())

    def test_do_not_count_what_was_never_issued_as_the_first(self, life):
        life.submitted()
        assert "first" in reasons(life.draft())

    def test_tell_of_more_than_a_tonne_over_all_lines(self, plain):
        assert "large" not in reasons(plain)
        GoodsLine.objects.filter(certificate=plain).update(net_weight_mg=10**9 + 1)
        assert reasons(plain) == {"large"}

    def test_tell_of_an_earlier_return(self, life):
        assert "resubmitted" in reasons(life.returned())

    def test_have_points_and_words(self):
        assert risk.POINTS.keys() == risk.REASONS.keys()
        assert all(str(words) for words in risk.REASONS.values())

    def test_add_up(self):
        assert risk.points([]) == 0
        assert risk.points(["heavy", "us"]) == risk.POINTS["heavy"] + risk.POINTS["us"]

    def test_fit_the_column_all_together(self):
        assert risk.points(list(risk.POINTS)) < 2**15


class TestDeclaredCodes:
    def test_tell_of_a_difference_from_the_assessment(self, plain):
        GoodsLine.objects.filter(certificate=plain).update(control_codes="1C902.a")
        assert reasons(plain) == {"codes"}

    def test_tell_of_a_code_that_was_left_out(self, plain):
        GoodsLine.objects.filter(certificate=plain).update(dy="2.5")
        assert reasons(plain) == {"heavy", "codes"}

    def test_tell_nothing_while_the_composition_is_not_known(self, plain):
        GoodsLine.objects.filter(certificate=plain).update(dy=None, control_codes="1C905.a")
        assert reasons(plain) == set()
