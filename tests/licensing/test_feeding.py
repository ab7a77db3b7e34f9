"""Feeds: asked when due, read row by row, each record once; what fails is shown as failing."""

import json
import os
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents import sheets
from euc import control
from licensing import (
    feed_asking,
    feed_fetching,
    feed_folders,
    feed_keeping,
    feed_records,
    feed_runs,
    feed_signing,
    feed_taking,
    feed_working,
    services,
    stations,
    tasks,
)
from licensing.models import (
    FeedDelivery,
    FeedRecord,
    FeedRefusal,
    FeedRun,
    FeedSource,
    Licence,
    StatusReport,
)
from tests.bad_input.corpus import DATES, VALUES
from tests.licensing.feed_server import feed_server
from tests.licensing.test_services import ago, facts, fresh, report
from tests.races import together
from workflow import errands, events
from workflow.engine import Incomplete, NotAllowed, WrongStatus
from workflow.models import Errand


@pytest.fixture
def server():
    with feed_server() as found:
        yield found


@pytest.fixture
def source(life, case, server):
    return feed_keeping.add(
        by=life.drafter, name="Ningbo", exporter_name=case.exporter_name, kind="HTTP", url=server.url
    )


@pytest.fixture
def files(life, case):
    return feed_keeping.add(by=life.drafter, name="Drop", exporter_name=case.exporter_name, kind="FILE")


def record(case, number=1, station="FILED", days=10, **given):
    known = {"id": f"r-{number}", "case": case.reference, "station": station, "date": ago(days).isoformat()}
    return known | given


def run_all():
    """Every errand that is owed and due, until none is left."""
    for _ in range(50):
        waiting = Errand.objects.runnable().filter(kind__in=(feed_asking.POLL, feed_taking.READ))
        if not waiting.exists():
            return
        for errand in waiting:
            errands.run(errand.pk)


def ask(source):
    """Ask a source now and work off what comes; its last run."""
    FeedSource.objects.filter(pk=source.pk).update(next_at=timezone.now())
    feed_asking.owe_polls()
    run_all()
    return source.runs.first()


def counts(run):
    return run.read, run.changed, run.refused, run.unchanged


def send(files, rows, life):
    """Rows as a file, worked off; the run."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    content = sheets.csv_of([head, *([row.get(name, "") for name in head] for row in rows)])
    feed_taking.upload(source=files, by=life.drafter, content=content, name="day.csv")
    run_all()
    return files.runs.first()


def reasons(run):
    return [refusal.reasons for refusal in run.delivery.refusals.all()]


class TestKeeping:
    def add(self, by, case, **given):
        known = {"name": "N", "exporter_name": case.exporter_name, "kind": "WEBHOOK"}
        return feed_keeping.add(by=by, **(known | given))

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "HTTP", "url": "http://feed.example/"}, "url"),
            ({"kind": "HTTP", "url": ""}, "url"),
            ({"kind": "FAX"}, "kind"),
            ({"exporter_name": "Nobody Co., Ltd."}, "exporter_name"),
        ],
    )
    def test_refuses(self, case, life, given, field):
        with pytest.raises(Incomplete) as refused:
            self.add(life.drafter, case, **given)
        assert [miss.field for miss in refused.value.misses] == [field]

    def test_not_by_who_does_not_report(self, case, auditor, analyst):
        for by in (auditor, analyst):
            with pytest.raises(NotAllowed):
                self.add(by, case)

    def test_not_for_anothers_exporter(self, case, stranger):
        with pytest.raises(Incomplete):
            self.add(stranger, case)

    def test_another_organisation_touches_nothing(self, source, officer, stranger):
        for by in (officer, stranger):
            for verb in (feed_keeping.pause, feed_keeping.resume, feed_keeping.remove, feed_asking.read_now):
                with pytest.raises(NotAllowed):
                    verb(source=source, by=by)
        assert not FeedSource.objects.visible_to(officer).exists()
        assert not FeedSource.objects.visible_to(stranger).exists()

    def test_pausing_ends_asking_and_resuming_begins_it(self, source, life, server):
        feed_keeping.pause(source=source, by=life.drafter)
        assert not feed_asking.owe_polls()
        with pytest.raises(WrongStatus):
            feed_asking.read_now(source=source, by=life.drafter)
        feed_keeping.resume(source=source, by=life.drafter)
        assert ask(source).outcome == "READ"

    def test_a_pause_while_it_waits_loses_no_turn(self, source, life, server):
        feed_asking.owe_polls()
        feed_keeping.pause(source=source, by=life.drafter)
        run_all()
        assert not server.seen
        feed_keeping.resume(source=source, by=life.drafter)
        assert ask(source).outcome == "READ"

    def test_removing_keeps_what_was_reported(self, source, case, life, server):
        server.records = [record(case)]
        ask(source)
        feed_keeping.remove(source=source, by=life.drafter)
        assert not FeedSource.objects.visible_to(life.drafter).exists()
        assert (StatusReport.objects.count(), FeedRun.objects.count()) == (1, 1)
        verbs = [event.verb for event in events.about(source)]
        assert verbs[-1] == "licensing.feedsource.remove"


class TestAsking:
    def test_a_record_becomes_a_report(self, source, case, server):
        server.records = [record(case, station="受理", application="26-1", remark="told")]
        assert counts(ask(source)) == (1, 1, 0, 0)
        made = StatusReport.objects.get()
        assert (made.source, made.claimed, made.application_number) == ("FEED", "ACCEPTED", "26-1")
        assert made.recorded_by.is_system
        assert fresh(case).status == stations.ACCEPTED
        assert fresh(source).state == "HEALTHY"

    def test_nothing_new_is_not_read_again(self, source, case, server):
        server.records = [record(case)]
        ask(source)
        assert ask(source).outcome == "NOT_MODIFIED"
        assert "If-None-Match" in server.seen[1]
        server.fault = "without_etag"
        assert [ask(source).outcome for _ in range(2)] == ["NOT_MODIFIED"] * 2
        assert FeedDelivery.objects.count() == 1
        assert Errand.objects.filter(kind=feed_asking.POLL).count() == 1

    def test_refused_rows_are_read_again_later(self, source, case, life, server):
        server.records = [record(case, application="unknown") | {"case": ""}]
        assert counts(ask(source)) == (1, 0, 1, 0)
        assert ask(source).outcome == "NOT_MODIFIED"
        report(case, life.drafter, "FILED", 20, application_number="unknown")
        later = timezone.now() + timedelta(hours=7)
        answer = feed_asking.ask(fresh(source), at=later)
        feed_asking.note_answer(fresh(source), fresh(source).turn, answer, at=later)
        run_all()
        assert counts(source.runs.first()) == (1, 1, 0, 0)

    def test_read_now_reads_what_is_known(self, source, case, life, server):
        server.records = [record(case)]
        ask(source)
        feed_asking.read_now(source=fresh(source), by=life.drafter)
        run_all()
        assert "If-None-Match" not in server.seen[-1]

    @pytest.mark.parametrize(
        ("fault", "problem"),
        [("failing", "STATUS"), ("broken", "NO_JSON"), ("cut", "CUT"), ("huge", "TOO_LARGE")],
    )  # fmt: skip
    def test_what_fails_is_shown_as_failing_until_it_is_read(self, source, case, server, fault, problem):
        server.records, server.fault = [record(case)], fault
        first = ask(source)
        assert (first.outcome, first.problem, fresh(source).state) == ("FAILED", problem, "FAILING")
        since = fresh(source).failing_since
        ask(source)
        assert (fresh(source).failures, fresh(source).failing_since) == (2, since)
        assert not StatusReport.objects.exists()
        server.fault = ""
        assert counts(ask(source)) == (1, 1, 0, 0)
        assert (fresh(source).state, fresh(source).failures) == ("HEALTHY", 0)
        told = [event.verb.rpartition(".")[2] for event in events.about(source)]
        assert told == ["add", "fail", "recover"]

    def test_waits_twice_as_long_after_each_failure(self, source, server):
        server.fault, waits = "failing", []
        for _ in range(3):
            ask(source)
            waits.append(fresh(source).next_at - timezone.now())
        assert timedelta(minutes=90) < waits[0] < timedelta(minutes=150)
        assert timedelta(minutes=180) < waits[1] < timedelta(minutes=300)
        assert timedelta(minutes=280) < waits[2] < timedelta(minutes=440)

    def test_backoff_is_bounded_and_scattered(self):
        every = timedelta(minutes=15)
        assert feed_runs.backoff(0, every, 0.5) == every
        assert feed_runs.backoff(1000, every, 1) == timedelta(hours=7.2)
        assert feed_runs.backoff(1000, timedelta(days=1), 0.5) == timedelta(days=1)
        assert feed_runs.backoff(3, every, 0) < feed_runs.backoff(3, every, 1)

    @pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
    def test_reads_other_encodings(self, source, case, server, encoding):
        server.records, server.encoding = [record(case, station="受理", remark="已受理")], encoding
        assert counts(ask(source)) == (1, 1, 0, 0)
        assert StatusReport.objects.get().note == "已受理"

    def test_asks_a_few_at_a_time_and_nobody_twice(self, source, life, case):
        for number in range(30):
            feed_keeping.add(by=life.drafter, name=f"W{number}", exporter_name=case.exporter_name, kind="HTTP",
                        url="https://feed.example/")  # fmt: skip
        assert feed_asking.owe_polls() == feed_asking.POLLS_AT_ONCE
        assert feed_asking.owe_polls() == 0
        assert Errand.objects.filter(kind=feed_asking.POLL).count() == feed_asking.POLLS_AT_ONCE

    def test_a_turn_that_stopped_for_good_is_shown_and_followed_by_another(self, source, server):
        feed_asking.owe_polls()
        Errand.objects.filter(kind=feed_asking.POLL).update(state=Errand.DEAD, attempts=5)
        feed_asking.owe_polls()
        assert (fresh(source).state, source.runs.get().problem) == ("FAILING", "STOPPED")
        assert ask(source).outcome == "READ"

    def test_an_answer_from_another_address_is_left_aside(self, source, life, case, server):
        answer = feed_asking.ask(source)
        given = {"name": "N", "exporter_name": case.exporter_name, "url": server.url + "&other"}
        feed_keeping.change(source=source, by=life.drafter, **given)
        feed_asking.note_answer(fresh(source), 0, answer)
        assert not FeedRun.objects.exists()
        assert ask(source).outcome == "READ"

    def test_an_answer_counts_once(self, source, case, server):
        server.records = [record(case)]
        answer = feed_asking.ask(source)
        for _ in range(2):
            feed_asking.note_answer(fresh(source), 0, answer)
        assert FeedDelivery.objects.count() == 1

    def test_the_command_asks_and_ends_what_stopped(self, source, case, server):
        server.records = [record(case)]
        call_command("poll_feeds", stdout=StringIO())
        errands.run(Errand.objects.get(kind=feed_asking.POLL).pk)
        Errand.objects.filter(kind=feed_taking.READ).update(state=Errand.DEAD)
        call_command("poll_feeds", stdout=StringIO())
        assert (fresh(source).state, source.runs.get().problem) == ("FAILING", "STOPPED")


class TestRows:
    def test_doubled_and_out_of_order_records_are_harmless(self, files, case, life):
        steps = [
            ("ISSUED", 1, 4),
            ("FILED", 30, 1),
            ("ACCEPTED", 20, 2),
            ("APPROVED", 5, 3),
            ("FILED", 30, 1),
        ]
        licence = {
            "licence_number": "26-AA",
            "licence_expires_on": ago(-200).isoformat(),
            "weights_kg": "500",
        }
        rows = [record(case, n, s, d, **(licence if s == "ISSUED" else {})) for s, d, n in steps]
        assert counts(send(files, rows, life)) == (5, 4, 0, 1)
        found = fresh(case)
        assert (found.status, found.filed_on, found.accepted_on) == ("ISSUED", ago(30), ago(20))
        assert found.licence.lines.get().authorised_mg == 500_000_000
        assert counts(send(files, [*rows, record(case, 9, "SUSPENDED", 0)], life)) == (6, 1, 0, 5)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"date": (control.day_in_china() + timedelta(days=1)).isoformat()}, "date: This day lies in the future"),
            ({"date": "2020-01-01"}, "date: The certificate was not issued yet"),
            ({"date": "二〇二六年十三月一日"}, "date: There is no such day"),
            ({"date": "05/11/2026"}, "date: “05/11/2026” is no date"),
            ({"station": "gone"}, "station: “gone” is no station"),
            ({"case": "LIC/0000000000/2026-27/0001"}, "case: No case of this exporter"),
            ({"case": "", "application": "26-9"}, "application: No case of this exporter"),
            ({"case": "", "application": ""}, "application: Name the application"),
            ({"station": "ISSUED"}, "licence_number: Enter the licence"),
            ({"licence_number": "26-AA"}, "licence_expires_on: This is needed"),
            ({"weights_kg": "5"}, "licence_number: This is needed"),
            ({"reason": "END_USE"}, "reason: A reason belongs"),
        ],
    )  # fmt: skip
    def test_refuses_a_row_with_the_reason_beside_its_field(self, files, case, life, given, words):
        run = send(files, [record(case, 1) | given, record(case, 2)], life)
        assert counts(run) == (2, 1, 1, 0)
        assert words in reasons(run)[0]
        assert files.runs.get().tone == "warning"

    def test_a_quantity_above_the_certificate_leaves_nothing_half_applied(self, files, case, life):
        given = {
            "licence_number": "26-AA",
            "licence_expires_on": ago(-200).isoformat(),
            "weights_kg": "1:99999999",
        }
        run = send(files, [record(case, 1, "ISSUED", **given)], life)
        assert "a licence cannot allow more" in reasons(run)[0]
        assert not [model for model in (Licence, StatusReport, FeedRecord) if model.objects.exists()]

    def test_a_licence_number_used_twice(self, files, case, certificate, life):
        report(case, life.drafter, "ISSUED", 5, licence=facts())
        report(case, life.drafter, "SURRENDERED", 4)
        other = services.open_case(certificate=certificate, by=life.drafter)
        given = {"licence_number": "26-AA-1", "licence_expires_on": ago(-200).isoformat(), "weights_kg": "5"}
        run = send(files, [record(other, 1, "ISSUED", 1, **given)], life)
        assert "Another case carries this licence number" in reasons(run)[0]

    def test_the_same_id_with_other_words_is_refused(self, files, case, life):
        run = send(files, [record(case, 1), record(case, 1, days=9)], life)
        assert counts(run) == (2, 1, 1, 0)
        assert "says something else" in reasons(run)[0]

    def test_does_not_open_what_has_ended(self, files, case, certificate, life):
        report(case, life.drafter, "REFUSED", 8)
        run = send(files, [record(case, 1, "REVIEW", 2), record(case, 2, "FILED", 20)], life)
        assert "a feed does not open it again" in reasons(run)[0]
        assert (counts(run), fresh(case).status) == ((2, 1, 1, 0), "REFUSED")

    def test_says_so_when_another_case_follows(self, files, case, certificate, life):
        """By e-mail it ended, a better source would open it again, but the next application is followed already."""
        services.report(case=case, by=life.clock, claimed="REFUSED", claimed_on=ago(8), source="EMAIL")
        services.open_case(certificate=certificate, by=life.drafter, refiles=fresh(case))
        run = send(files, [record(case, 1, "REVIEW", 9)], life)
        assert "Another case follows" in reasons(run)[0]

    def test_never_reaches_another_importers_case(
        self, files, case, life, stranger, signatory, officer, senior
    ):
        files = FeedSource.objects.create(
            organisation=stranger.organisation, name="S", exporter_name=case.exporter_name, kind="FILE",
            added_by=stranger.person,
        )  # fmt: skip
        content = sheets.csv_of([list(record(case)), list(record(case).values())])
        feed_taking.upload(source=files, by=stranger, content=content, name="x.csv")
        run_all()
        assert reasons(files.runs.get()) == ["case: No case of this exporter carries it."]

    def test_a_source_of_the_authority_reports_on_every_importers_case(self, case, life):
        theirs = feed_keeping.add(
            by=life.officer, name="O", exporter_name=case.exporter_name.upper(), kind="FILE"
        )
        content = sheets.xlsx_of([list(record(case)), list(record(case).values())], title="1")
        feed_taking.upload(source=theirs, by=life.officer, content=content, name="x.xlsx")
        run_all()
        assert counts(theirs.runs.get()) == (1, 1, 0, 0)

    @pytest.mark.parametrize(
        ("content", "problem"),
        [(b"", "NO_RECORDS"), (b'id,station,date\n1,FILED,"2026', "NO_TABLE"), (b"\x00\x01", "NO_HEAD"),
         (b"id,case,station,date\n" + b"1,2,3,4\n" * (feed_records.MOST_ROWS + 1), "NO_TABLE")],
    )  # fmt: skip
    def test_a_file_that_is_no_table_fails_as_a_whole(self, files, life, content, problem):
        feed_taking.upload(source=files, by=life.drafter, content=content, name="x.csv")
        run_all()
        assert (files.runs.get().problem, fresh(files).state) == (problem, "FAILING")

    def test_keeps_a_thousand_refused_rows_and_counts_all(self, files, case, life, monkeypatch):
        monkeypatch.setattr(feed_working, "MOST_KEPT", 3)
        run = send(files, [record(case, n, "gone") for n in range(5)], life)
        assert (run.refused, FeedRefusal.objects.count()) == (5, 3)
        assert list(feed_runs.refused_rows(run))[-1][2] == "2 more rows were refused; the first 3 are kept."


class TestBadInput:
    @pytest.mark.parametrize("field", feed_records.FIELDS)
    def test_every_text_in_every_field_is_taken_or_refused(self, life, case, field):
        """Through the database too, which takes neither NUL nor half characters."""
        hook = feed_keeping.add(by=life.drafter, name="H", exporter_name=case.exporter_name, kind="WEBHOOK")
        records = [record(case, number) | {field: value} for number, value in enumerate([*VALUES, *DATES])]
        body, timestamp = json.dumps({"records": records}).encode(), str(int(timezone.now().timestamp()))
        given = feed_signing.signature(feed_signing.secret_of(hook), timestamp, body)
        assert feed_taking.receive(key=hook.key, timestamp=timestamp, given=given, body=body)
        run_all()
        run = hook.runs.get()
        assert (run.outcome, run.read) == ("READ", len(records))
        assert run.delivery.refusals.count() == run.refused
        assert not [row for row in run.delivery.refusals.all() if not row.reasons]


class TestWorkingOff:
    def deliver(self, files, case, life, rows=6):
        content = [list(record(case)), *(list(record(case, n).values()) for n in range(rows))]
        return feed_taking.upload(source=files, by=life.drafter, content=sheets.csv_of(content), name="x.csv")

    def test_goes_on_where_it_stopped(self, files, case, life, monkeypatch):
        delivery = self.deliver(files, case, life)
        monkeypatch.setattr(feed_working, "WORK_SECONDS", 0)
        work_off = feed_working.work_off
        monkeypatch.setattr(feed_working, "work_off", lambda delivery, rows: work_off(delivery, rows, 0))
        run_all()
        assert counts(files.runs.get()) == (6, 6, 0, 0)
        assert Errand.objects.filter(kind=feed_taking.READ, subject_id=delivery.pk).count() == 6

    def test_a_death_half_way_loses_and_repeats_nothing(self, files, case, life, monkeypatch):
        delivery = self.deliver(files, case, life)
        take, left = feed_working.take_rows, [3]

        def dying(*given, **more):
            left[0] -= 1
            if left[0] < 0:
                raise SystemError("killed")
            return take(*given, **more)

        monkeypatch.setattr(feed_working, "take_rows", dying)
        errand = Errand.objects.get(kind=feed_taking.READ)
        assert not errands.run(errand.pk)
        assert (StatusReport.objects.count(), fresh(delivery).done) == (3, 3)
        monkeypatch.setattr(feed_working, "take_rows", take)
        Errand.objects.update(due_at=timezone.now())
        run_all()
        assert (counts(files.runs.get()), StatusReport.objects.count()) == ((6, 6, 0, 0), 6)

    def test_done_twice_is_done_once(self, files, case, life):
        self.deliver(files, case, life)
        errand = Errand.objects.get(kind=feed_taking.READ)
        for _ in range(2):
            tasks.note_rows(errand, tasks.read_feed(errand))
        assert (FeedRun.objects.count(), StatusReport.objects.count()) == (1, 6)

    def test_stops_when_the_source_is_removed(self, files, case, life):
        self.deliver(files, case, life)
        feed_keeping.remove(source=files, by=life.drafter)
        run_all()
        assert not StatusReport.objects.exists()

    def test_ten_thousand_known_rows_cost_few_queries(self, files, case, life, django_assert_max_num_queries):
        delivery = self.deliver(files, case, life, rows=1)
        run_all()
        known = feed_working.rows_of(delivery) * 1000
        again = FeedDelivery.objects.create(source=files, file=delivery.file)
        with django_assert_max_num_queries(25):
            assert feed_working.work_off(again, known)
        assert fresh(again).unchanged == 1000


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_workers_on_one_delivery_make_each_report_once(self, files, case, life):
        delivery = TestWorkingOff().deliver(files, case, life, rows=12)
        rows = feed_working.rows_of(delivery)
        work = lambda: feed_working.work_off(FeedDelivery.objects.get(pk=delivery.pk), rows)  # noqa: E731
        results = together(*[work] * 4)
        assert all(isinstance(result, bool) for result in results)
        assert any(results)
        assert StatusReport.objects.count() == 12
        told = fresh(delivery)
        assert (told.done, told.changed, told.unchanged, told.refused) == (12, 12, 0, 0)

    def test_a_source_that_says_nothing_holds_no_request(self, source, case, life, server, monkeypatch):
        """While a worker waits for it, pages open and even the source itself can be changed."""
        monkeypatch.setattr(feed_fetching, "CONNECT_SECONDS", 2)
        server.fault = "silent"
        feed_asking.owe_polls()
        (owed,) = Errand.objects.filter(kind=feed_asking.POLL)
        drafter, page = Client(), reverse("licensing:feed", args=[source.key])
        drafter.force_login(life.drafter.person, backend="django.contrib.auth.backends.ModelBackend")

        def visit():
            until = time.monotonic() + 10
            while not server.seen and time.monotonic() < until:
                time.sleep(0.01)
            answers = [
                drafter.get(page),
                drafter.get(reverse("licensing:case-detail", args=[case.slug])),
                drafter.post(f"{page}pause/"),
                drafter.post(f"{page}resume/"),
            ]
            return [answer.status_code for answer in answers], FeedRun.objects.exists()

        ran, visited = together(lambda: errands.run(owed.pk), visit)
        assert not isinstance(ran, Exception)
        assert visited == ([200, 200, 302, 302], False)
        assert [run.problem for run in source.runs.all()] == ["TOO_SLOW"]


class TestFolder:
    @pytest.fixture
    def folder(self, settings, tmp_path, files):
        settings.FEEDS_FOLDER = str(tmp_path / "feeds")
        folder = tmp_path / "feeds" / files.key
        folder.mkdir(parents=True)
        return folder

    def lay(self, folder, case, name="day.csv", number=1, age=60):
        file = folder / name
        file.write_bytes(sheets.csv_of([list(record(case)), list(record(case, number).values())]))
        moment = timezone.now().timestamp() - age
        os.utime(file, (moment, moment))
        return file

    def test_takes_what_rests_and_puts_it_aside(self, folder, files, case):
        self.lay(folder, case)
        fresh_file = self.lay(folder, case, "new.csv", 2, age=1)
        assert feed_folders.take() == 1
        run_all()
        assert counts(files.runs.get()) == (1, 1, 0, 0)
        assert fresh_file.exists()
        assert len(list((folder / ".taken").iterdir())) == 1

    def test_takes_nothing_twice_when_it_died_before_putting_aside(self, folder, case, monkeypatch):
        self.lay(folder, case)
        monkeypatch.setattr(feed_folders, "_put_aside", lambda *given: None)
        assert [feed_folders.take(), feed_folders.take()] == [1, 0]
        assert FeedDelivery.objects.count() == 1

    def test_follows_no_link_and_reads_no_other_folder(self, folder, files, case, tmp_path):
        secret = tmp_path / "secret.csv"
        secret.write_bytes(b"id")
        (folder / "link.csv").symlink_to(secret)
        (folder.parent / "elsewhere").mkdir()
        assert feed_folders.take() == 0
        assert not FeedDelivery.objects.exists()

    def test_shows_what_is_too_large(self, folder, files, case, monkeypatch):
        monkeypatch.setattr(feed_records, "MOST_BYTES", 10)
        self.lay(folder, case)
        assert feed_folders.take() == 0
        assert (files.runs.get().problem, fresh(files).state) == ("TOO_LARGE", "FAILING")
