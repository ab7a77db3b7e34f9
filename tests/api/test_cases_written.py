"""Reports and briefs by machines: the law of the pages, once for each key, and refusals beside their inputs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents import storing
from euc.models.certificate import today
from licensing import services
from licensing.models import CaseBrief, StatusReport
from tests.euc.life import Life
from tests.remembering import remembered
from workflow.models import Errand

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@remembered
def case(life, drafter):
    return services.open_case(certificate=life.issued(), by=drafter)


@remembered
def life(library, drafter, signatory, officer, senior):
    return Life(drafter, signatory, officer, senior, None)


def at(case, tail):
    return f"/api/v1/licence-cases/{case.slug}/{tail}/"


def said(**more):
    return {"claimed": "FILED", "claimed_on": today().isoformat(), **more}


def send(client, path, body, **headers):
    return client.post(path, body, content_type="application/json", headers=headers)


class TestReports:
    def test_say_where_the_case_stands(self, client_for, drafter, case):
        answer = send(
            client_for(drafter), at(case, "reports"), said(note="Told by telephone", confidence="LOW")
        )
        assert answer.status_code == 201
        assert (answer.json()["claimed"], answer.json()["source"]) == ("FILED", "IMPORTER")
        case.refresh_from_db()
        assert case.status == "FILED"

    def test_bring_the_licence_with_them(self, client_for, drafter, case):
        licence = {
            "number": "26-AA-9",
            "issued_on": today().isoformat(),
            "expires_on": today().isoformat(),
            "lines": [{"line": 1, "authorised_mg": 5_000_000}],
        }
        answer = send(client_for(drafter), at(case, "reports"), said(claimed="ISSUED", licence=licence))
        assert answer.status_code == 201, answer.json()
        case.refresh_from_db()
        assert [line.authorised_mg for line in case.licence.lines.all()] == [5_000_000]

    def test_are_kept_once_for_a_key(self, client_for, drafter, case):
        headers = {"Idempotency-Key": "one"}
        first = send(client_for(drafter), at(case, "reports"), said(), **headers)
        again = send(client_for(drafter), at(case, "reports"), said(), **headers)
        assert (first.status_code, first.json()) == (again.status_code, again.json())
        assert StatusReport.objects.count() == 1

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"claimed": "LOST"}, "claimed"),
            ({"claimed_on": "30.11.2026"}, "claimed_on"),
            ({"claimed_on": "2999-01-01"}, "claimed_on"),
            ({"claimed_on": "2020-01-01"}, "claimed_on"),
            ({"claimed": "ISSUED"}, "number"),
            ({"note": "x" * 2001}, "note"),
            ({"note": "a\u202eb"}, "note"),
            ({"grounds": ["NONE_SUCH"]}, "grounds"),
            ({"grounds": ["END_USE"]}, "grounds"),
            ({"source": "EXPORTER"}, "source"),
            ({"licence": {"number": "1"}}, "licence"),
            ({"licence": {"issued_on": "2026-01-01", "expires_on": "2026-01-01", "lines": []}}, "licence"),
            ({"licence": []}, "licence"),
        ],
    )  # fmt: skip
    def test_refuse_what_does_not_hold(self, client_for, drafter, case, given, field):
        answer = send(client_for(drafter), at(case, "reports"), said(**given))
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]
        assert not StatusReport.objects.exists()

    def test_refuse_a_line_twice(self, client_for, drafter, case):
        lines = [{"line": 1, "authorised_mg": 1}] * 2
        licence = {"number": "1", "issued_on": "2026-01-01", "expires_on": "2026-01-01", "lines": lines}
        answer = send(client_for(drafter), at(case, "reports"), said(claimed="ISSUED", licence=licence))
        assert answer.json()["fields"]["licence"]["lines"][0]["code"] == "twice"

    def test_are_the_importers_own(self, client_for, stranger, officer, case):
        assert send(client_for(stranger), at(case, "reports"), said()).status_code == 404
        assert send(client_for(officer), at(case, "reports"), said()).status_code == 403


class TestBriefs:
    def test_are_prepared_and_read(self, client_for, drafter, analyst, case):
        made = send(client_for(drafter), at(case, "briefs"), {"asks": "Please ask Beijing"})
        assert made.status_code == 201
        assert (made.json()["number"], made.json()["file"]) == (1, None)
        assert Errand.objects.filter(kind="licensing.make_brief").count() == 1
        found = client_for(analyst).get(at(case, "briefs")).json()["results"]
        assert [(one["asks"], one["facts"]["reference"]) for one in found] == [
            ("Please ask Beijing", case.reference)
        ]

    def test_lead_to_their_file(self, client_for, drafter, analyst, stranger, case):
        send(client_for(drafter), at(case, "briefs"), {"asks": "Please"})
        path = at(case, "briefs/1/file")
        assert client_for(drafter).get(path).status_code == 404
        CaseBrief.objects.update(
            file=storing.store(content=b"%PDF", name="b", media_type="application/pdf", book=case.book)
        )
        address = client_for(drafter).get(at(case, "briefs")).json()["results"][0]["file"]
        assert address.endswith(path)
        assert client_for(drafter).get(path).content == b"%PDF"
        assert client_for(analyst).get(path).status_code == 403
        assert client_for(stranger).get(path).status_code == 404

    @pytest.mark.parametrize("asks", ["", "x" * 1001, None, ["a"]])
    def test_refuse_what_asks_nothing(self, client_for, drafter, case, asks):
        answer = send(client_for(drafter), at(case, "briefs"), {"asks": asks})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["asks"])
        assert not CaseBrief.objects.exists()

    def test_of_an_ended_case_are_refused(self, client_for, drafter, case):
        services.report(case=case, by=drafter, claimed="WITHDRAWN", claimed_on=today())
        answer = send(client_for(drafter), at(case, "briefs"), {"asks": "Please"})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_status")

    def test_cost_the_same_for_many(self, client_for, drafter, case):
        def cost():
            with CaptureQueriesContext(connection) as seen:
                assert client_for(drafter).get(at(case, "briefs")).status_code == 200
            return len(seen)

        send(client_for(drafter), at(case, "briefs"), {"asks": "one"})
        before = cost()
        for asks in ("two", "three"):
            send(client_for(drafter), at(case, "briefs"), {"asks": asks})
        assert cost() == before
