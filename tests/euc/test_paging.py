"""Keyset paging: walking forward and back shows every row once, in order, whatever the cursor says."""

import base64
import json
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from euc import paging
from euc.models import Certificate
from euc.paging import paginate

QUEUE = ("-risk", "submitted_at", "id")
SOON = timezone.now()

VALUES = [
    {},
    "x",
    [1],
    [1, 2, 3, 4],
    [None, None, None],
    ["x", "y", "z"],
    [2**70, "2026-01-01", 1],
    [1, "2026-13-45", 1],
    [True, {}, []],
    [1, "9999-12-31T23:59:59-14:00", 1],
    [1, "0001-01-01T00:00:00+14:00", 1],
    [1, "0001-01-01T00:00:00", 1],
    [2**62, "2026-01-01T00:00:00Z", -(2**63)],
]


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


SENSELESS = ["", "x", "====", "%00", "☃", "W10", "bnVsbA", "a" * 5000, *map(encoded, VALUES)]


@pytest.fixture
def fill(importer, drafter):
    """`fill(risks)`: so many certificates with these risks, many of them submitted at one moment."""

    def make(risks):
        Certificate.objects.all().delete()
        Certificate.objects.bulk_create(
            Certificate(
                reference=f"EUC/{number}", importer=importer, created_by=drafter.person, risk=risk,
                submitted_by=drafter.person, submitted_at=SOON + timedelta(seconds=number % 3),
            )
            for number, risk in enumerate(risks)
        )  # fmt: skip

    return make


def page_of(order, query, size):
    return paginate(Certificate.objects.all(), order=order, query=QueryDict(query.lstrip("?")), size=size)


def walk(order, size, query="", way="next_url"):
    """The pages from here to the end in one direction, each with its own query."""
    while True:
        page = page_of(order, query, size)
        yield query, page
        query = getattr(page, way)
        if not query:
            return


def keys(page):
    return [row.pk for row in page.rows]


class TestPaginate:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        risks=st.lists(st.integers(0, 3), max_size=14),
        size=st.integers(1, 5),
        order=st.sampled_from([QUEUE, ("-id",), ("id",), ("risk", "-id"), ("-risk", "-submitted_at", "-id")]),
    )
    def test_shows_every_row_once_forward_and_back(self, fill, risks, size, order):
        fill(risks)
        expected = list(Certificate.objects.order_by(*order).values_list("pk", flat=True))
        forward = list(walk(order, size))
        assert [pk for _, page in forward for pk in keys(page)] == expected
        assert all(len(page.rows) <= size for _, page in forward)
        last = forward[-1][1]
        if last.previous_url:
            back = [page for _, page in walk(order, size, last.previous_url, "previous_url")]
            seen = [pk for page in reversed(back) for pk in keys(page)]
            assert seen + keys(last) == expected

    def test_links_each_page_with_its_neighbours(self, fill):
        fill([0] * 7)
        first, second, third = (page for _, page in walk(("-id",), 3))
        assert (first.previous_url, third.next_url) == ("", "")
        assert keys(page_of(("-id",), second.previous_url, 3)) == keys(first)
        assert keys(page_of(("-id",), third.previous_url, 3)) == keys(second)

    def test_has_no_neighbours_when_all_fits(self, fill):
        fill([0] * 3)
        page = page_of(("-id",), "", 3)
        assert (len(page.rows), page.previous_url, page.next_url) == (3, "", "")

    def test_is_empty_when_there_is_nothing(self, db):
        page = page_of(QUEUE, "", 3)
        assert (page.rows, page.previous_url, page.next_url) == ([], "", "")

    def test_keeps_the_filters_in_its_links(self, fill):
        fill([0] * 4)
        page = page_of(("-id",), "status=DRAFT&q=a%26b&after=nonsense", 2)
        link = QueryDict(page.next_url.lstrip("?"))
        assert (link["status"], link["q"]) == ("DRAFT", "a&b")
        assert link.getlist("after") != ["nonsense"]
        assert "before" not in link

    def test_misses_nothing_when_rows_are_added_before_the_cursor(self, fill, importer, drafter):
        fill([0] * 4)
        first = page_of(("-id",), "", 2)
        Certificate.objects.create(reference="EUC/new", importer=importer, created_by=drafter.person)
        second = page_of(("-id",), first.next_url, 2)
        assert not set(keys(first)) & set(keys(second))
        assert len(second.rows) == 2

    @pytest.mark.parametrize("cursor", SENSELESS)
    @pytest.mark.parametrize("side", ["after", "before"])
    def test_shows_the_first_page_for_a_senseless_cursor(self, fill, side, cursor):
        fill([0] * 4)
        query = QueryDict(mutable=True)
        query[side] = cursor
        page = paginate(Certificate.objects.all(), order=QUEUE, query=query, size=2)
        assert len(page.rows) in {0, 2}

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        values=st.lists(
            st.integers(-(2**64), 2**64) | st.text(max_size=6) | st.none() | st.floats(allow_nan=False),
            min_size=3,
            max_size=3,
        )
    )
    def test_never_fails_whatever_the_cursor_holds(self, fill, values):
        fill([0, 1])
        query = QueryDict(mutable=True)
        query["after"] = encoded(values)
        assert paginate(Certificate.objects.all(), order=QUEUE, query=query, size=2).rows is not None

    def test_costs_one_query(self, fill, django_assert_num_queries):
        fill([0] * 9)
        middle = page_of(("-id",), "", 3).next_url
        with django_assert_num_queries(1):
            page_of(("-id",), middle, 3)


class TestCount:
    @pytest.mark.parametrize(("most", "counted", "shown"), [(1000, 3, "3"), (3, 3, "3"), (2, 3, "2+")])
    def test_goes_one_beyond_what_is_shown(self, fill, monkeypatch, most, counted, shown):
        fill([1, 2, 3] if most > 2 else [1, 2, 3, 4, 5])
        monkeypatch.setattr(paging, "MOST_COUNTED", most)
        assert paging.count(Certificate.objects.all()) == counted
        assert paging.shown_count(counted) == shown
