"""Validation data behind the importer's signature: what other programs find in the file, and what stays as it was."""

import pytest
from cryptography import x509
from django.test import override_settings
from pyhanko.sign.diff_analysis import ModificationLevel

from documents import countersigning, importers_token, proving, revoking, signing, stamping, verifying
from tests.documents import poppler
from tests.documents.test_countersigning import check, page, sealed_by_us, signed
from tests.documents.test_revoking import judged_without_network, store_of

__all__ = ["page"]
SEAL, IMPORTER = 0, 1


@pytest.fixture
def roots(sealing_key):
    _key, authority = importers_token._authority()
    return [*signing.current_signer().chain, *stamping.roots(), authority]


@pytest.fixture(scope="module")
def made(page, made_keys):
    """The sealed file, the same signed by the importer, and what is kept of it: made once, for they are but bytes."""
    with override_settings(**made_keys):
        sealed = sealed_by_us(page)
        own = signed(sealed, is_stamped=True)
        return sealed, own, check(own, sealed).proven


@pytest.fixture
def file(made, sealing_key):
    return made[0]


@pytest.fixture
def brought(made, sealing_key):
    return made[1]


@pytest.fixture
def kept(made, sealing_key):
    return made[2]


def test_the_brought_file_is_the_exact_beginning_and_the_rest_no_chance(brought, kept, file):
    found = check(brought, file)
    assert found.content == brought
    assert found.proven == kept
    assert kept.startswith(brought)
    assert len(kept) > len(brought)


def test_it_holds_certificates_and_lists_of_both_chains_and_of_the_time(kept):
    store = store_of(kept)
    lists = [x509.load_der_x509_crl(one.get_object().data) for one in store.crls]
    named = {one.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value for one in lists}
    assert named == {
        "DEMONSTRATION root",
        "DEMONSTRATION time-stamping root",
        "DEMONSTRATION certifying authority",
    }
    assert len(store.certs) == 5  # seal, its root, the root of the time; the importer's and its authority


@pytest.mark.parametrize("number", [SEAL, IMPORTER])
def test_pyhanko_finds_all_it_needs_in_the_file(kept, roots, number):
    found = judged_without_network(kept, number, roots=roots, store=store_of(kept))
    assert found.bottom_line
    assert found.modification_level <= ModificationLevel.FORM_FILLING
    assert found.timestamp_validity.trusted


def test_pyhanko_did_not_trust_it_before(brought, roots):
    found = judged_without_network(brought, IMPORTER, roots=roots, store=store_of(brought))
    assert found.intact
    assert not found.trusted


def test_poppler_accepts_both_signatures(kept, tmp_path):
    told = poppler.signatures(kept, tmp_path)
    assert told.count("Signature is Valid") == 2


def test_it_still_reads_as_two_signatures_and_nothing_else(kept):
    seal, own = verifying.signatures_of(kept)
    assert all((seal.intact, seal.valid, seal.trusted, seal.unchanged))
    assert (own.intact, own.valid) == (True, True)


def test_without_lists_the_brought_file_is_all_there_is(page, sealing_key, settings, tmp_path):
    settings.REVOCATION_LISTS = str(tmp_path / "none")
    plain = sealed_by_us(page)
    assert check(signed(plain), plain).proven == b""


def test_lists_too_long_for_verification_stay_outside(brought, file, settings):
    settings.VERIFY_MAX_BYTES = len(brought) + 100
    assert check(brought, file).proven == b""


def test_what_the_child_cannot_extend_is_refused(brought, file, monkeypatch):
    monkeypatch.setattr(proving, "_hex", lambda several: ["00" for _one in several])
    with pytest.raises(countersigning.Refused):
        check(brought, file)


def test_a_revoked_certificate_is_kept_nowhere(file, roots):
    (*_others, authority) = roots
    before = revoking.at_hand(authority.subject.public_bytes())
    try:
        bad = signed(file, revoked_at=before.last_update_utc)
        with pytest.raises(countersigning.Refused, match="revoked by its certifying authority"):
            check(bad, file)
    finally:
        revoking.keep(before)
