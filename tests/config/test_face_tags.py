"""The tags that decide how weights, money, moments and statuses look."""

import datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from config.templatetags import face

LATE_MARCH = datetime.datetime(2026, 3, 31, 20, 0, tzinfo=datetime.UTC)


def rendered(source: str, **context) -> str:
    return Template("{% load face %}" + source).render(Context(context))


class TestKilograms:
    @pytest.mark.parametrize(
        ("milligrams", "shown"),
        [
            (0, "0.000 kg"),
            (1, "0.000001 kg"),
            (950_000, "0.950 kg"),
            (950_500, "0.9505 kg"),
            (1_200_000_000, "1,200.000 kg"),
            (123_456_000_000, "1,23,456.000 kg"),
            (123_456_000_123, "1,23,456.000123 kg"),
            (-2_500_000, "-2.500 kg"),
            (10**18, "10,00,00,00,00,000.000 kg"),
        ],
    )
    def test_are_exact_with_three_decimals_or_more(self, milligrams, shown):
        assert rendered("{{ mg|kg }}", mg=milligrams) == shown

    def test_of_nothing_are_nothing(self):
        assert rendered("{{ mg|kg }}", mg=None) == ""

    @pytest.mark.parametrize(
        ("milligrams", "shown"),
        [
            (0, "0.000 kg"),
            (1, "<0.001 kg"),
            (788_952_798, "788.953 kg"),
            (1_234_567_890, "1.235 t"),
            (-442_889_779, "-442.890 kg"),
        ],
    )
    def test_of_sums_end_with_the_gram(self, milligrams, shown):
        assert face.format_weight(milligrams) == shown

    def test_look_the_same_in_every_language(self):
        for language in ("en", "hi", "zh-hans"):
            with translation.override(language):
                assert rendered("{{ mg|kg }}", mg=123_456_000_000) == "1,23,456.000 kg"


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "shown"),
        [
            ("1234567", "₹12,34,567.00"),
            (Decimal("-5.5"), "-₹5.50"),
            (999, "₹999.00"),
            (100000, "₹1,00,000.00"),
        ],
    )
    def test_in_rupees_groups_lakhs(self, amount, shown):
        assert rendered("{{ amount|inr }}", amount=amount) == shown

    def test_in_another_currency_groups_thousands(self):
        assert rendered("{{ amount|money:'USD' }}", amount=Decimal("1234567.5")) == "USD 1,234,567.50"

    @pytest.mark.parametrize(
        ("amount", "shown"),
        [(3_060_000_000, "₹306.00 crore"), (1_234_567, "₹12.35 lakh"), (99_999, "₹99,999.00")],
    )
    def test_of_scale_is_said_in_lakh_and_crore(self, amount, shown):
        assert rendered("{{ amount|lakh_crore }}", amount=amount) == shown


class TestDay:
    def test_is_taken_in_india(self):
        assert rendered("{{ at|day }}", at=LATE_MARCH) == "01-04-2026"

    @pytest.mark.parametrize("value", ["2025-10-05", datetime.date(2025, 10, 5), "2025-10-04T20:00:00+00:00"])
    def test_reads_dates_and_iso_text(self, value):
        assert rendered("{{ value|day }}", value=value) == "05-10-2025"

    def test_of_nothing_is_nothing(self):
        assert rendered("{{ value|day }}{{ value|moment }}{{ value|legal_day }}", value=None) == ""

    def test_in_legal_text_names_the_month(self):
        assert rendered("{{ value|legal_day }}", value="2025-10-05") == "05-Oct-2025"


class TestMoment:
    def test_says_indian_time_and_tells_machines_the_offset(self):
        shown = rendered("{{ at|moment }}", at=LATE_MARCH)
        assert shown == '<time datetime="2026-04-01T01:30:00+05:30">01-04-2026 01:30 IST</time>'


class TestStatusBadge:
    def test_tells_by_word_and_shape(self):
        shown = rendered('{% status_badge "REVOKED" "Revoked" %}')
        assert "Revoked" in shown
        assert "tone-danger" in shown
        assert "#stop" in shown

    def test_escapes_its_label(self):
        assert "<b>" not in rendered("{% status_badge 'X' label %}", label="<b>")

    def test_of_an_unknown_status_is_neutral(self):
        assert "tone-neutral" in rendered('{% status_badge "NOVEL" "Novel" %}')


class TestIcon:
    def test_is_decoration_unless_named(self):
        assert 'aria-hidden="true"' in rendered('{% icon "check" %}')
        assert 'aria-label="Done"' in rendered('{% icon "check" "Done" %}')


class TestQuery:
    def test_changes_one_parameter_and_keeps_the_rest(self):
        request = RequestFactory().get("/", {"q": "a b", "page": "2"})
        shown = Template("{% load face %}{% query page=None status='DRAFT' %}").render(
            Context({"request": request}, autoescape=False)
        )
        assert shown == "?q=a+b&status=DRAFT"


class TestReferenceSlug:
    def test_has_no_slash(self):
        assert face.reference_slug("EUC/0388000001/2026-27/0001") == "EUC-0388000001-2026-27-0001"


class TestFileSize:
    @pytest.mark.parametrize(("size", "shown"), [(0, "0 B"), (1234, "1 kB"), (2_400_000, "2.4 MB")])
    def test_is_short(self, size, shown):
        assert rendered("{{ size|file_size }}", size=size) == shown


class TestChineseDates:
    def test_have_the_year_first(self):
        with translation.override("zh-hans"):
            assert rendered("{{ at|day }}", at=LATE_MARCH) == "2026-04-01"
            assert ">2026-04-01 01:30 " in rendered("{{ at|moment }}", at=LATE_MARCH)
