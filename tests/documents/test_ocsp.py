"""Asking whether a certificate was revoked (OCSP): the one good answer, and all that are none."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as protocol
from django.test import override_settings

from documents import countersigning, importers_token, ocsp, outside, revoking, signing, stamping
from documents.importers_token import Token
from tests.documents import responder
from tests.documents.test_countersigning import FIRM, check, page, sealed_by_us
from tests.documents.test_proving import IMPORTER
from tests.documents.test_revoking import judged_without_network, store_of

__all__ = ["page"]
URL = "http://ocsp.ca.invalid/"
AT = datetime.now(UTC)


@pytest.fixture(scope="module")
def pair(made_keys):
    """A certificate that names a responder, and its authority."""
    with override_settings(**made_keys):
        _key, issued, (authority,) = importers_token._issued(Token(FIRM, responder=URL))
        return issued, authority


@pytest.fixture(scope="module")
def file(page, made_keys):
    with override_settings(**made_keys):
        return sealed_by_us(page)


@pytest.fixture
def judge(pair, sealing_key):
    """`judge(way)`: what is made of an answer given in this way."""

    def judged(way, **how):
        question = ocsp.question_about(*pair)
        told = responder.answer(question.public_bytes(Encoding.DER), way, **how)
        return ocsp.judged(told, question, pair[1], datetime.now(UTC))

    return judged


@pytest.fixture
def no_lists(settings, tmp_path):
    settings.REVOCATION_LISTS = str(tmp_path / "none")


class TestJudging:
    @pytest.mark.parametrize("way", ["good", "appointed"])
    def test_good_is_good(self, judge, way):
        answer = judge(way)
        assert answer.revoked_at is None
        assert not answer.counts_against(None)
        assert protocol.load_der_ocsp_response(answer.der).certificate_status == protocol.OCSPCertStatus.GOOD

    def test_revoked_counts_unless_a_trusted_time_was_before(self, judge):
        at = AT.replace(microsecond=0) - timedelta(days=3)
        answer = judge("revoked", revoked_at=at)
        assert answer.revoked_at == at
        assert answer.counts_against(None)
        assert answer.counts_against(at + timedelta(hours=1))
        assert not answer.counts_against(at - timedelta(hours=1))

    @pytest.mark.parametrize(
        ("way", "words"),
        [
            ("unknown", "does not know"),
            ("try later", "TRY_LATER"),
            ("internal error", "INTERNAL_ERROR"),
            ("unauthorised", "UNAUTHORIZED"),
            ("expired", "past its time"),
            ("no end", "past its time"),
            ("future", "of the future"),
            ("wrong signer", "nobody who may"),
            ("appointed for another purpose", "nobody who may"),
            ("appointed by somebody else", "nobody who may"),
            ("appointed long ago", "nobody who may"),
            ("replayed nonce", "another question"),
            ("no nonce", "old one"),
            ("wrong certificate", "another certificate"),
            ("other authority", "another certificate"),
        ],
    )
    def test_what_is_no_answer(self, judge, way, words):
        with pytest.raises(ocsp.NoAnswer, match=words):
            judge(way)

    def test_an_appointment_that_may_be_withdrawn_is_looked_up_in_the_list(self, judge, settings, tmp_path):
        assert judge("appointed, to be asked about").revoked_at is None
        settings.REVOCATION_LISTS = str(tmp_path / "none")
        with pytest.raises(ocsp.NoAnswer, match="nobody who may"):
            judge("appointed, to be asked about")

    @pytest.mark.parametrize("body", [b"", b"<html>sign in</html>", b"\x30\x03\x0a\x01\x00"])
    def test_what_cannot_be_read(self, pair, sealing_key, body):
        with pytest.raises(ocsp.NoAnswer):
            ocsp.judged(body, ocsp.question_about(*pair), pair[1], AT)

    def test_any_flipped_bit_spoils_it(self, pair, sealing_key):
        question = ocsp.question_about(*pair)
        told = responder.answer(question.public_bytes(Encoding.DER), "good")
        for place in range(0, len(told), 3):
            spoilt = bytearray(told)
            spoilt[place] ^= 1
            try:
                answer = ocsp.judged(bytes(spoilt), question, pair[1], datetime.now(UTC))
            except ocsp.NoAnswer:
                continue
            # What is not signed, such as how the responder is named outside, may differ; what it says may not.
            assert protocol.load_der_ocsp_response(answer.der).tbs_response_bytes == (
                protocol.load_der_ocsp_response(told).tbs_response_bytes
            )


class TestAddresses:
    def test_only_the_named_one_of_the_settings_is_asked(self, pair, settings):
        bare = URL.rstrip("/")
        for allowed, found in (([], ""), (["http://other.invalid/"], ""), ([URL], URL), ([bare], bare)):
            settings.OCSP_URLS = allowed
            assert ocsp.address_of(pair[0]) == found

    def test_a_certificate_that_names_none_is_not_asked_about(self, pair, settings):
        settings.OCSP_URLS = [URL]
        assert ocsp.address_of(pair[1]) == ""
        assert ocsp.asked(pair[1], pair[1]) is None

    def test_out_of_reach(self, pair, settings):
        settings.OCSP_URLS = [URL]
        with pytest.raises(ocsp.NoAnswer, match="out of reach"):
            ocsp.asked(*pair)

    @pytest.mark.parametrize(
        ("body", "status", "words"),
        [(b"", 302, "302"), (b"no", 500, "500"), (b"x" * (ocsp.LONGEST_ANSWER + 1), 200, "larger")],
    )
    def test_no_redirects_no_errors_no_flood(self, settings, body, status, words):
        with (
            responder.serving(lambda _question: body, status=status) as (url, _questions),
            pytest.raises(outside.Unasked, match=words),
        ):
            outside.ask(url, headers={}, most=ocsp.LONGEST_ANSWER, seconds=5, body=b"?")

    def test_all_its_time_is_bounded(self):
        def slowly(_question):
            time.sleep(0.6)
            return b"late"

        with responder.serving(slowly) as (url, _questions):
            began = time.monotonic()
            with pytest.raises(outside.Unasked, match="too slowly"):
                outside.ask(url, headers={}, most=100, seconds=0.2, body=b"?")
            assert time.monotonic() - began < 0.6

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://ca.invalid/", "ocsp", "http://"])
    def test_other_schemes_are_refused(self, url):
        with pytest.raises(outside.Unasked, match="neither"):
            outside.ask(url, headers={}, most=100, seconds=1)


class TestTheImportersSignature:
    @pytest.fixture
    def answering(self, settings, sealing_key, file):
        """`answering(way)`: the responder answers so, to questions about the token it returns a signature of."""

        def bring(url, **how):
            settings.OCSP_URLS = [url]
            return importers_token.sign(file, Token(FIRM, responder=url, **how))

        return bring

    def test_good_without_any_list_is_taken_and_kept_with_the_answer(
        self, answering, file, settings, no_lists
    ):
        settings.REVOCATION_LIST_URLS = ["https://ca.invalid/list.crl"]
        with responder.serving(lambda q: responder.answer(q, "good")) as (url, questions):
            kept = check(answering(url), file).proven
        assert len(questions) == 1
        store = store_of(kept)
        (told,) = [protocol.load_der_ocsp_response(one.get_object().data) for one in store.ocsps]
        assert told.serial_number == protocol.load_der_ocsp_request(questions[0]).serial_number
        roots = [*signing.current_signer().chain, *stamping.roots(), importers_token._authority()[1]]
        assert judged_without_network(kept, IMPORTER, roots=roots, store=store).bottom_line

    def test_revoked_is_refused_though_the_list_does_not_say_so(self, answering, file):
        with responder.serving(lambda q: responder.answer(q, "revoked")) as (url, _questions):
            brought = answering(url)
            with pytest.raises(countersigning.Refused, match="revoked by its certifying authority"):
                check(brought, file)

    def test_revoked_after_a_trusted_time_is_taken(self, answering, file):
        after = datetime.now(UTC) + timedelta(minutes=1)
        with responder.serving(lambda q: responder.answer(q, "revoked", revoked_at=after)) as (
            url,
            _questions,
        ):
            assert check(answering(url, is_stamped=True), file).stamped_at is not None

    def test_listed_is_refused_though_the_responder_says_good(self, answering, file):
        authority = importers_token._authority()[1]
        before = revoking.at_hand(authority.subject.public_bytes())
        try:
            with responder.serving(lambda q: responder.answer(q, "good")) as (url, _questions):
                brought = answering(url, revoked_at=AT - timedelta(days=1))
                with pytest.raises(countersigning.Refused, match="revoked by its certifying authority"):
                    check(brought, file)
        finally:
            revoking.keep(before)

    def test_no_answer_is_no_yes_though_a_list_is_at_hand(self, answering, file):
        with responder.serving(lambda q: responder.answer(q, "try later")) as (url, _questions):
            brought = answering(url)
            with pytest.raises(countersigning.NotNow, match="does not say just now"):
                check(brought, file)

    def test_a_certificate_of_another_responder_needs_a_list(self, answering, file, settings, no_lists):
        brought = answering("http://stranger.invalid/")
        settings.OCSP_URLS = [URL]
        with pytest.raises(countersigning.NotNow, match="not at hand just now"):
            check(brought, file)
