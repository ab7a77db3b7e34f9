"""Pages of feeds: kept by who reports, shown as they are, refused rows to fetch; the address that senders call."""

import csv
import io
import json
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from documents import sheets
from licensing import feed_keeping, feed_runs, feed_signing, feed_taking, services
from licensing.models import FeedDelivery, FeedRun, FeedSource, StatusReport
from tests.euc.life import Life
from tests.licensing.test_feeding import record, run_all
from tests.licensing.test_services import fresh
from tests.remembering import remembered

LIST = "/licences/feeds/"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@remembered
def case(drafter, signatory, officer, senior):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    return services.open_case(certificate=certificate, by=drafter)


@pytest.fixture
def add(case, drafter):
    def made(kind, by=drafter, **given):
        return feed_keeping.add(by=by, name="Ningbo", exporter_name=case.exporter_name, kind=kind, **given)

    return made


@pytest.fixture
def hook(add):
    return add("WEBHOOK")


def today_record(case, number=1, **given):
    return record(case, number, days=0) | given


def message(hook, *records, at=None, secret=None, **given):
    """Body and headers of a call as a sender makes them."""
    body = json.dumps({"records": records}).encode()
    timestamp = str(int(at or time.time()))
    signed = feed_signing.signature(secret or feed_signing.secret_of(fresh(hook)), timestamp, body)
    headers = {"X-Feed-Timestamp": timestamp, "X-Feed-Signature": signed}
    return body, headers | given


def call(hook, body, headers):
    path = f"/api/v1/feeds/{getattr(hook, 'key', hook)}/"
    return Client().post(path, body, content_type="application/json", headers=headers)


class TestPages:
    def test_show_an_empty_list_with_what_to_do(self, client_for, drafter, auditor, analyst):
        shown = client_for(drafter).get(LIST).content.decode()
        assert "There is no source yet" in shown
        assert "/licences/feeds/add/" in shown
        assert "/licences/feeds/add/" not in client_for(auditor).get(LIST).content.decode()
        assert client_for(analyst).get(LIST).status_code == 403

    def test_register_a_source(self, client_for, drafter, case):
        client = client_for(drafter)
        body = {"name": "N", "exporter_name": case.exporter_name, "kind": "HTTP", "minutes": "60"}
        answer = client.post(LIST + "add/", body | {"url": "http://feed.example/"})
        assert answer.status_code == 422
        assert "begins with https://" in answer.content.decode()
        assert client.post(LIST + "add/", body | {"url": "https://feed.example/"}).status_code == 302
        shown = client.get(LIST).content.decode()
        assert "never read" in shown

    @pytest.mark.parametrize(
        ("given", "words"),
        [({"name": ""}, "This field is required"), ({"exporter_name": "Nobody"}, "No issued certificate names"),
         ({"kind": "FAX"}, "Select a valid choice"), ({"minutes": "1"}, "Select a valid choice"),
         ({"url": "https://x.example/\x00"}, "character")],
    )  # fmt: skip
    def test_say_what_is_wrong_beside_the_field(self, client_for, drafter, case, given, words):
        body = {"name": "N", "exporter_name": case.exporter_name, "kind": "HTTP", "minutes": "60", "url": "https://x.example/"}  # fmt: skip # noqa: E501
        answer = client_for(drafter).post(LIST + "add/", body | given)
        assert answer.status_code == 422
        assert words in answer.content.decode()

    def test_show_a_secret_once(self, client_for, drafter, case):
        body = {"name": "N", "exporter_name": case.exporter_name, "kind": "WEBHOOK", "minutes": "60"}
        answer = client_for(drafter).post(LIST + "add/", body)
        hook = FeedSource.objects.get()
        secret = feed_signing.secret_of(hook)
        assert secret in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert secret not in client_for(drafter).get(f"{LIST}{hook.key}/").content.decode()

    def test_show_since_when_a_source_fails(self, client_for, drafter, add):
        source = add("HTTP", url="https://feed.example/")
        feed_runs.fail(source, timezone.now(), "STATUS", "500", started_at=timezone.now())
        for path in (LIST, f"{LIST}{source.key}/"):
            shown = client_for(drafter).get(path).content.decode()
            assert "failing" in shown
            assert "since" in shown
        assert "answered with an error" in shown

    def test_pause_resume_change_and_remove(self, client_for, drafter, add):
        source, client = add("HTTP", url="https://feed.example/"), client_for(drafter)
        at = f"{LIST}{source.key}/"
        for verb, state in (("pause", "PAUSED"), ("resume", "NEVER"), ("read", "NEVER")):
            assert client.post(at + verb + "/").status_code == 302
            assert fresh(source).state == state
        body = {"name": "Renamed", "exporter_name": source.exporter_name, "url": source.url, "minutes": "15"}
        assert client.post(at + "change/", body).status_code == 302
        assert (fresh(source).name, fresh(source).minutes) == ("Renamed", 15)
        assert "Remove Renamed?" in client.get(at + "remove/").content.decode()
        assert client.post(at + "remove/").status_code == 302
        assert client.get(at).status_code == 404

    def test_take_a_file_and_give_refused_rows_back(self, client_for, drafter, add, case):
        source, client = add("FILE"), client_for(drafter)
        rows = [today_record(case), today_record(case, 2, station="=1+1"), today_record(case, 3, date="soon")]
        content = sheets.csv_of([list(rows[0]), *(list(row.values()) for row in rows)])
        answer = client.post(f"{LIST}{source.key}/upload/", {"file": SimpleUploadedFile("day.csv", content)})
        assert answer.status_code == 302
        assert "being worked off" in client.get(f"{LIST}{source.key}/").content.decode()
        run_all()
        shown = client.get(f"{LIST}{source.key}/").content.decode()
        run = FeedRun.objects.get()
        assert (run.changed, run.refused) == (1, 2)
        path = f"{LIST}{source.key}/runs/{run.pk}/refused.csv"
        assert path in shown
        table = list(csv.DictReader(io.StringIO(client.get(path).content.decode("utf-8-sig"))))
        assert [row["row"] for row in table] == ["3", "4"]
        assert table[0]["station"] == "'=1+1"
        assert "is no date" in table[1]["reasons"]

    def test_refuse_a_file_that_is_too_large(self, client_for, drafter, add):
        source = add("FILE")
        file = SimpleUploadedFile("x.csv", b"x" * (10 * 1024 * 1024 + 1))
        answer = client_for(drafter).post(f"{LIST}{source.key}/upload/", {"file": file})
        assert answer.status_code == 422
        assert "More than 10 MB" in answer.content.decode()

    def test_cost_as_many_queries_with_many_runs(self, queries_of, drafter, add):
        source, at = add("FILE"), timezone.now()
        feed_runs.refuse_file(source=source, name="x")
        before = queries_of(drafter, f"{LIST}{source.key}/")
        for _ in range(30):
            feed_runs.refuse_file(source=source, name="x", at=at)
        assert queries_of(drafter, f"{LIST}{source.key}/") == before
        assert "?after=" in client_page(drafter, source)


def client_page(actor, source):
    client = Client()
    client.force_login(actor.person, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"{LIST}{source.key}/").content.decode()


class TestCalls:
    def test_a_signed_message_becomes_a_report(self, hook, case):
        assert call(hook, *message(hook, today_record(case))).status_code == 202
        assert not StatusReport.objects.exists()
        run_all()
        assert StatusReport.objects.get().source == "FEED"

    def refused(self, hook, body, headers):
        answer = call(hook, body, headers)
        assert not FeedDelivery.objects.exists()
        return answer.status_code, answer.json()

    @pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365 * 10])
    def test_late_and_future_ones_are_refused(self, hook, case, minutes):
        found = self.refused(hook, *message(hook, today_record(case), at=time.time() + 60 * minutes))
        assert found[0] == 404

    @pytest.mark.parametrize("minutes", [-4, 4])
    def test_clocks_may_differ_a_little(self, hook, case, minutes):
        sent = message(hook, today_record(case), at=time.time() + 60 * minutes)
        assert call(hook, *sent).status_code == 202

    def test_everything_else_gets_one_answer(self, hook, add, case, drafter):
        body, headers = message(hook, today_record(case))
        other, paused, removed, asked = add("WEBHOOK"), add("WEBHOOK"), add("WEBHOOK"), add("FILE")
        feed_keeping.pause(source=paused, by=drafter)
        feed_keeping.remove(source=removed, by=drafter)
        answers = [
            self.refused("0" * 30, body, headers),
            self.refused(hook, body + b" ", headers),
            self.refused(hook, body, headers | {"X-Feed-Signature": "0" * 64}),
            self.refused(hook, body, headers | {"X-Feed-Signature": "ü"}),
            self.refused(hook, body, headers | {"X-Feed-Timestamp": headers["X-Feed-Timestamp"] + "0"}),
            self.refused(hook, body, headers | {"X-Feed-Timestamp": "now"}),
            self.refused(hook, body, {}),
            self.refused(other, body, headers),
            *(self.refused(one, *message(one, today_record(case))) for one in (paused, removed, asked)),
        ]
        assert all(answer == answers[0] for answer in answers)
        assert answers[0][0] == 404

    def test_a_replay_is_refused_and_changes_nothing(self, hook, case):
        sent = message(hook, today_record(case))
        assert [call(hook, *sent).status_code for _ in range(3)] == [202, 404, 404]
        assert FeedDelivery.objects.count() == 1

    def test_a_renewed_secret_overlaps_with_the_one_before(self, client_for, drafter, hook, case):
        old = feed_signing.secret_of(hook)
        shown = client_for(drafter).post(f"{LIST}{hook.key}/secret/").content.decode()
        new = feed_signing.secret_of(fresh(hook))
        assert new in shown
        assert new != old
        for number, secret in enumerate((old, new)):
            assert call(hook, *message(hook, today_record(case, number), secret=secret)).status_code == 202
        FeedSource.objects.update(former_ends_at=timezone.now() - timedelta(seconds=1))
        assert call(hook, *message(hook, today_record(case, 3), secret=old)).status_code == 404
        feed_keeping.renew_secret(source=hook, by=drafter)
        assert call(hook, *message(hook, today_record(case, 4), secret=old)).status_code == 404

    def test_another_installation_has_other_secrets(self, hook, settings):
        here = feed_signing.secret_of(hook)
        settings.SECRET_KEY = "another"
        assert feed_signing.secret_of(hook) != here

    def test_the_size_is_refused_before_it_is_read(self, hook):
        for target in (hook, "0" * 30):
            assert call(target, b"x" * (1024 * 1024 + 1), {}).status_code == 413

    def test_a_flood_is_told_to_wait(self, hook, case, monkeypatch):
        monkeypatch.setattr(feed_taking, "MOST_WAITING", 1)
        answers = [call(hook, *message(hook, today_record(case, number))) for number in range(2)]
        assert [answer.status_code for answer in answers] == [202, 429]
        assert answers[1]["Retry-After"] == "60"

    def test_what_is_signed_and_no_json_is_shown_as_failing(self, hook):
        body, timestamp = b"\x00\xff{", str(int(time.time()))
        signed = feed_signing.signature(feed_signing.secret_of(hook), timestamp, body)
        headers = {"X-Feed-Timestamp": timestamp, "X-Feed-Signature": f"sha256={signed}"}
        assert call(hook, body, headers).status_code == 202
        run_all()
        assert fresh(hook).state == "FAILING"

    @pytest.mark.parametrize("key", ["%00", "x", "0" * 29, "../admin"])
    def test_a_key_of_another_shape_is_nothing(self, key):
        assert Client().post(f"/api/v1/feeds/{key}/").status_code == 404

    def test_only_posts(self, hook):
        assert Client().get(f"/api/v1/feeds/{hook.key}/").status_code == 405


class TestApi:
    def test_shows_sources_with_their_runs(self, client_for, drafter, officer, analyst, add):
        source = add("FILE")
        feed_runs.refuse_file(source=source, name="big.csv")
        (found,) = client_for(drafter).get("/api/v1/feed-sources/").json()["results"]
        assert (found["state"], found["key"]) == ("FAILING", source.key)
        run = client_for(drafter).get(f"/api/v1/feed-sources/{source.key}/").json()["runs"][0]
        assert (run["outcome"], run["problem"], run["words"]) == ("FAILED", "TOO_LARGE", "big.csv")
        assert client_for(officer).get(f"/api/v1/feed-sources/{source.key}/").status_code == 404
        assert client_for(analyst).get("/api/v1/feed-sources/").status_code == 403
