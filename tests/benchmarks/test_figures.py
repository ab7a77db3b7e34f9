import pytest

from benchmarks import figures


class TestFigure:
    def test_without_a_target_holds(self):
        row = figures.told("seconds", 1.23456, "s")
        assert row == {"name": "seconds", "value": 1.235, "unit": "s", "target": None, "holds": True}

    @pytest.mark.parametrize(("value", "holds"), [(1.3, True), (1.3001, False)])
    def test_holds_up_to_its_most(self, value, holds):
        assert figures.at_most("ratio", value, "ratio", 1.3)["holds"] is holds

    @pytest.mark.parametrize(("value", "holds"), [(0.5, True), (0.4999, False)])
    def test_holds_from_its_least(self, value, holds):
        assert figures.at_least("ratio", value, "ratio", 0.5)["holds"] is holds


class TestSums:
    def test_p95_is_above_nineteen_of_twenty(self):
        assert figures.percentile([float(n) for n in range(20)], 0.95) == 19.0

    def test_of_one_value_is_that_value(self):
        assert figures.percentile([3.0], 0.95) == figures.quiet([3.0]) == 3.0

    def test_ratio_is_the_median_of_pairs(self):
        assert figures.ratio([(2.0, 1.0), (9.0, 3.0), (40.0, 10.0)]) == 3.0

    def test_scale_shrinks_no_further_than_asked(self, monkeypatch):
        monkeypatch.setenv("BENCH_SCALE", "0.001")
        assert figures.scaled(100_000, least=120) == 120


class TestTable:
    def test_has_a_line_for_each_figure_in_one_width(self):
        rows = [figures.told("a", 1234.5, "s"), figures.at_most("longer", 2.0, "ratio", 1.3)]
        lines = figures.table([row | {"load_average": 0.5} for row in rows]).splitlines()
        assert lines == [
            "name      value  unit   target  holds  load",
            "a       1,234.5  s      -       -      0.50",
            "longer        2  ratio  <= 1.3  NO     0.50",
        ]
