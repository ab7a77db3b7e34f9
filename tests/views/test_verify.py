import json

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from euc import services
from tests.views.conftest import PDF

SECRET = ("84000", "84,000", "composition-report", "imports@sahyadri", "N42UH-price")


def upload(client, content, name="certificate.pdf"):
    return client.post("/verify/", {"file": SimpleUploadedFile(name, content)})


class TestByToken:
    def test_says_in_force(self, client, sealed):
        response = client.get(f"/v/{sealed.token}/")
        assert response.status_code == 200
        assert "Issued and in force" in response.content.decode()
        assert sealed.reference in response.content.decode()

    def test_is_stored_nowhere(self, client, sealed):
        for address in (f"/v/{sealed.token}/", "/verify/"):
            assert "no-store" in client.get(address).headers["Cache-Control"]

    def test_tells_no_price_no_evidence_no_contact(self, client, sealed):
        page = client.get(f"/v/{sealed.token}/").content.decode()
        assert [word for word in SECRET if word in page] == []

    def test_says_revoked_at_once(self, client, sealed, senior):
        services.revoke(certificate=sealed, by=senior, reason="A private reason")
        page = client.get(f"/v/{sealed.token}/").content.decode()
        assert "REVOKED" in page
        assert "A private reason" not in page

    def test_says_expired_from_the_day_after_the_last(self, client, sealed):
        last = sealed.valid_until
        with time_machine.travel(f"{last}T18:29:00+00:00", tick=False):
            assert "Issued and in force" in client.get(f"/v/{sealed.token}/").content.decode()
        with time_machine.travel(f"{last}T18:31:00+00:00", tick=False):
            assert "Not in force: expired" in client.get(f"/v/{sealed.token}/").content.decode()

    def test_does_not_know_what_was_never_issued(self, client, approved):
        assert client.get(f"/v/{approved.token}/").status_code == 404

    @pytest.mark.parametrize("token", ["a" * 32, "A" * 32, "x", "a" * 500, "%00" * 32, "../../etc"])
    def test_does_not_know_what_is_no_code(self, client, db, token):
        assert client.get(f"/v/{token}/").status_code == 404

    @pytest.mark.parametrize(
        ("language", "words"), [("zh-hans", "已签发且有效"), ("hi", "प्रभावी"), ("en", "Issued and in force")]
    )
    def test_speaks_three_languages(self, client, sealed, settings, language, words):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client.get(f"/v/{sealed.token}/").content.decode()
        assert f'<html lang="{language}"' in page
        assert words in page


class TestByCode:
    @pytest.mark.parametrize(
        "write", [str, str.upper, lambda t: f" {t[:16]} {t[16:]} ", lambda t: f"http://x/v/{t}/"]
    )
    def test_leads_to_the_page_of_the_code(self, client, sealed, write):
        response = client.post("/verify/", {"code": write(sealed.token)})
        assert response.url == f"/v/{sealed.token}/"

    @pytest.mark.parametrize("code", ["", "EUC/0388000001/2026-27/0001", "\u202e", "<script>", "x" * 5000])
    def test_says_what_a_code_looks_like(self, client, db, code):
        response = client.post("/verify/", {"code": code})
        assert response.status_code == 422
        assert "<script>" not in response.content.decode()


class TestByFile:
    def test_calls_registered_bytes_genuine(self, client, sealed):
        page = upload(client, PDF).content.decode()
        assert "Genuine and in force" in page
        assert sealed.reference in page

    def test_calls_one_changed_byte_not_genuine(self, client, sealed):
        page = upload(client, PDF.replace(b"sealed", b"Sealed")).content.decode()
        assert "Not genuine" in page
        assert sealed.reference not in page

    def test_says_that_a_revoked_one_is_revoked(self, client, sealed, senior):
        services.revoke(certificate=sealed, by=senior, reason="Cancelled.")
        assert "Genuine, but REVOKED" in upload(client, PDF).content.decode()

    @pytest.mark.parametrize("content", [b"x", b"\x00" * 100, b"%PDF-1.7\n" + b"junk" * 10])
    def test_never_breaks_on_anything_else(self, client, db, content):
        response = upload(client, content)
        assert response.status_code == 200
        assert "Not genuine" in response.content.decode()

    def test_refuses_what_is_larger_than_any_certificate(self, client, db, settings):
        response = upload(client, b"%PDF" + b"0" * settings.VERIFY_MAX_BYTES)
        assert response.status_code == 413


class TestInAnotherLanguage:
    """The answer about a file stays while its reader changes the language."""

    def switch(self, client, page, language):
        assert 'name="next" value="/verify/file/"' in page.content.decode()
        sent = {"next": "/verify/file/", "language": language}
        return client.post(reverse("set_language"), sent, follow=True).content.decode()

    def test_still_calls_the_file_genuine(self, client, sealed):
        page = self.switch(client, upload(client, PDF), "zh-hans")
        assert "真实且有效" in page
        assert sealed.reference in page

    def test_knows_what_was_revoked_meanwhile(self, client, sealed, senior):
        upload(client, PDF)
        services.revoke(certificate=sealed, by=senior, reason="Cancelled.")
        assert "REVOKED" in client.get("/verify/file/").content.decode()

    def test_still_says_why_it_is_not_genuine(self, client, db):
        page = self.switch(client, upload(client, b"x"), "hi")
        assert "फ़ाइल PDF नहीं है" in page

    def test_takes_no_word_of_anybody_else(self, client, sealed):
        said = {"sha256": sealed.document.sha256, "problem": None, "signatures": []}
        client.cookies["checked"] = json.dumps(said)
        page = client.get("/verify/file/").content.decode()
        assert sealed.reference not in page
        assert "Verify a certificate" in page
