"""eSign as an ASP: what is asked, what is believed of an answer, and that the finished file holds."""

import hashlib
import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from documents import countersigning, keys, signing, stamping, verifying
from documents.esigning import answering, asking, preparing, provider, signed_xml, simulated
from documents.esigning.refusing import REFUSALS, Refused
from tests.documents import poppler

NOW = datetime.now(UTC).replace(microsecond=0)
PERSON = "Sita Signatory"
TXN = "4f" * 16


@pytest.fixture
def esp(sealing_key):
    return keys.simulated_esp()


@pytest.fixture
def file(unsealed, sealing_key):
    return signing.seal(unsealed, reason="EUC", at=NOW, leaves_field=countersigning.FIELD).content


@pytest.fixture
def prepared(file):
    return preparing.prepare(file, at=NOW, name=PERSON)


@pytest.fixture
def request_xml(sealing_key, prepared):
    return asking.request(
        txn=TXN, sha256=prepared.sha256, about="EUC/1", answer_to="https://euc.example/esign/", at=NOW
    )


@pytest.fixture
def asked(esp, request_xml):
    return simulated.read(esp, request_xml.encode())


def told(esp, asked, way="well", person=PERSON):
    return answering.read(simulated.answer(esp, asked, person=person, way=way), provider.certificates())


def completed(esp, asked, prepared, way="well", person=PERSON):
    return preparing.complete(prepared, told(esp, asked, way, person).signature)


def judged(content, file, person=PERSON):
    return countersigning.check_personal(content, sealed=file, sealed_at=NOW, person=person)


class TestAsking:
    def test_has_the_shape_of_the_interface(self, request_xml, prepared):
        root = etree.fromstring(request_xml.encode())
        assert root.tag == "Esign"
        given = dict(root.attrib)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", given.pop("ts"))
        assert given == {
            "ver": "2.1",
            "sc": "Y",
            "txn": TXN,
            "ekycId": "",
            "ekycIdType": "A",
            "aspId": "DEMONSTRATION-ASP",
            "AuthMode": "1",
            "responseSigType": "pkcs7",
            "responseUrl": "https://euc.example/esign/",
        }
        (one,) = root.findall("Docs/InputHash")
        assert dict(one.attrib) == {"id": "1", "hashAlgorithm": "SHA256", "docInfo": "EUC/1"}
        assert one.text == prepared.sha256
        assert [child.tag for child in root] == ["Docs", signed_xml.SIGNATURE]

    def test_tells_the_time_of_india(self, sealing_key):
        at = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
        text = asking.request(txn=TXN, sha256="00" * 32, about="EUC", answer_to="https://euc.example/", at=at)
        assert etree.fromstring(text.encode()).get("ts") == "2026-12-01T01:30:00"

    def test_is_signed_by_the_asp_alone(self, esp, request_xml):
        signed_xml.verified(request_xml.encode(), [esp.asp])
        with pytest.raises(signed_xml.Forged):
            signed_xml.verified(request_xml.encode(), [esp.certificate])

    @pytest.mark.parametrize("changed", ["hash", "address"])
    def test_a_changed_request_is_not_served(self, esp, request_xml, prepared, changed):
        old, new = {"hash": (prepared.sha256, "00" * 32), "address": ("euc.example", "thief.example")}[
            changed
        ]
        with pytest.raises(simulated.BadRequest):
            simulated.read(esp, request_xml.replace(old, new).encode())

    def test_without_its_key_says_so(self, sealing_key, settings, tmp_path):
        settings.ESIGN_ASP_PKCS12 = tmp_path / "absent.p12"
        with pytest.raises(provider.Unusable):
            asking.request(txn=TXN, sha256="00" * 32, about="", answer_to="https://euc.example/", at=NOW)


class TestPreparing:
    def test_is_the_same_again(self, file, prepared):
        assert preparing.prepare(file, at=NOW, name=PERSON) == prepared

    def test_hashes_all_but_the_waiting_room(self, file, prepared):
        content = prepared.content
        assert content.startswith(file)
        covered = content[: prepared.start] + content[prepared.end :]
        assert hashlib.sha256(covered).hexdigest() == prepared.sha256
        assert re.fullmatch(rb"<0+>", content[prepared.start : prepared.end])


class TestAccepted:
    def test_passes_what_a_tokens_signature_passes(self, esp, asked, prepared, file):
        answer = told(esp, asked)
        answering.confirm_certificate(answer)
        assert (answer.txn, answer.has_signed, answer.error) == (TXN, True, "")
        found = judged(preparing.complete(prepared, answer.signature), file)
        assert (found.person, found.organisation) == (PERSON, "Personal")
        assert "certifying authority" in found.issuer
        assert found.stamped_at is not None

    def test_two_independent_programs_agree(self, esp, asked, prepared, tmp_path):
        content = completed(esp, asked, prepared)
        path = tmp_path / "signed.pdf"
        path.write_bytes(content)
        assert poppler.run("pdfsig", "-nocert", str(path)).count("Signature is Valid.") == 2
        ours, theirs = verifying.signatures_of(content)
        assert (ours.intact, ours.valid, ours.trusted, ours.unchanged) == (True,) * 4
        assert (theirs.intact, theirs.valid, theirs.whole_file) == (True,) * 3

    def test_without_a_time_stamping_authority(self, esp, asked, prepared, file, monkeypatch):
        monkeypatch.setattr(stamping, "authority", lambda: None)
        assert judged(completed(esp, asked, prepared), file).stamped_at is None

    def test_a_trusted_time_counts_more_than_a_wrong_clock(self, esp, asked, prepared, file):
        """The ESP signs without saying when; what is left is our own moment, from before the certificate."""
        hour = timedelta(hours=1)
        before = preparing.prepare(file, at=NOW - hour, name=PERSON)
        again = simulated.Asked(**{**asked.__dict__, "sha256": before.sha256})
        signature = told(esp, again, "timeless").signature
        assert judged(preparing.complete(before, signature), file).stamped_at is not None

    @pytest.mark.parametrize("written", ["SIGNATORY SITA", "Smt. Sita  Signatory", "sita signatory"])
    def test_the_name_written_another_way(self, esp, asked, prepared, file, written):
        assert judged(completed(esp, asked, prepared, person=written), file).person == written


class TestAnswersNotBelieved:
    @pytest.mark.parametrize(
        ("way", "code"),
        [
            ("forged", "FORGED"),
            ("stranger", "FORGED"),
            ("unsigned", "FORGED"),
            ("no_xml", "UNREADABLE"),
            ("document_type", "UNREADABLE"),
        ],
    )
    def test_by_their_form(self, esp, asked, way, code):
        with pytest.raises(Refused) as refused:
            told(esp, asked, way)
        assert refused.value.code == code

    def test_empty_or_huge(self, sealing_key):
        for content, code in ((b" ", "EMPTY"), (b"<a/>" + b" " * answering.LARGEST, "TOO_LARGE")):
            with pytest.raises(Refused) as refused:
                answering.read(content, provider.certificates())
            assert refused.value.code == code

    def test_another_element_by_the_right_key(self, esp, sealing_key):
        other = signed_xml.signed(etree.Element("EsignStatus"), esp.key, esp.certificate)
        with pytest.raises(Refused) as refused:
            answering.read(other, provider.certificates())
        assert refused.value.code == "UNREADABLE"

    def test_a_good_answer_wrapped_in_another(self, esp, asked):
        """Signature wrapping: the signed element is carried along, another one is to be read."""
        good = etree.fromstring(simulated.answer(esp, asked, person=PERSON))
        evil = etree.Element("EsignResp", {"status": "1", "txn": "00" * 16, "ts": "2026-11-30T10:00:00"})
        signature = good.find(signed_xml.SIGNATURE)
        evil.append(good)
        for content in (etree.tostring(evil), _moved(evil, signature)):
            with pytest.raises(Refused) as refused:
                answering.read(content, provider.certificates())
            assert refused.value.code == "FORGED"

    def test_two_hundred_mutants(self, esp, asked):
        """A changed byte is refused in words, or says exactly what was signed."""
        good = simulated.answer(esp, asked, person=PERSON)
        whole, chance, refusals = told_again(good), random.Random(117), 0
        for _ in range(200):
            mutant = bytearray(good)
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
            try:
                assert told_again(bytes(mutant)) == whole
            except Refused:
                refusals += 1
        assert refusals > 100

    def test_a_comment_cuts_nothing(self, esp, asked):
        good = simulated.answer(esp, asked, person=PERSON)
        found = answering.read(
            good.replace(b"</UserX509Certificate>", b"<!-- x --></UserX509Certificate>"),
            provider.certificates(),
        )
        assert found == told_again(good)

    def test_without_an_esp_certificate_says_so(self, sealing_key, settings, tmp_path):
        settings.ESIGN_ESP_CERTIFICATES = tmp_path / "absent.pem"
        with pytest.raises(provider.Unusable):
            provider.certificates()


def told_again(content):
    return answering.read(content, provider.certificates())


def _moved(evil, signature):
    evil.append(signature)
    return etree.tostring(evil)


class TestErrors:
    @pytest.mark.parametrize(("way", "code"), [("cancelled", "SIM-991"), ("error", "SIM-952")])
    def test_are_told_with_their_code(self, esp, asked, way, code):
        answer = told(esp, asked, way)
        assert (answer.has_signed, answer.error) == (False, code)
        assert answer.told.endswith(".")


class TestSignaturesNotTaken:
    @pytest.mark.parametrize(
        ("way", "code"),
        [
            ("wrong_hash", "HASH"),
            ("rubbish", "SIGNATURE"),
            ("no_signature", "SIGNATURE"),
            ("two_signatures", "SIGNATURE"),
        ],
    )
    def test_by_what_they_are(self, esp, asked, prepared, way, code):
        with pytest.raises(Refused) as refused:
            completed(esp, asked, prepared, way)
        assert refused.value.code == code

    def test_of_another_certificate_than_shown(self, esp, asked):
        with pytest.raises(Refused) as refused:
            answering.confirm_certificate(told(esp, asked, "other_certificate"))
        assert refused.value.code == "CERTIFICATE"

    @pytest.mark.parametrize(
        ("way", "words"),
        [
            ("expired", "was not valid when it signed"),
            ("early", "was not valid when it signed"),
            ("unknown_authority", "licensed certifying authority"),
            ("other_person", "names “Somebody Else”"),
            ("organisation", "is of an organisation"),
        ],
    )
    def test_by_their_certificate(self, esp, asked, prepared, file, way, words):
        with pytest.raises(countersigning.Refused) as refused:
            judged(completed(esp, asked, prepared, way), file)
        assert words in refused.value.message

    def test_of_another_document(self, esp, asked, prepared, unsealed, file):
        other = signing.seal(unsealed, reason="other", at=NOW, leaves_field=countersigning.FIELD).content
        with pytest.raises(countersigning.Refused):
            judged(completed(esp, asked, prepared), other)

    def test_when_the_list_of_revoked_certificates_is_missing(
        self, esp, asked, prepared, file, settings, tmp_path
    ):
        settings.REVOCATION_LIST_URLS = ["https://ca.example/list.crl"]
        settings.REVOCATION_LISTS = tmp_path
        with pytest.raises(countersigning.NotNow):
            judged(completed(esp, asked, prepared), file)

    def test_larger_than_the_waiting_room(self, prepared, esp, asked):
        small = preparing.Prepared(prepared.content, prepared.sha256, prepared.start, prepared.start + 100)
        with pytest.raises(Refused) as refused:
            preparing.complete(small, told(esp, asked).signature)
        assert refused.value.code == "SIGNATURE"


def test_each_refusal_has_its_own_words():
    assert len({str(words) for words in REFUSALS.values()}) == len(REFUSALS)


def test_no_aadhaar_number_travels(request_xml):
    assert not re.search(r"(?<![0-9a-f])\d{12}(?![0-9a-f])", re.sub(r">[^<]*</ds:", "></ds:", request_xml))
