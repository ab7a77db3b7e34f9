"""The importer's signature under the seal: one good one is accepted, every deviation is refused in its own words."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from pyhanko.pdf_utils.generic import NumberObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from documents import countersigning, importers_token, signing, verifying
from documents.importers_token import Token
from tests.documents import poppler

FIRM = "Sahyadri EV Motors Private Limited"
NOW = datetime.now(UTC)


@pytest.fixture(scope="session")
def page():
    """One empty page: a certificate's hundred objects take seconds to compare, and are sealed the same way."""
    writer = PdfFileWriter(stream_xrefs=False)
    writer.insert_page(
        PageObject(contents=writer.add_object(StreamObject(stream_data=b"")), media_box=(0, 0, 595, 842))
    )
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def sealed_by_us(pdf, reason="EUC"):
    return signing.seal(pdf, reason=reason, at=NOW, leaves_field=countersigning.FIELD).content


@pytest.fixture
def file(page, sealing_key):
    return sealed_by_us(page)


def signed(file, **how):
    return importers_token.sign(file, Token(FIRM, **how))


def check(content, file, organisation=FIRM):
    return countersigning.check(content, sealed=file, sealed_at=NOW, organisation=organisation)


def refusal(content, file, **given):
    with pytest.raises(countersigning.Refused) as refused:
        check(content, file, **given)
    return refused.value.message


class TestAccepted:
    def test_with_what_the_certificate_says(self, file):
        found = check(signed(file, person="A. Kulkarni"), file)
        assert found.organisation == FIRM
        assert "A. Kulkarni" in found.subject
        assert "certifying authority" in found.issuer
        assert int(found.serial, 16) > 0
        assert found.valid_from < found.signed_at < found.valid_until
        assert found.stamped_at is None

    def test_with_a_trusted_time(self, file):
        assert check(signed(file, is_stamped=True), file).stamped_at is not None

    @pytest.mark.parametrize(
        "written",
        [
            "SAHYADRI EV MOTORS PVT. LTD.",
            "Sahyadri EV Motors Private Limited (demonstration)",
            "Sahyadri  EV Motors, Pvt Ltd",
        ],
    )
    def test_with_the_name_written_another_way(self, file, written):
        assert check(signed(file), file, organisation=written).organisation == FIRM

    def test_with_a_certificate_that_ended_since(self, file):
        """Validity counts at the time of signing."""
        at = NOW + timedelta(minutes=1)
        assert check(signed(file, valid_until=at + timedelta(minutes=1), signed_at=at), file)

    @pytest.mark.parametrize("usage", ["digital_signature", "content_commitment"])
    def test_with_either_usage(self, file, usage):
        assert check(signed(file, usage=(usage,)), file)

    @pytest.mark.parametrize("is_stamped", [False, True], ids=["two signatures", "two and a time-stamp"])
    def test_two_independent_programs_agree(self, unsealed, sealing_key, tmp_path, is_stamped):
        file = sealed_by_us(unsealed)
        assert check(signed(file, is_stamped=is_stamped), file)
        content = signed(file, is_stamped=is_stamped)
        path = tmp_path / "signed.pdf"
        path.write_bytes(content)
        told = poppler.run("pdfsig", "-nocert", str(path))
        assert told.count("Signature is Valid.") == 2
        ours, theirs = verifying.signatures_of(content)
        assert (ours.intact, ours.valid, ours.trusted, ours.unchanged) == (True,) * 4
        assert (theirs.intact, theirs.valid, theirs.whole_file) == (True,) * 3


class TestRefused:
    def test_not_signed(self, file):
        assert "not signed yet" in refusal(file, file)

    def test_another_file(self, file, page):
        other = sealed_by_us(page, reason="other")
        assert "Sign the file as downloaded" in refusal(signed(other), file)
        assert "Sign the file as downloaded" in refusal(b"", file)

    def test_nothing_but_bytes_after_it(self, file):
        assert "exactly one signature" in refusal(file + b"\n% a remark\n", file)

    def test_signed_twice(self, file):
        twice = importers_token.sign(signed(file), Token(FIRM, field_name="Second"))
        assert "exactly one signature" in refusal(twice, file)

    def test_one_byte_changed(self, file):
        content = bytearray(signed(file))
        content[len(file) + 40] ^= 1
        assert refusal(bytes(content), file)

    def test_something_added_after_the_signature(self, file):
        assert "whole file" in refusal(signed(file) + b"\n% later\n", file)

    def test_something_changed_besides(self, file):
        writer = IncrementalPdfFileWriter(io.BytesIO(file))
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Rotate"] = NumberObject(90)
        writer.update_container(page)
        target = io.BytesIO()
        writer.write(target)
        assert "something else was changed" in refusal(signed(target.getvalue()), file)

    def test_a_certificate_of_nobody_known(self, file):
        assert "licensed certifying authority" in refusal(signed(file, is_self_signed=True), file)

    def test_without_any_trusted_authority(self, file, settings, tmp_path):
        settings.DSC_TRUST_ROOTS = tmp_path / "absent.pem"
        assert "licensed certifying authority" in refusal(signed(file), file)

    def test_a_certificate_for_encryption(self, file):
        assert "not made for signing" in refusal(signed(file, usage=("key_encipherment",)), file)

    def test_a_certificate_that_had_ended(self, file):
        ended = signed(file, valid_until=NOW - timedelta(days=1))
        assert "was not valid" in refusal(ended, file)

    @pytest.mark.parametrize("days", [-1, 1])
    def test_a_time_that_cannot_be(self, file, days):
        assert "before the seal or in the future" in refusal(
            signed(file, signed_at=NOW + timedelta(days=days)), file
        )

    @pytest.mark.parametrize("name", ["Kaveri Drive Systems LLP", "Sahyadri EV Motors LLP", ""])
    def test_another_firms(self, file, name):
        assert "the importer is" in refusal(signed(file), file, organisation=name)

    def test_too_large(self, file, settings):
        settings.VERIFY_MAX_BYTES = len(file)
        assert "larger than any certificate" in refusal(signed(file), file)


def test_the_token_does_not_exist_in_production(file, settings):
    settings.PRODUCTION = True
    with pytest.raises(RuntimeError):
        importers_token.sign(file, Token(FIRM))


def test_names_are_compared_whole():
    same = countersigning.same_name
    assert same("A & B Co. Ltd") == same("a and b company limited")
    assert same("Sahyadri Motors") != same("Sahyadri Motors India")
