"""Nothing secret is kept with the sources, and an empty setting never writes among them."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"secrets", "keys", "tls", "var"}
KEYS = {".pem", ".key", ".p12", ".pfx", ".der"}


def kept() -> list[Path]:
    """The files of the sources: as git names them, or where there is no history, what lies here and is not built."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        return [Path(name) for name in listed.decode().split("\0") if name]
    built = {".venv", "node_modules", "vendor", "collected", "__pycache__", "var"}
    return [path.relative_to(ROOT) for path in ROOT.rglob("*") if not built & set(path.parts)]


def test_no_key_and_no_folder_of_secrets_is_kept():
    files = kept()
    assert Path("manage.py") in files
    assert [str(path) for path in files if path.suffix in KEYS or path.parts[0] in FOLDERS] == []


def test_an_empty_folder_setting_means_the_default():
    code = "import django; django.setup(); from django.conf import settings; print(settings.VAR_DIR)"
    env = {
        "EUC_MODE": "test",
        "EUC_VAR_DIR": "",
        "SECRET_KEY": "x",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**env, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(settings.BASE_DIR / "var"), done.stderr[-1000:]
