"""Signing by eSign as browsers meet it: where the page may send them, and the door they come back through."""

import html
import io
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from documents import countersigning as judging
from documents import keys, signing, storing
from documents.esigning import provider, simulated
from documents.esigning.simulated_pages import Pages
from euc import esigning
from euc.models import Certificate, Countersignature, Esign
from tests.documents.conftest import key_settings, made_keys, sealing_key, unsealed

__all__ = ["key_settings", "made_keys", "sealing_key", "unsealed"]
DOOR = "/esign/answer/"
AGREED = {"consent": "on"}


@pytest.fixture
def provided(sealing_key, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.ESIGN_URL = "https://esp.example/esign?v=2.1"
    settings.ESIGN_NAME = "Example eSign"


@pytest.fixture
def really_sealed(issued, unsealed, provided):
    at = timezone.now()
    sealed = signing.seal(unsealed, reason="EUC", at=at, leaves_field=judging.FIELD)
    document = storing.register(
        content=sealed.content, kind="euc.certificate", reference=issued.reference, revision=issued.revision_number,
        content_hash=issued.content_hash, signer_subject=sealed.signer_subject, signed_at=at,
        page_count=sealed.page_count, book=issued.book, name="certificate.pdf",
    )  # fmt: skip
    Certificate.objects.filter(pk=issued.pk).update(document=document)
    return Certificate.objects.get(pk=issued.pk)


@pytest.fixture
def pages(provided):
    return Pages(keys.simulated_esp(), person="Sita Signatory")


def visit(pages, path, given):
    """Post a form to the simulated provider; status and page."""
    body, said = urlencode(given).encode(), []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "wsgi.input": io.BytesIO(body),
    }  # fmt: skip
    page = b"".join(pages(environ, lambda status, heads: said.append(status))).decode()
    return said[0], page


def hidden(page, name):
    return html.unescape(re.search(f'name="{name}" value="([^"]*)"', page)[1])


def signed_at_the_provider(pages, page, way="well", **more):
    """What the provider's last page posts back."""
    _status, asks = visit(pages, "/esign", {"eSignRequest": hidden(page, "eSignRequest")})
    given = {"eSignRequest": hidden(asks, "eSignRequest"), "otp": "123456", "way": way, **more}
    return hidden(visit(pages, "/answer", given)[1], "eSignResponse")


def begun(client, certificate, url):
    assert client.post(url(certificate, "esign/"), AGREED).status_code == 302
    return client.get(url(certificate, "esign/"))


class TestThePage:
    def test_is_offered_beside_the_token_only_with_a_provider(
        self, client_for, signatory, auditor, really_sealed, url, settings
    ):
        words = "Sign with Aadhaar eSign"
        for tail in ("", "countersign/"):
            assert words in client_for(signatory).get(url(really_sealed, tail)).content.decode()
        assert words not in client_for(auditor).get(url(really_sealed)).content.decode()
        settings.ESIGN_URL = ""
        for tail in ("", "countersign/"):
            assert words not in client_for(signatory).get(url(really_sealed, tail)).content.decode()
        refused = client_for(signatory).get(url(really_sealed, "esign/"))
        assert (refused.status_code, "not offered" in refused.content.decode()) == (409, True)

    def test_asks_for_consent_and_no_aadhaar_number(self, client_for, signatory, really_sealed, url):
        client = client_for(signatory)
        page = client.get(url(really_sealed, "esign/")).content.decode()
        assert not re.search(r'name="[^"]*(aadhaar|uid|ekyc)', page, re.IGNORECASE)
        refused = client.post(url(really_sealed, "esign/"), {})
        assert (refused.status_code, "Say that you agree" in refused.content.decode()) == (422, True)
        assert not Esign.objects.exists()

    def test_sends_forms_to_the_provider_and_nowhere_else(self, client_for, signatory, really_sealed, url):
        client = client_for(signatory)
        before = client.get(url(really_sealed, "esign/"))
        assert "esp.example" not in before.headers["Content-Security-Policy"]
        page = begun(client, really_sealed, url)
        assert (
            "form-action 'self' https://esp.example/esign;" in page.headers["Content-Security-Policy"] + ";"
        )
        assert 'action="https://esp.example/esign?v=2.1"' in page.content.decode()
        elsewhere = client.get(url(really_sealed))
        assert "esp.example" not in elsewhere.headers["Content-Security-Policy"]

    def test_another_signatory_sees_that_it_was_begun(
        self, client_for, signatory, make_actor, importer, really_sealed, url
    ):
        begun(client_for(signatory), really_sealed, url)
        second = make_actor("Sanjay Signatory", importer, "SIGNATORY")
        page = client_for(second).get(url(really_sealed, "esign/")).content.decode()
        assert "Sita Signatory began to sign" in page
        assert "eSignRequest" not in page

    def test_says_when_time_ran_out(self, client_for, signatory, really_sealed, url):
        begun(client_for(signatory), really_sealed, url)
        late = timezone.now() - timedelta(hours=1)
        Esign.objects.update(begun_at=late, ends_at=late + timedelta(minutes=30))
        page = client_for(signatory).get(url(really_sealed, "esign/")).content.decode()
        assert "No answer came in time." in page
        assert "Try again" in page
        assert "eSignRequest" not in page

    def test_says_so_when_the_asps_key_is_gone(
        self, client_for, signatory, really_sealed, url, settings, tmp_path
    ):
        settings.ESIGN_ASP_PKCS12 = tmp_path / "absent.p12"
        page = begun(client_for(signatory), really_sealed, url)
        assert page.status_code == 200
        assert "cannot be asked just now" in page.content.decode()

    def test_is_the_signatorys_alone(self, client_for, drafter, officer, stranger, really_sealed, url):
        for actor, status in ((drafter, 403), (officer, 403), (stranger, 404)):
            assert client_for(actor).post(url(really_sealed, "esign/"), AGREED).status_code == status


class TestTheWayBack:
    @pytest.mark.django_db(transaction=True)  # the server ends transactions that wait while a file is judged
    def test_there_and_back_without_a_cookie(self, client_for, signatory, really_sealed, url, pages):
        """A post from another site brings neither session nor token of a form."""
        client = client_for(signatory)
        page = begun(client, really_sealed, url).content.decode()
        back = Client(enforce_csrf_checks=True).post(
            DOOR, {"eSignResponse": signed_at_the_provider(pages, page)}
        )
        assert (back.status_code, back.headers["Location"]) == (302, url(really_sealed, "esign/"))
        done = client.get(url(really_sealed, "esign/")).content.decode()
        assert "A personal signature on behalf of Pune Motors Private Limited" in done
        assert "Sita Signatory" in done
        about = client.get(url(really_sealed)).content.decode()
        assert "a personal signature by eSign on behalf of" in about
        assert "Signing by eSign begun" in about
        assert client.get(url(really_sealed, "signed.pdf")).content.count(b"/ByteRange") == 2

    def test_a_cancelled_one_is_told_with_ways_on(self, client_for, signatory, really_sealed, url, pages):
        client = client_for(signatory)
        page = begun(client, really_sealed, url).content.decode()
        Client().post(DOOR, {"eSignResponse": signed_at_the_provider(pages, page, "cancelled")})
        said = client.get(url(really_sealed, "esign/")).content.decode()
        assert "The eSign provider did not sign: The person cancelled. (SIM-991)" in said
        assert "Try again" in said
        assert url(really_sealed, "countersign/") in said

    def test_a_wrong_password_does_not_sign(self, client_for, signatory, really_sealed, url, pages):
        client = client_for(signatory)
        page = begun(client, really_sealed, url).content.decode()
        Client().post(DOOR, {"eSignResponse": signed_at_the_provider(pages, page, otp="000000")})
        assert not Countersignature.objects.exists()
        assert Esign.objects.get().code == "ESP SIM-952"

    def test_what_a_provider_says_is_shown_as_text(self, client_for, signatory, really_sealed, url, provided):
        begun(client_for(signatory), really_sealed, url)
        Esign.objects.update(state="FAILED", settled_at=timezone.now(), reason="<script>alert(1)</script>")
        page = client_for(signatory).get(url(really_sealed, "esign/")).content.decode()
        assert "&lt;script&gt;alert(1)" in page

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "No answer"),
            ("x" * 300_000, "larger than any"),
            ("<EsignResp/>", "not signed by our eSign provider"),
            ("\x00\x01", "cannot be read"),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><EsignResp>&b;</EsignResp>", "cannot be read"),
        ],
    )
    def test_refuses_what_anybody_may_post(self, db, provided, content, words):
        response = Client().post(DOOR, {"eSignResponse": content})
        assert response.status_code == 409
        said = html.unescape(response.content.decode())
        assert words in said
        assert "Nothing was changed" in said

    def test_a_second_post_is_refused_in_words(self, client_for, signatory, really_sealed, url, pages):
        page = begun(client_for(signatory), really_sealed, url).content.decode()
        content = signed_at_the_provider(pages, page, "cancelled")
        Client().post(DOOR, {"eSignResponse": content})
        again = Client().post(DOOR, {"eSignResponse": content})
        assert (again.status_code, "settled already" in again.content.decode()) == (409, True)
        assert really_sealed.reference not in again.content.decode()

    def test_cannot_be_judged_without_the_providers_certificate(self, db, provided, settings, tmp_path):
        settings.ESIGN_ESP_CERTIFICATES = tmp_path / "absent.pem"
        response = Client().post(DOOR, {"eSignResponse": "<EsignResp/>"})
        assert (response.status_code, "just now" in response.content.decode()) == (409, True)

    def test_is_no_door_without_a_provider(self, db, settings):
        settings.ESIGN_URL = ""
        assert Client().post(DOOR, {"eSignResponse": "<EsignResp/>"}).status_code == 404
        assert Client().get(DOOR).status_code == 405


class TestTheSimulatedProvider:
    def test_serves_its_asp_alone(self, pages, provided):
        status, page = visit(pages, "/esign", {"eSignRequest": "<Esign ver='2.1'/>"})
        assert (status, "not served" in page) == ("400 Bad Request", True)
        assert visit(pages, "/elsewhere", {})[0] == "404 Not Found"

    def test_offers_every_way_to_misbehave(self, client_for, signatory, really_sealed, url, pages):
        page = begun(client_for(signatory), really_sealed, url).content.decode()
        asks = visit(pages, "/esign", {"eSignRequest": hidden(page, "eSignRequest")})[1]
        assert re.findall(r'<option value="(\w+)"', asks) == list(simulated.WAYS)
        assert esigning.last(really_sealed).sha256 in asks

    def test_posts_twice_when_told_to(self, client_for, signatory, really_sealed, url, pages):
        page = begun(client_for(signatory), really_sealed, url).content.decode()
        given = {"eSignRequest": hidden(page, "eSignRequest"), "otp": "123456", "way": "twice"}
        assert visit(pages, "/answer", given)[1].count('name="eSignResponse"') == 2

    def test_does_not_exist_in_production(self, provided, settings):
        settings.PRODUCTION = True
        with pytest.raises(RuntimeError):
            keys.simulated_esp()

    def test_is_named_by_its_host_where_no_name_is_given(self, provided, settings):
        settings.ESIGN_NAME = ""
        assert provider.name() == "esp.example"
