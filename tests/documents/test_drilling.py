"""Changing the key, and the day it is stolen: papers stay genuine, a thief's are not."""

import csv
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from documents import drilling, keys, signing, storing, verifying
from tests.documents.test_picturing import of_pages

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def own_key(settings, tmp_path, made_keys):
    """A copy of the demonstration's keys that a test may change."""
    folder = tmp_path / "keys"
    shutil.copytree(made_keys["KEYS_DIR"], folder)
    settings.KEYS_DIR = folder
    for name in ("SEAL_PKCS12", "SEAL_PASSPHRASE_FILE", "SEAL_TRUST_ROOTS", "DSC_TRUST_ROOTS"):
        setattr(settings, name, folder / made_keys[name].name)
    return folder


def paper(reference="EUC/1", at=NOW):
    sealed = signing.seal(of_pages((595, 842)), reason=reference, at=at)
    return storing.register(
        content=sealed.content,
        kind="euc.certificate",
        reference=reference,
        revision=1,
        content_hash="0" * 64,
        signer_subject=sealed.signer_subject,
        signed_at=at,
        page_count=1,
        book="org-1",
        name="a.pdf",
    )


class TestRotating:
    def test_old_papers_stay_genuine_and_trusted_and_new_ones_use_the_new_key(self, own_key):
        old, before = paper(), signing.current_signer().certificate
        call_command("rotate_seal")
        after = signing.current_signer().certificate  # the same process, without a restart
        assert after.serial_number != before.serial_number
        new = paper("EUC/2")
        for one in (old, new):
            content = storing.read(one.file)
            assert verifying.examine(content).document == one
            (seal,) = verifying.signatures_of(content)
            assert (seal.intact, seal.valid, seal.trusted) == (True, True, True)

    def test_is_the_demonstrations_only(self, own_key, settings):
        (own_key / keys.MARKER).unlink()
        with pytest.raises(CommandError, match="Only the demonstration"):
            call_command("rotate_seal")
        settings.PRODUCTION = True
        (own_key / keys.MARKER).touch()
        with pytest.raises(CommandError, match="Only the demonstration"):
            call_command("rotate_seal")

    def test_a_real_key_is_judged_before_it_is_placed(self, own_key, capsys):
        file, secret = own_key / "seal.p12", own_key / "seal.passphrase"
        call_command("rotate_seal", check=file, passphrase_file=secret)
        assert "leads to it already" in capsys.readouterr().out
        with override_settings(SEAL_TRUST_ROOTS=own_key / "absent.pem"):
            assert not drilling.check(file, secret).is_trusted
        with pytest.raises(drilling.Unfit, match="not valid from now"):
            drilling.check(file, secret, at=NOW + timedelta(days=365 * keys.YEARS - 10))
        secret.write_text("wrong")
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("rotate_seal", check=file, passphrase_file=secret)
        with pytest.raises(CommandError, match="belong together"):
            call_command("rotate_seal", check=file)


class TestDrill:
    def test_lists_what_the_key_sealed_and_calls_no_forgery_genuine(self, own_key, tmp_path, capsys):
        paper("EUC/OLD", NOW - timedelta(days=10))
        paper("EUC/NEW")
        out = tmp_path / "papers.csv"
        call_command("compromise_drill", since=f"{NOW - timedelta(days=1):%Y-%m-%d}", out=out)
        rows = list(csv.DictReader(out.open()))
        assert [row["reference"] for row in rows] == ["EUC/NEW"]
        told = capsys.readouterr().out
        assert "1 papers" in told
        assert "its seal is valid and trusted; verification calls it not genuine" in told

    def test_of_another_key_lists_that_keys_papers(self, own_key, tmp_path):
        old = paper("EUC/OLD")
        call_command("rotate_seal")
        assert (
            old.signer_subject == paper("EUC/NEW").signer_subject
        )  # the same name; the register tells them apart
        out = tmp_path / "papers.csv"
        call_command("compromise_drill", since="2020-01-01", subject="CN=Nobody", out=out)
        assert len(list(csv.DictReader(out.open()))) == 0

    def test_fails_loudly_when_a_forgery_is_called_genuine(self, own_key, tmp_path, monkeypatch):
        monkeypatch.setattr(drilling, "forge", lambda: drilling.Forgery(True, True))
        with pytest.raises(CommandError, match="do not rely"):
            call_command("compromise_drill", since="2020-01-01", out=tmp_path / "papers.csv")

    @pytest.mark.parametrize("since", ["", "yesterday", "2026-13-01"])
    def test_asks_for_a_day(self, own_key, tmp_path, since):
        with pytest.raises(CommandError, match="YYYY-MM-DD"):
            call_command("compromise_drill", since=since, out=tmp_path / "papers.csv")

    def test_without_a_key_says_so(self, own_key, tmp_path):
        (own_key / "seal.p12").unlink()
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("compromise_drill", since="2020-01-01", out=tmp_path / "papers.csv")
