"""Pages of licence cases: reporting, deciding, the board, the register; what is refused stands beside its field."""

import base64
import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from euc import control
from euc.paging import paginate
from licensing import services
from licensing.models import LicenceCase, StatusReport
from tests.euc.life import Life
from tests.remembering import remembered
from tests.views.test_originals import picture

READERS = ["drafter", "signatory", "officer", "senior", "auditor", "analyst"]


def day():
    return f"{control.day_in_china():%d-%m-%Y}"


def report_given():
    return {"claimed": "FILED", "claimed_on": day(), "confidence": "MEDIUM", "note": "told by mail"}


def licence_given():
    return {
        "number": "26-AA-1",
        "type": "SINGLE",
        "issued_on": day(),
        "expires_on": "31-12-2099",
        "weight-1": "5",
    }


@remembered
def case(drafter, signatory, officer, senior):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    return services.open_case(certificate=certificate, by=drafter)


def at(case, tail=""):
    return f"/licences/{case.slug}/{tail}"


class TestOpen:
    def test_from_the_certificate(self, client_for, issued, drafter):
        client = client_for(drafter)
        assert "Follow the Chinese licence" in client.get(f"/certificates/{issued.slug}/").content.decode()
        assert client.post(f"/certificates/{issued.slug}/follow/").status_code == 302
        assert LicenceCase.objects.get().certificate == issued
        assert (
            "Follow the Chinese licence" not in client.get(f"/certificates/{issued.slug}/").content.decode()
        )

    def test_a_draft_is_refused_in_words(self, client_for, draft, drafter):
        answer = client_for(drafter).post(f"/certificates/{draft.slug}/follow/", follow=True)
        assert "once the certificate is issued" in answer.content.decode()


class TestReport:
    def test_moves_the_case_and_keeps_the_evidence(self, client_for, case, drafter, officer, analyst):
        client = client_for(drafter)
        answer = client.post(at(case, "report/"), {**report_given(), "evidence": picture("seen.png")})
        assert answer.status_code == 302
        report = StatusReport.objects.get()
        assert report.evidence_name == "seen.png"
        shown = client_for(officer).get(at(case)).content.decode()
        assert "filed online" in shown
        assert "网上提交" in shown
        path = at(case, f"reports/{report.pk}/evidence/")
        assert client_for(officer).get(path)["Content-Disposition"].startswith("attachment")
        assert client_for(analyst).get(path).status_code == 403
        assert path not in client_for(analyst).get(at(case)).content.decode()

    def test_is_kept_once_for_a_double_click(self, client_for, case, drafter):
        client = client_for(drafter)
        page = client.get(at(case, "report/")).content.decode()
        key = re.search(r'name="key" value="([0-9a-f]{32})"', page)[1]
        for _click in range(2):
            assert client.post(at(case, "report/"), {**report_given(), "key": key}).status_code == 302
        assert case.reports.count() == 1
        client.post(at(case, "report/"), {**report_given(), "key": key, "note": "And another thing"})
        client.post(at(case, "report/"), report_given())
        assert case.reports.count() == 3

    def test_takes_the_licence_with_it(self, client_for, case, drafter):
        body = {**report_given(), "claimed": "ISSUED", **licence_given()}
        assert client_for(drafter).post(at(case, "report/"), body).status_code == 302
        for path in (at(case), "/licences/register/"):
            shown = client_for(drafter).get(path).content.decode()
            assert "26-AA-1" in shown
            assert "5.000 kg" in shown

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"claimed": ""}, "This field is required"),
            ({"claimed_on": "31-02-2026"}, "no such day"),
            ({"claimed_on": "31-12-2099"}, "lies in the future"),
            ({"claimed_on": "01-01-2020"}, "not issued yet on that day"),
            ({"claimed": "ISSUED"}, "Enter the licence"),
            ({**licence_given(), "issued_on": ""}, "needed with a licence number"),
            ({**licence_given(), "weight-1": "99999"}, "a licence cannot allow more"),
            ({**licence_given(), "weight-1": "٣"}, "other numerals are not taken"),
            ({**licence_given(), "expires_on": "01-01-2020"}, "cannot expire before it is issued"),
        ],
    )
    def test_refuses_beside_the_field_and_keeps_what_was_typed(self, client_for, case, drafter, given, words):
        answer = client_for(drafter).post(at(case, "report/"), {**report_given(), **given})
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert words in shown
        assert "told by mail" in shown
        assert not StatusReport.objects.exists()

    def test_refuses_a_file_that_is_none(self, client_for, case, drafter):
        file = SimpleUploadedFile("seen.pdf", b"MZ", "application/pdf")
        answer = client_for(drafter).post(at(case, "report/"), {**report_given(), "evidence": file})
        assert answer.status_code == 422
        assert not StatusReport.objects.exists()


class TestDecide:
    def test_between_reports_that_contradict(self, client_for, case, drafter, officer):
        day = control.day_in_china()
        services.report(case=case, by=officer, claimed="FILED", claimed_on=day)
        theirs = services.report(case=case, by=drafter, claimed="ACCEPTED", claimed_on=day)
        assert LicenceCase.objects.get().is_contested, (
            "of one day the later word is newer, the other's better"
        )
        client = client_for(officer)
        path = at(case, f"reports/{theirs.pk}/decide/")
        assert client.post(path, {"reason": ""}).status_code == 422
        assert client.post(path, {"reason": "seen"}).status_code == 302
        assert LicenceCase.objects.get().status == "ACCEPTED"
        path = at(case, f"reports/{theirs.pk}/withdraw/")
        assert client.post(path, {"reason": "another company"}).status_code == 302
        assert LicenceCase.objects.get().status == "FILED"
        assert "another company" in client.get(at(case)).content.decode()


class TestReaders:
    @pytest.mark.parametrize("who", READERS)
    def test_see_the_board_and_the_case(self, client_for, case, who, request):
        client = client_for(request.getfixturevalue(who))
        assert case.reference in client.get("/licences/").content.decode()
        assert client.get(at(case)).status_code == 200
        assert client.get("/licences/register/").status_code == 200

    def test_strangers_do_not(self, client_for, case, stranger):
        client = client_for(stranger)
        assert case.reference not in client.get("/licences/").content.decode()
        for tail in ("", "report/"):
            assert client.get(at(case, tail)).status_code == 404

    @pytest.mark.parametrize(
        ("query", "is_there"),
        [
            ("status=OPEN", True),
            ("status=REFUSED", False),
            ("overdue=on", False),
            ("q=nothing", False),
            ("q=%00", True),
        ],
    )
    def test_narrow_the_board(self, client_for, case, drafter, query, is_there):
        shown = client_for(drafter).get(f"/licences/?{query}").content.decode()
        assert (case.reference in shown) is is_there


class TestOverdue:
    @pytest.fixture
    def late(self, case, drafter, signatory, officer, senior):
        """Three cases under review, the second longest overdue and the last decided; their order of ending."""
        life, cases = Life(drafter, signatory, officer, senior, None), [case]
        cases += [services.open_case(certificate=life.issued(), by=drafter) for _ in range(2)]
        today = control.day_in_china()
        for one, status, days in zip(cases, ("REVIEW", "PAUSED", "REFUSED"), (3, 9, 20), strict=True):
            LicenceCase.objects.filter(pk=one.pk).update(status=status, due_on=today - timedelta(days=days))
        return [cases[1], cases[0]]

    def test_is_what_waits_for_a_decision_the_longest_first(self, client_for, late, drafter):
        assert client_for(drafter).get("/licences/?overdue=on").context["page"].rows == late

    def test_is_walked_page_by_page(self, late):
        rows, shown, query = LicenceCase.objects.overdue(control.day_in_china()), [], QueryDict()
        while query is not None:
            page = paginate(rows, order=("undecided_due_on", "id"), query=query, size=1)
            shown += page.rows
            query = QueryDict(page.next_url[1:]) if page.next_url else None
        assert shown == late

    def test_ends_with_the_last_day_not_before(self, late):
        today = control.day_in_china()
        assert set(LicenceCase.objects.overdue(today - timedelta(days=3))) == {late[0]}
        assert set(LicenceCase.objects.overdue(today - timedelta(days=2))) == set(late)

    @pytest.mark.parametrize("at", [["2026-13-45", 1], ["x", 1], [None, 1], [1, 1], ["2026-01-01", "x"]])
    def test_a_senseless_place_in_the_list_is_its_beginning(self, client_for, late, drafter, at):
        cursor = base64.urlsafe_b64encode(json.dumps(at).encode()).decode().rstrip("=")
        answer = client_for(drafter).get(f"/licences/?overdue=on&after={cursor}")
        assert (answer.status_code, answer.context["page"].rows) == (200, late)


def test_queries_are_as_many_for_one_as_for_many(queries_of, drafter, signatory, officer, senior, case):
    life = Life(drafter, signatory, officer, senior, None)
    before = [queries_of(drafter, path) for path in ("/licences/", "/licences/register/")]
    for _ in range(4):
        services.open_case(certificate=life.issued(), by=drafter)
    assert [queries_of(drafter, path) for path in ("/licences/", "/licences/register/")] == before
