"""Cases: opened by hand or by the sent original, put where their reports put them; licences as reported."""

from datetime import timedelta

import pytest
from django.utils import timezone

from euc import control, signals
from euc.models import GoodsLine
from licensing import predicting, services, stations, timing
from licensing.licence_facts import LicenceFacts
from licensing.models import Licence, LicenceCase, StatusReport
from tests.races import together
from workflow import events
from workflow.append_only import WriteOnce
from workflow.engine import Incomplete, NotAllowed, WrongStatus

KG = 1_000_000


def ago(days):
    return control.day_in_china() - timedelta(days=days)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def report(case, by, claimed, days=0, **given):
    return services.report(case=fresh(case), by=by, claimed=claimed, claimed_on=ago(days), **given)


def facts(**given):
    known = {"number": "26-AA-1", "issued_on": ago(5), "expires_on": ago(-200), "weights": {1: 500 * KG}}
    return LicenceFacts(**(known | given))


def misses_of(refused):
    return [miss.field for miss in refused.value.misses]


class TestOpen:
    def test_once_for_a_certificate(self, case, certificate, life):
        assert case.reference.startswith("LIC/")
        with pytest.raises(WrongStatus, match="already"):
            services.open_case(certificate=certificate, by=life.drafter)

    def test_again_after_it_ended(self, case, certificate, life):
        report(case, life.drafter, "REFUSED", note="no reason given")
        again = services.open_case(certificate=certificate, by=life.drafter, refiles=fresh(case))
        assert (again.refiles, again.status) == (case, stations.PREPARED)

    def test_by_itself_when_the_original_is_sent(self, certificate, clock):
        given = {"certificate": certificate, "on": ago(0), "at": timezone.now(), "by": clock}
        for _ in range(2):
            signals.original_sent.send(sender=type(certificate), **given)
        assert LicenceCase.objects.get(certificate=certificate).status == stations.PREPARED

    def test_not_for_goods_that_need_none(self, certificate, clock):
        GoodsLine.objects.filter(certificate=certificate).update(family="FERRITE", dy=0, tb=0)
        given = {"certificate": certificate, "on": ago(0), "at": timezone.now(), "by": clock}
        signals.original_sent.send(sender=type(certificate), **given)
        assert not LicenceCase.objects.exists()

    @pytest.mark.parametrize("status", stations.STATIONS)
    def test_is_asked_alike_of_the_database_and_of_a_row(self, case, status):
        LicenceCase.objects.filter(pk=case.pk).update(status=status)
        assert LicenceCase.objects.open().exists() == fresh(case).is_open == (status in stations.OPEN)

    def test_not_before_issue_and_not_by_strangers(self, life, certificate, stranger, analyst):
        with pytest.raises(WrongStatus):
            services.open_case(certificate=life.approved(), by=life.drafter)
        for by in (stranger, analyst):
            with pytest.raises(NotAllowed):
                services.open_case(certificate=certificate, by=by)


class TestReport:
    def test_puts_the_case_where_it_says(self, case, life):
        report(case, life.drafter, "FILED", 60, application_number="SQ-1")
        report(case, life.drafter, "ACCEPTED", 50)
        now = fresh(case)
        assert (now.status, now.filed_on, now.accepted_on) == ("ACCEPTED", ago(60), ago(50))
        assert now.application_number == "SQ-1"
        assert now.due_on is not None
        told = events.about(case).last()
        assert (told.from_status, told.to_status, told.details["claimed"]) == (
            "FILED",
            "ACCEPTED",
            "ACCEPTED",
        )

    def test_an_older_one_that_comes_late_moves_nothing_back(self, case, life):
        report(case, life.drafter, "ACCEPTED", 50)
        report(case, life.drafter, "FILED", 60)
        assert (fresh(case).status, fresh(case).filed_on) == ("ACCEPTED", ago(60))

    def test_a_contradiction_asks_for_a_decision(self, case, life):
        officers = report(case, life.officer, "FILED", 60)
        importers = report(case, life.drafter, "ACCEPTED", 50)
        assert (fresh(case).status, fresh(case).is_contested) == ("FILED", True)
        assert officers.source == "OFFICER"
        services.decide(report=importers, by=life.officer, reason="The notice was shown")
        assert (fresh(case).status, fresh(case).is_contested) == ("ACCEPTED", False)

    def test_a_withdrawn_one_counts_no_more(self, case, life):
        report(case, life.drafter, "FILED", 60)
        wrong = report(case, life.drafter, "REFUSED", 50)
        services.withdraw_report(report=wrong, by=life.drafter, reason="another company")
        assert fresh(case).status == "FILED"
        with pytest.raises(WrongStatus, match="already"):
            services.withdraw_report(report=wrong, by=life.drafter, reason="again")

    def test_an_officers_is_withdrawn_by_officers_only(self, case, life):
        made = report(case, life.officer, "FILED", 60)
        with pytest.raises(NotAllowed):
            services.withdraw_report(report=made, by=life.drafter, reason="no")

    def test_is_written_once(self, case, life):
        report(case, life.drafter, "FILED", 60)
        with pytest.raises(WriteOnce):
            StatusReport.objects.update(claimed="ISSUED")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"claimed": "NONSENSE"}, "claimed"),
            ({"claimed": "PREPARED"}, "claimed"),
            ({"claimed": "FILED", "days": -1}, "claimed_on"),
            ({"claimed": "FILED", "days": 400}, "claimed_on"),
            ({"claimed": "ISSUED"}, "number"),
            ({"claimed": "ISSUED", "licence": {"number": ""}}, "number"),
            ({"claimed": "ISSUED", "licence": {"weights": {}}}, "weights"),
            ({"claimed": "ISSUED", "licence": {"weights": {7: KG}}}, "weights"),
            ({"claimed": "ISSUED", "licence": {"weights": {1: 10**14}}}, "weight-1"),
            ({"claimed": "ISSUED", "licence": {"expires_on": None}}, "expires_on"),
        ],
    )
    def test_refuses_what_cannot_be(self, case, life, given, field):
        given = dict(given)
        if "licence" in given:
            changes = given["licence"]
            if changes.get("expires_on", 1) is None:
                changes = {"expires_on": ago(6)}
            given["licence"] = facts(**changes)
        with pytest.raises(Incomplete) as refused:
            report(case, life.drafter, **given)
        assert misses_of(refused) == [field]
        assert fresh(case).status == stations.PREPARED

    def test_is_the_importers_and_the_officers(self, case, stranger, analyst, auditor):
        for by in (stranger, analyst, auditor):
            with pytest.raises(NotAllowed):
                report(case, by, "FILED")


class TestClock:
    def test_days_of_a_pause_do_not_count(self, case, life):
        report(case, life.drafter, "ACCEPTED", 60)
        plain = fresh(case).due_on
        report(case, life.drafter, "PAUSED", 50)
        assert fresh(case).due_on is None
        report(case, life.drafter, "REVIEW", 40)
        assert fresh(case).due_on > plain

    def test_no_limit_once_it_is_referred(self, case, life):
        report(case, life.drafter, "ACCEPTED", 60)
        report(case, life.drafter, "REFERRED", 50)
        assert fresh(case).due_on is None
        assert timing.clock_of(fresh(case)) is None

    def test_stops_with_the_decision(self, case, life):
        report(case, life.drafter, "ACCEPTED", 60)
        running = timing.clock_of(fresh(case)).number
        report(case, life.drafter, "REFUSED", 30)
        assert timing.clock_of(fresh(case)).number < running


class TestLicence:
    def test_is_made_with_its_lines(self, case, life):
        report(case, life.drafter, "ISSUED", 5, licence=facts())
        licence = fresh(case).licence
        assert licence.is_usable(ago(0))
        assert list(licence.lines.values_list("goods_line__number", "authorised_mg")) == [(1, 500 * KG)]

    @pytest.mark.parametrize(
        "status", ["SUSPENDED", "REVOKED", "SURRENDERED", "AMENDING", "USED_UP", "EXPIRED"]
    )
    def test_follows_its_case(self, case, life, status):
        report(case, life.drafter, "ISSUED", 5, licence=facts())
        report(case, life.drafter, status, 2)
        licence = fresh(case).licence
        assert licence.status == stations.LICENCE_STATUS[status]
        with pytest.raises(WrongStatus):
            services.hold_usable(licence)

    def test_comes_back_after_a_suspension(self, case, life):
        report(case, life.drafter, "ISSUED", 5, licence=facts())
        report(case, life.drafter, "SUSPENDED", 3)
        report(case, life.drafter, "ISSUED", 1)
        services.hold_usable(fresh(case).licence)

    def test_is_never_cut_below_what_is_drawn(self, case, life):
        report(case, life.drafter, "ISSUED", 5, licence=facts())
        fresh(case).licence.lines.update(drawn_mg=400 * KG)
        with pytest.raises(Incomplete) as refused:
            report(case, life.drafter, "ISSUED", 1, licence=facts(weights={1: 399 * KG}))
        assert misses_of(refused) == ["weight-1"]
        report(case, life.drafter, "ISSUED", 1, licence=facts(weights={1: 400 * KG}))

    def test_a_number_is_used_once_unless_general(self, case, life):
        report(case, life.drafter, "ISSUED", 5, licence=facts(type="GENERAL"))
        other = life.issued()
        second = services.open_case(certificate=other, by=life.drafter)
        with pytest.raises(Incomplete) as refused:
            report(second, life.drafter, "ISSUED", licence=facts(issued_on=ago(0), type="SINGLE"))
        assert misses_of(refused) == ["number"]
        report(second, life.drafter, "ISSUED", licence=facts(issued_on=ago(5), type="GENERAL"))
        assert Licence.objects.get().lines.count() == 2

    def test_expires_after_its_last_day(self, case, life):
        report(case, life.drafter, "ISSUED", 5, licence=facts(expires_on=ago(1)))
        for _run in range(2):
            services.expire(licence=fresh(case).licence, by=life.clock)
        assert fresh(case).licence.status == "EXPIRED"

    def test_its_last_day_ends_its_case(self, case, certificate, life):
        report(case, life.officer, "ISSUED", 5, licence=facts(expires_on=ago(1)))
        services.expire(licence=fresh(case).licence, by=life.clock)
        assert (fresh(case).status, fresh(case).status_on) == ("EXPIRED", ago(0))
        assert StatusReport.objects.get(source="CLOCK").claimed == "EXPIRED"
        assert services.open_case(certificate=certificate, by=life.drafter)

    def test_allows_nothing_once_its_report_was_withdrawn(self, case, life):
        report(case, life.drafter, "APPROVED", 6)
        made = report(case, life.drafter, "ISSUED", 5, licence=facts())
        services.withdraw_report(report=made, by=life.drafter, reason="another's licence")
        assert (fresh(case).status, fresh(case).licence) == ("APPROVED", None)
        assert Licence.objects.get().status == "SUSPENDED"
        report(case, life.drafter, "ISSUED", 4, licence=facts())
        assert Licence.objects.get().status == "ISSUED"

    def test_allows_nothing_once_a_better_source_says_refused(self, case, life):
        report(case, life.drafter, "ISSUED", 5, licence=facts())
        report(case, life.officer, "REFUSED", 5)
        assert (fresh(case).status, Licence.objects.get().status) == ("REFUSED", "SUSPENDED")

    def test_stays_usable_for_the_other_cases_of_a_general_licence(self, case, life):
        second = services.open_case(certificate=life.issued(), by=life.drafter)
        for one in (case, second):
            made = report(one, life.drafter, "ISSUED", licence=facts(type="GENERAL", issued_on=ago(0)))
        services.withdraw_report(report=made, by=life.drafter, reason="not this one")
        assert Licence.objects.get().status == "ISSUED"

    def test_used_up_is_told_to_its_case(self, case, life):
        report(case, life.officer, "ISSUED", 5, licence=facts())
        services.mark_used_up(fresh(case).licence, by=life.drafter)
        assert (fresh(case).status, fresh(case).licence.status) == ("USED_UP", "USED_UP")


def test_a_case_is_paused_on_the_day_of_its_acceptance(case, life):
    report(case, life.drafter, "ACCEPTED", 20)
    report(case, life.drafter, "PAUSED", 20)
    assert (fresh(case).status, fresh(case).due_on) == ("PAUSED", None)
    assert timing.clock_of(fresh(case)).is_paused
    report(case, life.drafter, "REVIEW", 10)
    assert fresh(case).due_on > ago(-30)


class TestReopening:
    """What ended is not opened again once another case follows the application: a sentence, no crash."""

    @pytest.fixture
    def ended(self, case, life):
        return report(case, life.drafter, "REFUSED", 8)

    @pytest.fixture
    def followed(self, case, certificate, life, ended):
        return services.open_case(certificate=certificate, by=life.drafter, refiles=fresh(case))

    def test_by_a_better_report(self, case, life, followed):
        with pytest.raises(WrongStatus, match="Another case follows"):
            report(case, life.officer, "REVIEW", 9)
        assert (fresh(case).status, case.reports.count()) == ("REFUSED", 1)

    def test_by_withdrawing_its_end(self, case, life, ended, followed):
        with pytest.raises(WrongStatus, match="Another case follows"):
            services.withdraw_report(report=ended, by=life.drafter, reason="misread")
        assert not hasattr(case.reports.select_related("withdrawal").get(), "withdrawal")

    def test_by_a_decision(self, case, life, ended, certificate):
        other = report(case, life.drafter, "REVIEW", 9)
        services.open_case(certificate=certificate, by=life.drafter)
        with pytest.raises(WrongStatus, match="Another case follows"):
            services.decide(report=other, by=life.drafter, reason="asked")
        assert fresh(case).status == "REFUSED"

    def test_unless_the_other_has_ended_too(self, case, life, followed):
        report(followed, life.drafter, "WITHDRAWN", 1)
        report(case, life.officer, "REVIEW", 9)
        assert fresh(case).status == "REVIEW"


class TestForecast:
    def test_is_withheld_without_history(self, case, life):
        report(case, life.drafter, "ACCEPTED", 20)
        assert predicting.of(fresh(case)).found.is_withheld

    def test_is_none_before_filing_and_after_the_grant(self, case, life):
        assert predicting.of(fresh(case)) is None
        report(case, life.drafter, "ISSUED", 5, licence=facts())
        assert predicting.of(fresh(case)) is None


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_reports_at_once_leave_what_the_rule_says(self, case, life):
        def say(claimed, days):
            return lambda: report(case, life.drafter, claimed, days)

        results = together(say("FILED", 60), say("ACCEPTED", 50), say("REVIEW", 40))
        assert {type(result) for result in results} == {StatusReport}, results
        assert (fresh(case).status, fresh(case).accepted_on) == ("REVIEW", ago(50))
        assert list(events.faults()) == []
