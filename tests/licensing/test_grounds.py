"""Refusals with reasons, filing again, and what China's lists do to a case."""

from datetime import timedelta

import pytest

from euc import control, workflow
from euc.models import ListVersion, ScreeningHit, ScreeningList
from licensing import effects, grounds, services, stations, timing
from licensing.models import LicenceCase
from workflow import engine, events

TODAY = control.day_in_china


def say(case, by, claimed, days=0, **given):
    return services.report(
        case=case, by=by, claimed=claimed, claimed_on=TODAY() - timedelta(days=days), **given
    )


class TestReasons:
    def test_are_kept_with_what_ended_it(self, case, life):
        say(case, life.drafter, "REFUSED", grounds=["NAMES", "END_USE", "NAMES"])
        told = case.reports.get()
        assert told.grounds == ["END_USE", "NAMES"]
        assert [one.zh for one in told.told_grounds] == ["最终用途不明确", "文件之间名称不一致"]

    @pytest.mark.parametrize(
        ("claimed", "given"), [("ACCEPTED", ["NAMES"]), ("REFUSED", ["?"]), ("REFUSED", ["NAMES", ""])]
    )
    def test_that_do_not_belong_are_refused(self, case, life, claimed, given):
        with pytest.raises(engine.Incomplete) as refused:
            say(case, life.drafter, claimed, grounds=given)
        assert [miss.field for miss in refused.value.misses] == ["grounds"]
        assert not case.reports.exists()

    def test_each_says_in_both_languages_what_mends_it(self):
        assert all(ground.zh and ground.remedy and ground.label for ground in grounds.GROUNDS.values())

    def test_stand_on_the_page_with_what_mends_them(self, case, life, client_for):
        say(case, life.drafter, "REFUSED", grounds=["QUANTITY"])
        page = client_for(life.drafter).get(f"/licences/{case.slug}/").content.decode()
        assert "Show magnets per product" in page
        assert "Follow a new application" in page


class TestFilingAgain:
    @pytest.mark.parametrize("ended", sorted(stations.MAY_FILE_AGAIN))
    def test_follows_what_came_to_nothing(self, case, life, client_for, ended):
        say(case, life.drafter, ended)
        response = client_for(life.drafter).post(f"/certificates/{case.certificate.slug}/follow/")
        again = LicenceCase.objects.get(refiles=case)
        assert response.url == f"/licences/{again.slug}/"
        page = client_for(life.drafter).get(response.url).content.decode()
        assert "Filed again after" in page
        old = client_for(life.drafter).get(f"/licences/{case.slug}/").content.decode()
        assert "Filed again as" in old
        assert "Follow a new application" not in old

    def test_is_not_for_what_still_runs_or_was_used(self, case, life):
        assert services.to_file_again(case.certificate) is None
        say(case, life.drafter, "ACCEPTED")
        assert services.to_file_again(case.certificate) is None


@pytest.fixture
def listed(case, platform):
    """`listed(effect, **entry)`: the exporter of the case, confirmed on a list of that effect."""

    def confirm(effect, **entry):
        on_list = ScreeningList.objects.create(
            code=effect.lower(), name=effect, effect=effect, created_by=case.opened_by
        )
        version = ListVersion.objects.create(
            on_list=on_list, number=1, state="READY", sha256="0" * 64, loaded_by=case.opened_by
        )
        return ScreeningHit.objects.create(
            certificate=case.certificate,
            fingerprint=effect,
            role="exporter",
            party_name="Ningbo",
            on_list=on_list,
            version=version,
            entity_id="1",
            entry={"name": "Ningbo", **entry},
            score=100,
        )

    return confirm


def judge(hit, verb, senior, officer):
    ScreeningHit.objects.filter(pk=hit.pk).update(
        status=workflow.CONFIRMED if verb == "confirm" else workflow.DISMISSED,
        suspected_by=officer.person,
        suspected_at=hit.found_at,
        judged_by=senior.person,
        judged_at=hit.found_at,
    )
    hit.refresh_from_db()
    events.record(book=hit.book, subject=hit, verb=f"euc.hit.{verb}", by=senior)


class TestLists:
    def test_the_watch_list_takes_the_limit_away_and_clearing_gives_it_back(
        self, case, life, senior, officer, listed
    ):
        say(case, life.drafter, "ACCEPTED", 10)
        assert case.due_on is not None
        hit = listed("WATCH_LIST")
        judge(hit, "confirm", senior, officer)
        case.refresh_from_db()
        assert (case.due_on, timing.clock_of(case)) == (None, None)
        judge(hit, "clear", senior, officer)
        case.refresh_from_db()
        assert case.due_on is not None
        assert timing.clock_of(case).limit == 45

    def test_a_suspended_listing_is_shown_and_does_nothing(self, case, life, senior, officer, listed):
        say(case, life.drafter, "ACCEPTED", 10)
        today = TODAY().isoformat()
        hit = listed("WATCH_LIST", suspended_from=today, suspended_until=today)
        judge(hit, "confirm", senior, officer)
        (found,) = effects.of(case.certificate, TODAY())
        assert found.is_suspended
        assert timing.clock_of(case) is not None
        assert not effects.of(case.certificate, TODAY() + timedelta(days=1))[0].is_suspended

    def test_the_control_list_is_named_on_the_page(self, case, life, senior, officer, listed, client_for):
        judge(listed("CONTROL_LIST"), "confirm", senior, officer)
        page = client_for(life.drafter).get(f"/licences/{case.slug}/").content.decode()
        assert "may not deliver dual-use items" in page

    def test_a_list_without_effect_changes_nothing(self, case, life, senior, officer, listed):
        hit = listed("CONTROL_LIST")
        ScreeningList.objects.update(effect="")
        hit.on_list.refresh_from_db()
        judge(hit, "confirm", senior, officer)
        assert effects.of(case.certificate, TODAY()) == []
        assert not [e for e in events.about(case) if e.action == "count_anew"]
