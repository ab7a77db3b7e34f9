"""Start-up refuses settings that would lose work; production refuses what belongs to a trial."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import checks

ROOT = Path(__file__).resolve().parents[2]


def identifiers(messages):
    return {message.id for message in messages}


class TestTimeLimits:
    def test_hold_as_delivered(self):
        assert checks.time_limits(None) == []

    @pytest.mark.parametrize(
        "change",
        [
            {"CELERY_TASK_SOFT_TIME_LIMIT": 60},
            {"CELERY_TASK_TIME_LIMIT": 90},
            {"ERRAND_LEASE_SECONDS": 120},
            {"ERRAND_LEASE_SECONDS": 10},
        ],
    )
    def test_out_of_order_are_an_error(self, settings, change):
        for name, value in change.items():
            setattr(settings, name, value)
        assert identifiers(checks.time_limits(None)) == {"config.E001"}


@pytest.fixture
def in_production(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "_engine", lambda: "django.db.backends.postgresql")
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.KEYS_DIR = tmp_path
    settings.SEAL_PKCS12 = tmp_path / "seal.p12"
    settings.FONTS_DIR = tmp_path
    for name in checks.FONTS:
        (tmp_path / name).touch()
    (tmp_path / "tsa.pem").touch()
    settings.TIME_STAMP_URL, settings.TIME_STAMP_TRUST_ROOTS = (
        "https://tsa.example/",
        str(tmp_path / "tsa.pem"),
    )
    settings.CLAMD_URL = "tcp://clamd:3310"
    settings.REVOCATION_LIST_URLS = ["https://ca.example/list.crl"]
    settings.CELERY_BROKER_URL = "redis://redis/0"
    settings.SITE_URL = "https://euc.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


class TestProduction:
    def test_accepts_a_proper_installation(self, in_production):
        assert checks.production(None) == []

    @pytest.mark.parametrize(
        ("name", "value", "identifier"),
        [
            ("DEBUG", True, "config.E002"),
            ("CELERY_BROKER_URL", "eucfs://", "config.E004"),
            ("CELERY_BROKER_URL", "memory://", "config.E004"),
            ("SITE_URL", "http://euc.example", "config.E006"),
            ("FONTS_DIR", Path("/nowhere"), "config.E007"),
            ("CLAMD_URL", "", "config.W003"),
            ("REVOCATION_LIST_URLS", [], "config.W004"),
            ("OCSP_URLS", ["ocsp.ca.example"], "config.E011"),
            ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "config.W001"),
        ],
    )
    def test_refuses(self, in_production, name, value, identifier):
        setattr(in_production, name, value)
        assert identifiers(checks.production(None)) == {identifier}

    def test_wants_all_that_esign_needs(self, in_production, tmp_path):
        in_production.ESIGN_URL = "https://esp.example/esign"
        in_production.ESIGN_ESP_CERTIFICATES = tmp_path / "absent.pem"
        assert identifiers(checks.production(None)) == {"config.E010"}
        for name in ("ESIGN_ESP_CERTIFICATES", "ESIGN_ASP_PKCS12", "ESIGN_ASP_PASSPHRASE_FILE"):
            setattr(in_production, name, tmp_path / "tsa.pem")
        in_production.ESIGN_ASP_ID = "ASP-0000"
        assert checks.production(None) == []
        for address in ("http://esp.example/esign", "https://esp.example/a; script-src *"):
            in_production.ESIGN_URL = address
            assert identifiers(checks.production(None)) == {"config.E009"}

    def test_refuses_sqlite(self, in_production, monkeypatch):
        monkeypatch.setattr(checks, "_engine", lambda: "django.db.backends.sqlite3")
        assert identifiers(checks.production(None)) == {"config.E005"}

    def test_refuses_demonstration_keys(self, in_production, tmp_path):
        (tmp_path / "DEMONSTRATION").touch()
        assert identifiers(checks.production(None)) == {"config.E003"}

    def test_is_not_asked_of_a_demonstration(self, settings):
        settings.PRODUCTION = False
        settings.DEBUG = True
        assert checks.production(None) == []


class TestDeployment:
    def test_check_deploy_is_clean_with_a_full_environment(self, tmp_path):
        env = {
            "PATH": os.environ["PATH"],
            "EUC_MODE": "production",
            "EUC_VAR_DIR": str(tmp_path),
            "SECRET_KEY": "a7Fq9-wZk2Lx0_Vt5Rb8Yn3Mc6Hd1Gj4Ps7Uu0Ee9Ii2Oo5Tt8Ww1Qq4Zz",
            "SITE_URL": "https://euc.example",
            "ALLOWED_HOSTS": "euc.example",
            "DATABASE_URL": "postgres://euc:secret@db.invalid/euc",
            "REDIS_URL": "redis://redis.invalid:6379/0",
            "EMAIL_URL": "smtp://mail.invalid:25",
            "TIME_STAMP_URL": "https://tsa.invalid/",
            "CLAMD_URL": "tcp://clamd.invalid:3310",
            "REVOCATION_LIST_URLS": "https://ca.invalid/list.crl",
            "TIME_STAMP_TRUST_ROOTS": str(tmp_path / "tsa.pem"),
        }
        (tmp_path / "tsa.pem").touch()
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert "no issues" in answer.stdout
