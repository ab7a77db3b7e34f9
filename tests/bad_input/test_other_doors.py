"""Whatever arrives at the other doors: steps, comments, verification, files, invitations, lists, headers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import services as people
from accounts.models import Invitation
from euc import demonstration
from euc.models import Evidence, FieldComment
from tests.bad_input.conftest import raw
from tests.bad_input.corpus import CURSORS, DATES, FILE_NAMES, PROFILE, TEXTS, VALUES, texts
from tests.bad_input.test_drafting_pages import received

POLITE = {200, 302, 400, 403, 404, 405, 409, 413, 415, 422}


class TestSteps:
    def test_take_any_reason_or_say_what_is_wrong(self, client_for, officer, submitted, send):
        client = client_for(officer)
        for value in (*TEXTS, "z" * 100_000):
            path = f"/certificates/{submitted.slug}/reject/"
            response = send(client, path, {"reason": value + "\u202e"})
            assert response.status_code == 422
            assert response.context["form"].errors["reason"]
            assert response.context["form"]["reason"].value() == received(value + "\u202e")
        submitted.refresh_from_db()
        assert submitted.status == "SUBMITTED"

    @pytest.mark.parametrize("value", DATES)
    def test_refuse_other_writings_of_a_date(self, client_for, senior, approved, send, value):
        fields = {"seen_hash": approved.content_hash, "valid_until": value}
        response = send(client_for(senior), f"/certificates/{approved.slug}/issue/", fields)
        if value.strip() != "2026-12-31":
            assert response.status_code in {403, 422}
            approved.refresh_from_db()
            assert approved.status == "APPROVED"

    @pytest.mark.parametrize("seen", ["", "0" * 64, "x" * 64, "\x00", "é", "' OR 1=1", "f" * 5000])
    def test_refuse_a_hash_that_was_not_on_screen(self, client_for, officer, submitted, send, seen):
        response = send(client_for(officer), f"/certificates/{submitted.slug}/approve/", {"seen_hash": seen})
        assert response.status_code in {409, 422}
        submitted.refresh_from_db()
        assert submitted.status == "SUBMITTED"

    @pytest.mark.parametrize(
        "verb", ["supersede", "expire", "exhaust", "sign", "__init__", "step", "0", "x" * 300]
    )
    def test_know_no_other_verb(self, client_for, officer, submitted, verb):
        assert client_for(officer).post(f"/certificates/{submitted.slug}/{verb}/").status_code == 404


class TestComments:
    def test_take_any_text_or_say_what_is_wrong(self, client_for, officer, submitted, send):
        client = client_for(officer)
        path = f"/certificates/{submitted.slug}/comment/?page=order&field=po_number"
        for value in VALUES:
            response = send(client, path, {"text": value})
            if response.status_code == 422:
                assert response.context["form"].errors["text"]
                assert response.context["form"]["text"].value() == received(value)
            else:
                assert response.status_code == 302
        shown = client.get(f"/certificates/{submitted.slug}/").content.decode()
        for comment in FieldComment.objects.all():
            assert all(escape(line) in shown for line in comment.text.split("\n"))

    @pytest.mark.parametrize("name", ["page", "field", "line"])
    def test_stand_beside_fields_that_exist(self, client_for, officer, submitted, name):
        client = client_for(officer)
        for value in VALUES:
            query = {"page": "order", "field": "po_number", "line": "0"} | {name: value[:500]}
            text = "&".join(f"{key}={raw(given)}" for key, given in query.items())
            assert client.get(f"/certificates/{submitted.slug}/comment/?{text}").status_code in {200, 404}


class TestVerification:
    def test_answers_every_code_politely(self, client, send):
        for value in (*VALUES, "a" * 32, "A" * 32, "2" * 33):
            assert client.get(f"/verify/?q={raw(value[:2000])}").status_code in {200, 302, 422}
            response = send(client, "/verify/", {"code": value})
            assert response.status_code in {302, 422}
            if response.status_code == 422:
                assert response.context["form"].errors["code"]

    @pytest.mark.parametrize("token", ["x", "a" * 32, "A" * 32, "१" * 32, "%00", "a" * 3000, "..", "a%0ab"])
    def test_knows_no_other_token(self, client, token):
        assert client.get(f"/v/{token}/").status_code == 404
        assert client.get(f"/api/v1/verifications/{token}/").status_code in {404, 429}

    @pytest.mark.parametrize("name", FILE_NAMES)
    def test_reads_no_file_name(self, client, name):
        response = client.post(
            "/verify/", {"file": SimpleUploadedFile(name or "x", b"no pdf", "application/pdf")}
        )
        assert response.status_code in {200, 422}

    @pytest.mark.parametrize(
        "body", [b"", b"%PDF", b"%PDF-1.7", b"\x00" * 5000, b"x" * (2 * 1024 * 1024 + 1)]
    )
    def test_answers_every_file_politely(self, client, body):
        response = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", body, "application/pdf")})
        assert response.status_code in {200, 413, 422}


class TestUploads:
    @pytest.mark.parametrize("name", FILE_NAMES)
    def test_keep_no_harm_from_a_file_name(self, client_for, drafter, draft, name):
        client, path = client_for(drafter), f"/certificates/{draft.slug}/draft/evidence/"
        file = SimpleUploadedFile("x.png", demonstration.picture("x"), "image/png")
        file._name = name
        response = client.post(path, {"kind": "OTHER", "file": file})
        assert response.status_code in {302, 422} | ({400} if len(name) > 1000 else set())
        if response.status_code == 302:
            added = Evidence.objects.latest("pk")
            assert not set(added.name) & set("/\\\x00\r\n\u202e")
            got = client.get(f"/certificates/{draft.slug}/evidence/{added.pk}/")
            assert got.status_code == 200
            assert got.headers["Content-Disposition"].isascii()


class TestInvitations:
    def test_take_any_words_or_say_what_is_wrong(self, client_for, signatory, send):
        client = client_for(signatory)
        good = {
            "email": "new@example.test",
            "role": "DRAFTER",
            "designation": "Clerk",
            "authority_reference": "",
        }
        for name in good:
            for value in TEXTS:
                response = send(client, "/people/invite/", good | {name: value})
                assert response.status_code in {302, 422}
                if response.status_code == 422:
                    assert set(response.context["form"].errors) <= {name, "__all__"}
                    assert response.context["form"][name].value() == received(value)

    def test_accept_any_name_and_password_or_say_what_is_wrong(self, client, importer, signatory, send):
        token = "t" * 27
        for number, value in enumerate(TEXTS):
            offer = people.invite(
                by=signatory, organisation=importer, email=f"p{number}@example.test", role="DRAFTER"
            )
            Invitation.objects.filter(pk=offer.pk).update(token_hash=people._hashed(token + str(number)))
            path = f"/invitations/{token}{number}/"
            fields = {"full_name": value, "password": value, "password_again": value}
            assert send(client, path, fields).status_code in {302, 422}

    @pytest.mark.parametrize("token", ["x", "%00", "a" * 5000, "%ED%A0%80", "..%2f", "१"])
    def test_know_no_other_token(self, client, token):
        assert client.get(f"/invitations/{token}/").status_code == 404


LISTS = ("/certificates/", "/undertakings/", "/queue/", "/deliveries/", "/api/v1/certificates/")


class TestLists:
    @pytest.mark.parametrize("path", LISTS)
    def test_ignore_cursors_that_are_none(self, client_for, officer, submitted, path):
        client = client_for(officer)
        for cursor in CURSORS:
            for side in ("after", "before", "cursor"):
                assert client.get(f"{path}?{side}={raw(cursor)}").status_code in {200, 404}, cursor

    @pytest.mark.parametrize("path", LISTS)
    def test_answer_every_filter(self, client_for, officer, submitted, path):
        client = client_for(officer)
        for value in VALUES:
            text = raw(value[:3000])
            query = f"q={text}&status={text}&for={text}&state={text}&q=twice&{text}={text}"
            assert client.get(f"{path}?{query}").status_code == 200, value

    @pytest.mark.parametrize(
        "query", ["&&&", "=", "%", "%zz", "a[]=1", "q[$gt]=", "?" * 50, "q=" + "a" * 20_000]
    )
    def test_survive_query_strings_that_are_none(self, client_for, officer, submitted, query):
        for path in (*LISTS, f"/certificates/{submitted.slug}/changes/", "/", "/verify/"):
            assert client_for(officer).get(f"{path}?{query}").status_code in {200, 302, 422}

    def test_survive_many_parameters(self, client_for, officer):
        query = "&".join(f"p{n}=1" for n in range(2100))
        assert client_for(officer).get(f"/certificates/?{query}").status_code in {200, 400}

    def test_show_changes_up_to_any_revision(self, client_for, officer, submitted):
        client = client_for(officer)
        for value in VALUES:
            path = f"/certificates/{submitted.slug}/changes/?to={raw(value[:500])}"
            assert client.get(path).status_code == 200


class TestSmallDoors:
    @pytest.mark.parametrize(
        ("path", "names"),
        [
            ("/organisations/choose/", ("organisation", "next")),
            ("/theme/", ("theme", "next")),
            ("/i18n/setlang/", ("language", "next")),
            ("/accounts/password/change/", ("oldpassword", "password1", "password2")),
            ("/accounts/reauthenticate/", ("password", "next")),
        ],
    )
    def test_answer_anything(self, client_for, drafter, send, path, names):
        client = client_for(drafter)
        for value in VALUES:
            response = send(client, path, dict.fromkeys(names, value[:3000]))
            assert response.status_code in POLITE, value
            target = response.headers.get("Location", "/")
            assert url_has_allowed_host_and_scheme(target, {"testserver"}), (value, target)

    @pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
    def test_take_no_sign_in(self, client, send, path):
        for value in VALUES:
            fields = dict.fromkeys(("login", "password", "email", "next"), value[:3000])
            assert send(client, path, fields).status_code in POLITE, value

    @pytest.mark.parametrize(
        "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"]
    )
    def test_lead_nowhere_else(self, client_for, drafter, send, path):
        client = client_for(drafter)
        organisation = drafter.organisation.pk
        for door, fields in (
            ("/organisations/choose/", {"organisation": organisation, "next": path}),
            ("/theme/", {"theme": "dark", "next": path}),
            ("/i18n/setlang/", {"language": "hi", "next": path}),
        ):
            assert "evil" not in send(client, door, fields).headers["Location"]

    @pytest.mark.parametrize(
        "name", ["Referer", "Accept-Language", "Accept", "User-Agent", "HX-Request", "X-Forwarded-For"]
    )
    @pytest.mark.parametrize(
        "value", ["\x00", "é", "x" * 8000, "en;q=abc", "*;q=9", "<script>", "zz-ZZ,en", "javascript:1"]
    )
    def test_read_any_header(self, client_for, drafter, name, value):
        for path in ("/", "/certificates/", "/verify/"):
            assert client_for(drafter).get(path, headers={name: value}).status_code in {200, 400}

    @pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "theme", "django_language"])
    @pytest.mark.parametrize("value", ["", "x", "a" * 4000, "../..", "[1]", "{}"])
    def test_read_any_cookie(self, client, name, value):
        client.cookies[name] = value
        for path in ("/", "/verify/", "/certificates/"):
            assert client.get(path).status_code in {200, 302}

    @pytest.mark.parametrize("host", ["evil.example", "", "a b", "testserver:99999999", "[::1", "é.example"])
    def test_know_their_own_name(self, client, host):
        assert client.get("/", headers={"Host": host}).status_code in {200, 400}

    @pytest.mark.parametrize(
        "path",
        ["/%00", "/%ff%fe", "/certificates/%00/", "/certificates/EUC-0388000001-2026-27-999999999/",
         "/" + "a/" * 2000,
         "/admin/accounts/user/%00/change/", "/admin/accounts/user/?q=%00&o=x.y&p=-1&e=1",
         "/people/99999999999999999999/remove/",
         "/organisations/99999999999999999999/people/", "/deliveries/99999999999999999999/retry/"],
    )  # fmt: skip
    def test_answer_any_path(self, client_for, drafter, administrator, path):
        for actor in (drafter, administrator):
            client = client_for(actor)
            assert client.get(path).status_code in POLITE
            assert client.post(path).status_code in POLITE


class TestRandomly:
    @settings(PROFILE)
    @given(text=texts, which=st.sampled_from(LISTS))
    def test_any_filter(self, client_for, officer, submitted, text, which):
        given_text = raw(text)
        assert client_for(officer).get(f"{which}?q={given_text}&after={given_text}").status_code in {200, 404}

    @settings(PROFILE)
    @given(text=texts)
    def test_any_comment(self, client_for, officer, submitted, send, text):
        path = f"/certificates/{submitted.slug}/comment/?page=order&field=po_number"
        assert send(client_for(officer), path, {"text": text}).status_code in {302, 422}
