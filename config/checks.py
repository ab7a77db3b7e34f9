"""System checks: settings that start, but would one day lose work or give away a seal."""

import itertools
from pathlib import Path

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

FONTS = [
    f"{family}-{weight}.ttf"
    for family in ("NotoSans", "NotoSansDevanagari", "NotoSansSC")
    for weight in ("Regular", "Bold")
]
SERVICE_BROKERS = ("redis://", "rediss://", "sentinel://", "amqp://", "amqps://")
DEMONSTRATION_MARK = "DEMONSTRATION"


@register
def time_limits(app_configs, **kwargs):
    """A lease shorter than the work it guards never ends; a message shorter-lived than it doubles."""
    order = [
        ("CELERY_TASK_SOFT_TIME_LIMIT", settings.CELERY_TASK_SOFT_TIME_LIMIT),
        ("CELERY_TASK_TIME_LIMIT", settings.CELERY_TASK_TIME_LIMIT),
        ("ERRAND_LEASE_SECONDS", settings.ERRAND_LEASE_SECONDS),
        ("BROKER_VISIBILITY_SECONDS", settings.BROKER_VISIBILITY_SECONDS),
    ]
    return [
        Error(f"{lower} ({shorter} s) must be less than {higher} ({longer} s).", id="config.E001")
        for (lower, shorter), (higher, longer) in itertools.pairwise(order)
        if not shorter < longer
    ]


@register(Tags.security)
def production(app_configs, **kwargs):
    """What a demonstration may do and production must not."""
    if not settings.PRODUCTION:
        return []
    return [
        *_refused(),
        *_missing_fonts(),
        *_unsent_mail(),
        *_time_stamps(),
        *_unscanned(),
        *_unlisted(),
        *_esign(),
    ]


def _refused():
    keys = {settings.KEYS_DIR, settings.SEAL_PKCS12.parent}
    refused = [
        (settings.DEBUG, "EUC_DEBUG is on: error pages would show settings and data.", "config.E002"),
        (
            any((folder / DEMONSTRATION_MARK).exists() for folder in keys),
            "The sealing key is a demonstration key, which anybody can make.",
            "config.E003",
        ),
        (
            not settings.CELERY_BROKER_URL.startswith(SERVICE_BROKERS),
            "CELERY_BROKER_URL is no service: the queue of files is for one machine's trial.",
            "config.E004",
        ),
        (
            _engine().endswith("sqlite3"),
            "DATABASE_URL is SQLite: production needs PostgreSQL.",
            "config.E005",
        ),
        (
            not settings.SITE_URL.startswith("https://"),
            "SITE_URL must begin with https://: it is printed on every certificate.",
            "config.E006",
        ),
    ]
    return [Error(message, id=identifier) for wrong, message, identifier in refused if wrong]


def _engine() -> str:
    return settings.DATABASES["default"]["ENGINE"]


def _missing_fonts():
    missing = [name for name in FONTS if not (settings.FONTS_DIR / name).is_file()]
    if not missing:
        return []
    return [
        Error(
            f"Fonts of the certificate are missing in {settings.FONTS_DIR}: {', '.join(missing)}.",
            hint="They are copied there by the asset build, frontend/build.mjs.",
            id="config.E007",
        )
    ]


def _unsent_mail():
    if not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return []
    return [Warning("EMAIL_URL is not set: invitations stay in a folder.", id="config.W001")]


def _unscanned():
    if settings.CLAMD_URL:
        return []
    return [Warning("CLAMD_URL is not set: uploads are not scanned for malware.", id="config.W003")]


def _unlisted():
    """Without lists what is sealed carries none; responders alone tell of importers' certificates."""
    odd = [url for url in settings.OCSP_URLS if not url.startswith(("https://", "http://"))]
    found = [Error(f"OCSP_URLS are no addresses: {', '.join(odd)}.", id="config.E011")] if odd else []
    if not settings.REVOCATION_LIST_URLS:
        text = "REVOCATION_LIST_URLS is not set: revoked certificates are not refused by lists."
        found.append(Warning(text, id="config.W004"))
    return found


def _time_stamps():
    """Without an authority the seals tell the signer's own time; with one its answers must be checkable."""
    if not settings.TIME_STAMP_URL:
        return [Warning("TIME_STAMP_URL is not set: seals carry no trusted time.", id="config.W002")]
    if not Path(settings.TIME_STAMP_TRUST_ROOTS or "/absent").is_file():
        return [
            Error("TIME_STAMP_TRUST_ROOTS names no file: no time-stamp could be checked.", id="config.E008")
        ]
    return []


def _esign():
    """An address of a provider that pages may name, and the three things without which it is asked in vain."""
    if not settings.ESIGN_URL:
        return []
    files = ("ESIGN_ESP_CERTIFICATES", "ESIGN_ASP_PKCS12", "ESIGN_ASP_PASSPHRASE_FILE")
    absent = [name for name in files if not getattr(settings, name).is_file()]
    absent += [] if settings.ESIGN_ASP_ID else ["ESIGN_ASP_ID"]
    said = [
        (
            not settings.ESIGN_URL.startswith("https://") or set(settings.ESIGN_URL) & set(" ,;'\""),
            "ESIGN_URL must be one https:// address: pages send people there with what they sign.",
            "config.E009",
        ),
        (absent, f"ESIGN_URL is set, but not: {', '.join(absent)}.", "config.E010"),
    ]
    return [Error(message, id=identifier) for wrong, message, identifier in said if wrong]
