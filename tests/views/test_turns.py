"""Two windows, or two people, on one drafting page: nobody overwrites what they have not seen."""

from urllib.parse import urlencode

import pytest

from euc.models import PageSave
from tests.races import together

HTMX = {"HX-Request": "true"}
ORDER = {"po_number": "PO-77", "po_date": "05-10-2026"}


@pytest.fixture
def open_page(client_for, url, draft):
    """`open_page(person)`: the order page in a new window; what its form would send besides the fields."""

    def opened(person, tail="draft/order/"):
        client = client_for(person)
        seen = client.get(url(draft, tail)).context["seen"]
        return client, {"seen": str(seen), "window": seen.window}

    return opened


class TestTurns:
    def test_refuse_to_overwrite_what_another_saved_meanwhile(
        self, open_page, draft, url, drafter, signatory
    ):
        (first, seen_by_first), (second, seen_by_second) = open_page(drafter), open_page(signatory)
        first.post(url(draft, "draft/order/"), ORDER | seen_by_first)
        answer = second.post(url(draft, "draft/order/"), ORDER | {"po_number": "PO-88"} | seen_by_second)
        page = answer.content.decode()
        draft.refresh_from_db()
        assert (answer.status_code, draft.po_number) == (409, "PO-77")
        assert f"{drafter.name} changed this page while you had it open." in page
        assert [(c["old"], c["new"]) for c in answer.context["changes"]] == [("PO-77", "PO-88")]
        assert 'value="PO-88"' in page

    def test_let_a_person_who_saw_it_save_over_it(self, open_page, draft, url, drafter, signatory):
        (first, seen_by_first), (second, seen_by_second) = open_page(drafter), open_page(signatory)
        first.post(url(draft, "draft/order/"), ORDER | seen_by_first)
        mine = ORDER | {"po_number": "PO-88"}
        warned = second.post(url(draft, "draft/order/"), mine | seen_by_second).context["seen"]
        assert warned.window == seen_by_second["window"]
        answer = second.post(
            url(draft, "draft/order/"), mine | {"seen": str(warned), "window": warned.window}
        )
        draft.refresh_from_db()
        assert (answer.status_code, draft.po_number) == (302, "PO-88")

    def test_tell_the_autosave_of_an_overtaken_window(self, open_page, draft, url, drafter, signatory):
        (first, seen_by_first), (second, seen_by_second) = open_page(drafter), open_page(signatory)
        first.post(url(draft, "draft/order/"), ORDER | seen_by_first, headers=HTMX)
        answer = second.post(url(draft, "draft/order/"), {"po_number": "x", **seen_by_second}, headers=HTMX)
        draft.refresh_from_db()
        assert (answer.status_code, draft.po_number) == (409, "PO-77")
        assert "is not saved any more" in answer.content.decode()
        assert 'id="seen"' not in answer.content.decode()

    def test_hold_no_window_to_its_own_autosave(self, open_page, draft, url, drafter):
        """The button may be pressed while the answer to the last autosave is still under way."""
        client, seen = open_page(drafter)
        client.post(url(draft, "draft/order/"), ORDER | seen, headers=HTMX)
        answer = client.post(url(draft, "draft/order/"), ORDER | {"po_number": "PO-78"} | seen)
        draft.refresh_from_db()
        assert (answer.status_code, draft.po_number) == (302, "PO-78")

    def test_count_on_with_every_autosave(self, open_page, draft, url, drafter):
        client, seen = open_page(drafter)
        page = client.post(url(draft, "draft/order/"), ORDER | seen, headers=HTMX).content.decode()
        assert 'name="seen" value="0.1"' in page

    def test_notice_a_half_typed_page_of_somebody_else(self, open_page, draft, url, drafter, signatory):
        (first, seen_by_first), (second, seen_by_second) = open_page(drafter), open_page(signatory)
        first.post(url(draft, "draft/order/"), ORDER | {"po_date": "tomorrow"} | seen_by_first)
        answer = second.post(url(draft, "draft/order/"), ORDER | seen_by_second)
        assert answer.status_code == 409
        assert ("tomorrow", "05-10-2026") in [(c["old"], c["new"]) for c in answer.context["changes"]]

    def test_never_write_into_a_line_that_took_anothers_number(self, open_page, draft, url, drafter):
        client, _ = open_page(drafter)
        client.post(url(draft, "draft/goods/1/change/"), {"copy": "1"})
        client, seen = open_page(drafter, "draft/goods/2/")
        client.post(url(draft, "draft/goods/1/change/"), {"remove": "1"})
        client.post(url(draft, "draft/goods/add/"))
        answer = client.post(url(draft, "draft/goods/2/"), {"description": "mine", **seen})
        assert answer.status_code == 409
        assert "renumbered" in answer.content.decode()
        assert not draft.goods.filter(description="mine").exists()

    @pytest.mark.parametrize(
        ("typed", "window"),
        [
            ("", ""),
            ("0.7", ""),
            ("x", "0" * 16),
            ("0.x", "0" * 16),
            ("٣.1", "0" * 16),
            ("0." + "9" * 60, "0" * 16),
            ("-1.0", "0" * 16),
            ("0.0", "a\x00b"),
            ("0.0", "\ud800"),
            ("0.0", "z" * 10_000),
        ],
    )
    def test_take_a_form_without_a_version_as_it_is(self, client_for, drafter, draft, url, typed, window):
        given = urlencode(ORDER | {"seen": typed, "window": window}, errors="surrogatepass")
        form = "application/x-www-form-urlencoded"
        answer = client_for(drafter).post(url(draft, "draft/order/"), given, content_type=form)
        assert answer.status_code == 302

    @pytest.mark.services
    @pytest.mark.django_db(transaction=True)
    def test_have_one_winner_of_two_at_one_moment(self, open_page, draft, url, drafter, signatory):
        def typing(number, client, seen):
            mine = ORDER | {"po_number": f"PO-{number}"} | seen
            return lambda: client.post(url(draft, "draft/order/"), mine).status_code

        for _round in range(3):
            windows = [open_page(drafter), open_page(signatory)]
            answers = together(*(typing(number, *window) for number, window in enumerate(windows)))
            assert sorted(answers) == [302, 409]
        assert PageSave.objects.get().version == 3
