"""The page of briefs to the ministry: prepared by who reports, read by who sees the case, fetched as a file."""

import pytest

from documents import storing
from licensing import services
from licensing.models import CaseBrief

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(issued, drafter):
    return services.open_case(certificate=issued, by=drafter)


def at(case, tail=""):
    return f"/licences/{case.slug}/brief{tail}"


class TestPage:
    def test_prepares_and_shows_the_text_and_that_the_file_is_being_made(self, client_for, case, drafter):
        client = client_for(drafter)
        assert "No brief was prepared yet" in client.get(at(case, "/")).content.decode()
        assert client.post(at(case, "/"), {"asks": "Please <help>"}).status_code == 302
        shown = client.get(at(case, "/")).content.decode()
        assert "Please &lt;help&gt;" in shown
        assert "We ask for your help with the Chinese export licence" in shown
        assert 'hx-trigger="every 2s"' in shown
        assert client.get(at(case, "/1.pdf")).status_code == 404

    def test_keeps_what_was_typed(self, client_for, case, drafter):
        answer = client_for(drafter).post(at(case, "/"), {"asks": "x" * 1001})
        assert answer.status_code == 422
        assert "x" * 1001 in answer.content.decode()
        assert not CaseBrief.objects.exists()

    def test_offers_the_file_once_it_is_made(self, client_for, case, drafter, analyst, stranger):
        client_for(drafter).post(at(case, "/"), {"asks": "Please"})
        file = storing.store(
            content=b"%PDF", name="b.pdf", media_type="application/pdf", book=f"org-{case.importer_id}"
        )
        CaseBrief.objects.update(file=file)
        assert "Download brief no. 1 (PDF)" in client_for(drafter).get(at(case, "/")).content.decode()
        shown = client_for(analyst).get(at(case, "/")).content.decode()
        assert "Download brief no. 1 (PDF)" not in shown
        assert "is being made" not in shown
        assert "Prepare the brief" not in shown
        assert "hx-trigger" not in shown.partition('id="briefs"')[2].partition(">")[0]
        assert client_for(analyst).get(at(case, "/1.pdf")).status_code == 403
        answer = client_for(drafter).get(at(case, "/1.pdf"))
        assert (answer.content, answer["Content-Type"]) == (b"%PDF", "application/pdf")
        assert client_for(stranger).get(at(case, "/1.pdf")).status_code == 404

    def test_a_reader_cannot_prepare(self, client_for, case, analyst):
        assert client_for(analyst).post(at(case, "/"), {"asks": "Please"}).status_code == 403

    def test_costs_the_same_for_many(self, client_for, case, drafter, queries_of):
        client = client_for(drafter)
        client.post(at(case, "/"), {"asks": "one"})
        few = queries_of(drafter, at(case, "/"))
        for number in range(5):
            client.post(at(case, "/"), {"asks": f"more {number}"})
        assert queries_of(drafter, at(case, "/")) == few
