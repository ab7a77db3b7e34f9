"""Remarks on fields: written where the field stands by htmx, on a page of their own without, and lost by neither."""

import pytest

from euc import services

IN_PLACE = {"HX-Request": "true"}
GRADE = "comment/?page=goods&field=grade&line=1"


def text(response):
    return response.content.decode()


@pytest.fixture
def reviewing(client_for, officer):
    return client_for(officer)


class TestAsAPage:
    def test_is_kept_for_the_return(self, reviewing, submitted, url):
        response = reviewing.post(url(submitted, GRADE), {"text": "Which grade?"})
        assert response.url == url(submitted, "#row-goods-1-grade")
        assert (submitted.comments.get().field, submitted.comments.get().sent_at) == ("grade", None)

    def test_is_shown_on_the_review_page(self, reviewing, submitted, url):
        response = reviewing.post(url(submitted, f"{GRADE}&back=review"), {"text": "Which grade?"})
        assert response.url == url(submitted, "review/#row-goods-1-grade")
        assert "Which grade?" in text(reviewing.get(response.url))

    def test_goes_back_to_the_field_beside_the_same_file(self, reviewing, submitted, url):
        response = reviewing.post(url(submitted, f"{GRADE}&back=review&evidence=7"), {"text": "Which?"})
        assert response.url == url(submitted, "review/?evidence=7#row-goods-1-grade")
        assert "goes out when you return it" in text(reviewing.get(response.url))

    @pytest.mark.parametrize(
        "query",
        ["", "?page=nowhere&field=x", "?page=goods&field=%3Cscript%3E", "?page=goods&field=grade&line=9"],
    )
    @pytest.mark.parametrize("headers", [{}, IN_PLACE])
    def test_needs_a_field_that_is_shown(self, reviewing, submitted, url, query, headers):
        assert reviewing.get(url(submitted, f"comment/{query}"), headers=headers).status_code == 404

    def test_needs_words(self, reviewing, submitted, url):
        response = reviewing.post(url(submitted, GRADE), {"text": " "})
        assert response.status_code == 422

    def test_is_for_reviewers_while_it_is_under_review(self, client_for, drafter, reviewing, issued, url):
        assert client_for(drafter).post(url(issued, GRADE), {"text": "Hm"}).status_code == 403
        late = reviewing.post(url(issued, GRADE), {"text": "Too late"})
        assert late.status_code == 422
        assert "while it is under review" in text(late)
        assert "Too late" in text(late)
        assert not issued.comments.exists()


class TestInPlace:
    def ask(self, client, address, typed=None):
        return (
            client.get(address, headers=IN_PLACE)
            if typed is None
            else client.post(address, {"text": typed}, headers=IN_PLACE)
        )

    def test_every_field_of_the_review_page_offers_it(self, reviewing, submitted, url):
        page = text(reviewing.get(url(submitted, "review/")))
        rows = page.count('<div id="row-')
        assert rows > 30
        assert page.count('hx-get="' + url(submitted, "comment/")) == rows
        assert page.count('hx-target="this"') == rows

    def test_opens_a_form_that_holds_the_keyboard(self, reviewing, submitted, url):
        row = text(self.ask(reviewing, url(submitted, f"{GRADE}&back=review")))
        assert "<html" not in row
        assert 'for="row-goods-1-grade_text"' in row
        assert row.count("data-focus") == 1
        assert row.index("data-focus") > row.index("<textarea")

    def test_shows_what_was_kept_at_once(self, reviewing, submitted, url):
        row = text(
            self.ask(reviewing, url(submitted, f"{GRADE}&back=review&evidence=7"), "Which <b>grade</b>?")
        )
        assert "Which &lt;b&gt;grade&lt;/b&gt;?" in row
        assert "<textarea" not in row
        assert "&amp;back=review&amp;evidence=7" in row
        assert submitted.comments.get().line == 1

    def test_says_what_is_wrong_beside_what_was_typed(self, reviewing, submitted, url):
        response = self.ask(reviewing, url(submitted, GRADE), "Which grade?\x00" + "x" * 2000)
        assert response.status_code == 422
        assert 'aria-describedby="row-goods-1-grade_text_error"' in text(response)
        assert "Which grade?" in text(response)
        assert not submitted.comments.exists()

    def test_a_certificate_decided_meanwhile_keeps_the_words(self, reviewing, submitted, second_officer, url):
        services.send_back(certificate=submitted, by=second_officer, reason="Mend it.")
        response = self.ask(reviewing, url(submitted, GRADE), "Which grade?")
        assert response.status_code == 422
        assert "while it is under review" in text(response)
        assert "Which grade?" in text(response)

    def test_closes_without_a_trace(self, reviewing, submitted, url):
        row = text(self.ask(reviewing, url(submitted, f"{GRADE}&back=review&closed=1")))
        assert "<textarea" not in row
        assert row.index("data-focus") > row.index("<a ")

    def test_asks_the_same_of_the_database_with_many_remarks(
        self, reviewing, submitted, officer, url, django_assert_max_num_queries
    ):
        for number in range(20):
            services.comment(
                certificate=submitted, by=officer, page="goods", field="grade", line=1, text=f"No. {number}"
            )
        with django_assert_max_num_queries(20):
            row = text(self.ask(reviewing, url(submitted, GRADE), "One more"))
        assert row.count('class="comment"') == 21
