"""The supplier room as browsers meet it: GETs write nothing, closed links are one 404, a form reports once."""

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents import signing, storing
from euc import control, dossier, pledge_printing
from licensing import entering, rooms, services
from licensing.models import LicenceCase, RoomCode, RoomInvitation, StatusReport
from tests.remembering import remembered
from tests.views.test_originals import picture
from workflow import errands, events
from workflow.models import Errand

DAY = f"{control.day_in_china():%Y-%m-%d}"
REPORT = {"claimed": "FILED", "claimed_on": DAY, "application_number": "SQ-1", "note": "已提交", "key": "k1"}
INSIDE = ("report/", "correction/", "files/")


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@remembered
def case(sealed, drafter):
    return services.open_case(certificate=sealed, by=drafter)


@remembered
def invitation(case, drafter):
    return rooms.invite(case=case, by=drafter, email="li.wei@magnets.example", note="请协助")


@remembered
def token(invitation):
    return entering.renew_token(invitation)


@pytest.fixture
def room(token):
    """`room()` or `room("report/")`: an address of the room."""
    return lambda tail="": f"/room/{token}/{tail}"


@pytest.fixture
def exporter(room, invitation):
    """A browser that entered the code."""
    return enters(Client(), room, invitation)


def enters(client, room, invitation):
    entering.ask_code(invitation=invitation, at=timezone.now() - timedelta(minutes=2))
    digits = entering.renew_code(invitation.codes.first())
    assert client.post(room("enter/"), {"code": digits}).status_code == 302
    return client


def shown(response):
    return response.content.decode()


def counts():
    """How many rows every table has, the sessions among them."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def contents():
    own = ("licensing", "workflow", "accounts", "documents", "euc")
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label in own
    }


class TestDoor:
    def test_shows_a_button_in_chinese_with_english_and_nothing_of_the_case(self, room, invitation):
        page = shown(Client().get(room()))
        assert 'lang="zh-hans"' in page
        assert "发送验证码" in page
        assert "You were invited to help with an export licence" in page
        case = invitation.case
        for secret in (
            case.reference,
            case.importer.name,
            case.certificate.reference,
            case.exporter_name,
            invitation.email,
            "请协助",
        ):
            assert secret not in page

    def test_fifty_visits_of_a_scanner_change_nothing(self, room):
        before, rows = counts(), contents()
        for number in range(50):
            client = Client(headers={"user-agent": f"scanner {number}", "accept-language": "en"})
            for tail in ("", *INSIDE):
                client.get(room(tail))
            client.head(room())
        with CaptureQueriesContext(connection) as seen:
            assert Client().get(room()).status_code == 200
        assert not [
            q for q in seen.captured_queries if not q["sql"].lstrip("( ").upper().startswith("SELECT")
        ]
        assert counts() == before
        assert contents() == rows

    def test_is_not_kept_and_not_indexed(self, room):
        answer = Client().get(room())
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Content-Language"] == "zh-hans"

    def test_speaks_what_was_chosen_and_not_what_the_browser_guesses(self, room):
        client = Client(headers={"accept-language": "hi"})
        assert "发送验证码" in shown(client.get(room()))
        client.post("/i18n/setlang/", {"language": "en", "next": room()})
        assert "Send me a code" in shown(client.get(room()))

    def test_loads_nothing_from_elsewhere(self, room):
        found = re.findall(r'(?:src|href|action)="([^"]+)"', shown(Client().get(room())))
        assert found
        assert all(address.startswith(("/", "#")) for address in found)

    @pytest.mark.parametrize("tail", INSIDE)
    def test_is_all_that_the_link_alone_opens(self, room, tail):
        answer = Client().get(room(tail))
        assert (answer.status_code, answer["Location"]) == (302, room())

    @pytest.mark.parametrize("tail", ["report/", "correction/", "files/fetch/", "leave/"])
    def test_takes_no_posting_without_a_code(self, room, tail):
        before = contents()
        assert Client().post(room(tail), {**REPORT, "text": "x"})["Location"] == room()
        assert contents() == before


class TestOneAnswer:
    """A guessed, an expired, a revoked and another's link are told apart by nothing."""

    def test_for_every_link_that_is_not_open(self, room, invitation, case, drafter):
        def page(address, method="get", **body):
            answer = getattr(Client(), method)(address, body)
            text = re.sub(r'csrfmiddlewaretoken" value="\w+', "", shown(answer))
            return answer.status_code, sorted(answer.headers), sorted(answer.cookies), text

        revoked = rooms.invite(case=case, by=drafter, email="b@magnets.example")
        revoked_token = entering.renew_token(revoked)
        rooms.revoke(invitation=revoked, by=drafter)
        expired = rooms.invite(
            case=case, by=drafter, email="c@magnets.example", at=timezone.now() - timedelta(days=13)
        )
        expired_token = entering.renew_token(expired)
        RoomInvitation.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
        gone = [revoked_token, expired_token, "a" * 27, "x", "%E7%8C%9C", invitation.token_hash]
        for tail in ("", *INSIDE):
            assert {str(page(f"/room/{token}/{tail}")) for token in gone} == {str(page("/room/guess/"))}
        for tail in ("code/", "enter/", "report/", "leave/", "files/fetch/"):
            answers = {str(page(f"/room/{token}/{tail}", "post", code="123456")) for token in gone}
            assert len(answers) == 1
            assert "404" in answers.pop()
        assert page(room())[0] == 200

    def test_when_it_is_revoked_inside(self, exporter, room, invitation, drafter):
        assert exporter.get(room()).status_code == 200
        rooms.revoke(invitation=invitation, by=drafter)
        for tail in ("", *INSIDE):
            assert exporter.get(room(tail)).status_code == 404

    def test_a_visit_of_one_room_opens_no_other(self, exporter, room, case, drafter):
        other = rooms.invite(case=case, by=drafter, email="b@magnets.example")
        path = f"/room/{entering.renew_token(other)}/"
        exporter.cookies["room"]["path"] = "/"  # even a browser that sends it everywhere
        assert case.reference in shown(exporter.get(room()))
        assert case.reference not in shown(exporter.get(path))
        assert exporter.get(path + "report/").status_code == 302


class TestCode:
    def test_is_sent_and_opens_the_room(self, room, invitation, case):
        client = Client()
        answer = client.post(room("code/"), follow=True)
        assert "进入专区" in shown(answer)
        (errand,) = Errand.objects.filter(kind=entering.SEND_CODE)
        assert errands.run(errand.pk)
        digits = re.match(r"\d{6}", mail.outbox[-1].subject)[0]
        full_width = "".join(chr(ord(d) + 0xFEE0) for d in digits)
        page = client.post(room("enter/"), {"code": f" {full_width[:3]} {full_width[3:]}"}, follow=True)
        assert case.reference in shown(page)
        assert "请协助" in shown(page)
        cookie = client.cookies["room"]
        assert (cookie["path"], bool(cookie["httponly"]), cookie["samesite"]) == (room(), True, "Lax")
        assert cookie["max-age"] == 8 * 3600
        assert "sessionid" not in client.cookies

    def test_a_second_within_a_minute_is_refused_in_words(self, room):
        client = Client()
        client.post(room("code/"))
        answer = client.post(room("code/"))
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 60
        assert "验证码刚刚已发送" in shown(answer)
        assert "进入专区" in shown(answer)
        assert RoomCode.objects.count() == 1

    def test_five_wrong_ones_lock_it(self, room, invitation):
        client = Client()
        entering.ask_code(invitation=invitation)
        digits = entering.renew_code(invitation.codes.first())
        wrong = f"{(int(digits) + 1) % 10**6:06d}"
        for _try in range(5):
            answer = client.post(room("enter/"), {"code": wrong})
            assert answer.status_code == 422
            assert "验证码错误" in shown(answer)
        assert client.post(room("enter/"), {"code": digits}).status_code == 422
        assert "room" not in client.cookies
        assert invitation.case.reference not in shown(client.get(room()))

    @pytest.mark.parametrize("given", ["", "12345", "1234567", "abcdef", "１２３", "\x00", "9" * 500])
    def test_what_is_none_costs_no_try(self, room, invitation, given):
        entering.ask_code(invitation=invitation)
        entering.renew_code(invitation.codes.first())
        assert Client().post(room("enter/"), {"code": given}).status_code == 422
        assert RoomCode.objects.get().tries == 0

    def test_a_signed_in_person_stays_who_they_are(self, client_for, stranger, room, invitation, case):
        client = client_for(stranger)
        enters(client, room, invitation)
        assert case.reference in shown(client.get(room()))
        assert stranger.person.full_name in shown(client.get("/"))
        assert client.get(f"/licences/{case.slug}/").status_code == 404
        client.post(room("leave/"))
        assert case.reference not in shown(client.get(room()))
        assert stranger.person.full_name in shown(client.get("/"))


class TestInside:
    def test_shows_this_case_and_what_is_asked(self, exporter, room, case, drafter):
        services.report(
            case=case, by=drafter, claimed="FILED", claimed_on=control.day_in_china(), note="internal remark"
        )
        page = shown(exporter.get(room()))
        assert case.certificate.reference in page
        assert "已网上提交" in page
        assert "申请何时受理" in page
        assert "internal remark" not in page
        assert drafter.person.email not in page

    def test_every_get_writes_nothing(self, exporter, room):
        before = contents()
        for tail in ("", *INSIDE):
            assert exporter.get(room(tail)).status_code == 200
        assert contents() == before

    def test_a_report_moves_the_case_and_the_importer_sees_whose_it_is(
        self, exporter, room, case, client_for, drafter, analyst
    ):
        answer = exporter.post(
            room("report/"), {**REPORT, "evidence": picture("受理通知书.png")}, follow=True
        )
        assert "进口商可以看到您报告的内容" in shown(answer)
        assert "SQ-1" in shown(answer)
        made = StatusReport.objects.get()
        assert (made.source, made.confidence, made.evidence_name) == (
            "SUPPLIER_ROOM",
            "HIGH",
            "受理通知书.png",
        )
        assert LicenceCase.objects.get().status == "FILED"
        page = shown(client_for(drafter).get(f"/licences/{case.slug}/"))
        assert "exporter, in its room" in page
        assert "li.wei@magnets.example" in page
        assert "li.wei@magnets.example" not in shown(client_for(analyst).get(f"/licences/{case.slug}/"))

    def test_a_double_click_makes_one_report(self, exporter, room):
        for _click in range(2):
            answer = exporter.post(room("report/"), {**REPORT, "evidence": picture("a.png")})
            assert answer.status_code == 302
        assert StatusReport.objects.count() == 1

    def test_every_form_has_a_key_of_its_own(self, exporter, room):
        keys = [
            re.search(r'name="key" value="(\w{32})"', shown(exporter.get(room("report/"))))[1] for _ in "ab"
        ]
        assert keys[0] != keys[1]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"claimed": ""}, "该字段是必填项"),
            ({"claimed_on": "2026-02-31"}, "没有这一天"),
            ({"claimed_on": "二〇二六年一月一日"}, "请按“年-月-日”填写日期"),
            ({"claimed_on": "2099-12-31"}, "此日期在将来"),
            ({"claimed": "ACCEPTED", "application_number": ""}, "报告此状态时须填写此项"),
            ({"claimed": "ISSUED"}, "请填写许可证信息"),
            ({"claimed": "ISSUED", "number": "26-1"}, "填写许可证号时须填写此项"),
            ({"claimed": "NONSENSE"}, "选择一个有效的选项"),
        ],
    )
    def test_refuses_beside_the_field_and_keeps_what_was_typed(self, exporter, room, given, words):
        answer = exporter.post(room("report/"), {**REPORT, **given})
        assert answer.status_code == 422
        assert words in shown(answer)
        assert "已提交" in shown(answer)
        assert not StatusReport.objects.exists()

    def test_takes_the_licence(self, exporter, room):
        body = {**REPORT, "claimed": "ISSUED", "number": "26-JN-1", "type": "SINGLE"}
        body |= {"issued_on": DAY, "expires_on": "2099-12-31", "weight-1": "5"}
        assert exporter.post(room("report/"), body).status_code == 302
        assert LicenceCase.objects.get().licence.number == "26-JN-1"
        assert "26-JN-1" in shown(exporter.get(room()))

    def test_refuses_a_file_that_is_none(self, exporter, room):
        file = SimpleUploadedFile("seen.pdf", b"MZ", "application/pdf")
        assert exporter.post(room("report/"), {**REPORT, "evidence": file}).status_code == 422
        assert not StatusReport.objects.exists()

    def test_a_correction_is_told_once(self, exporter, room, case, client_for, officer):
        assert exporter.post(room("correction/"), {"text": " "}).status_code == 422
        for _click in range(2):
            answer = exporter.post(room("correction/"), {"text": "牌号应为N42SH", "key": "k"})
            assert answer.status_code == 302
        assert events.about(case).filter(verb="licensing.case.ask_correction").count() == 1
        assert Errand.objects.filter(kind=rooms.TELL_OF_CORRECTION).count() == 1
        assert "牌号应为N42SH" in shown(client_for(officer).get(f"/licences/{case.slug}/"))

    def test_leaving_ends_the_visit_for_every_copy_of_it(self, exporter, room, case):
        copy = Client()
        copy.cookies["room"] = exporter.cookies["room"].value
        assert case.reference in shown(copy.get(room()))
        exporter.post(room("leave/"))
        assert case.reference not in shown(copy.get(room()))


class TestPapers:
    @pytest.fixture
    def sealed(self, sealed, monkeypatch):
        """With the undertaking it rests on."""
        monkeypatch.setattr(pledge_printing, "undertaking_pdf", lambda **given: b"%PDF-1.7 undertaking")
        for errand in Errand.objects.filter(kind="euc.print_undertaking"):
            assert errands.run(errand.pk)
        return sealed

    @pytest.fixture
    def files(self, monkeypatch):
        """The dossier's contents without printing them."""
        item = dossier.Item("01-certificate/a.pdf", dossier.TITLE, b"sealed bytes")
        monkeypatch.setattr(dossier, "items", lambda certificate: [item])
        monkeypatch.setattr(dossier, "_print", lambda *given: b"%PDF-1.7 contents\n%%EOF\n")
        seal = lambda pdf, **given: signing.Sealed(pdf, "CN=Stand-in", 1)  # noqa: E731
        monkeypatch.setattr(signing, "seal", seal)
        return item

    def test_are_listed_with_their_hashes(self, exporter, room, files):
        page = shown(exporter.get(room("files/")))
        assert files.sha256 in page
        assert "申请材料目录" in page

    def test_are_sealed_by_a_worker_and_then_fetched(self, exporter, room, files, case, monkeypatch):
        sealing = Errand.objects.filter(kind=dossier.SEAL)
        assert sealing.count() == 1, "owed with the invitation"
        waiting = exporter.post(room("files/fetch/"), follow=True)
        assert "正在整理中" in shown(waiting)
        assert sealing.count() == 1
        assert errands.run(sealing.get().pk)
        no_key = lambda *given, **more: pytest.fail("sealed where no key is")  # noqa: E731
        monkeypatch.setattr(signing, "seal", no_key)
        answer = exporter.post(room("files/fetch/"))
        assert answer["Content-Type"] == "application/zip"
        assert answer["Content-Disposition"].startswith("attachment")
        with ZipFile(BytesIO(answer.content)) as packed:
            assert packed.read(files.path) == files.content
            assert {"SHA256SUMS", "manifest.json", "00-contents.pdf"} <= set(packed.namelist())
        assert events.about(case).last().verb == "licensing.case.fetch_dossier"

    def test_say_so_when_the_certificate_is_not_in_force(self, exporter, room, files, case):
        type(case.certificate).objects.filter(pk=case.certificate.pk).update(status="SUPERSEDED")
        page = exporter.get(room("files/"))
        assert "只有有效的证明才有申请材料" in shown(page)
        assert files.sha256 not in shown(page)
        assert exporter.post(room("files/fetch/")).status_code == 409

    def test_say_so_when_a_file_is_gone(self, exporter, room, files, monkeypatch):
        def gone(certificate):
            raise storing.Corrupted("gone")

        monkeypatch.setattr(dossier, "items", gone)
        assert "有一份文件目前无法读取" in shown(exporter.get(room("files/")))


class TestImportersSide:
    def test_invites_lists_and_revokes(self, client_for, case, drafter):
        client = client_for(drafter)
        at = f"/licences/{case.slug}/"
        assert client.post(at + "invite/", {"email": "not one", "language": "zh-hans"}).status_code == 422
        body = {"email": "Li.Wei@magnets.example", "language": "zh-hans", "note": ""}
        page = client.post(at + "invite/", body, follow=True)
        assert "li.wei@magnets.example" in shown(page)
        assert "link open" in shown(page)
        pk = RoomInvitation.objects.get().pk
        assert "Revoke the link of" in shown(client.get(f"{at}invitations/{pk}/revoke/"))
        assert RoomInvitation.objects.open().exists()
        page = client.post(f"{at}invitations/{pk}/revoke/", follow=True)
        assert "link revoked" in shown(page)

    def test_is_not_the_officers_nor_strangers(self, client_for, invitation, officer, stranger):
        at = f"/licences/{invitation.case.slug}/"
        for tail in ("invite/", f"invitations/{invitation.pk}/revoke/"):
            assert client_for(officer).post(at + tail).status_code == 403
            assert client_for(stranger).post(at + tail).status_code == 404
        assert invitation.email not in shown(client_for(officer).get(at))

    def test_another_cases_invitation_is_not_found_here(self, client_for, invitation, drafter):
        case, day = invitation.case, control.day_in_china()
        services.report(case=case, by=drafter, claimed="REFUSED", claimed_on=day)
        other = services.open_case(certificate=case.certificate, by=drafter)
        path = f"/licences/{other.slug}/invitations/{invitation.pk}/revoke/"
        assert client_for(drafter).post(path).status_code == 404
