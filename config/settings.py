"""All settings, read from the environment; `.env.example` documents every variable.

EUC_MODE decides what a missing variable means: `demonstration` (everything has a safe local
default and one may sign in as the demonstration people with one click), `test`, or
`production` (nothing secret has a default and start-up refuses to guess).
"""

import secrets
from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

MODE = env.str("EUC_MODE", default="demonstration")
if MODE not in {"demonstration", "test", "production"}:
    raise ImproperlyConfigured(f"EUC_MODE is {MODE!r}: use demonstration, test or production.")
PRODUCTION = MODE == "production"
DEMONSTRATION = MODE == "demonstration"
DEBUG = env.bool("EUC_DEBUG", default=False)

# Everything the running product writes lies under one folder: database, files, keys, queues.
VAR_DIR = Path(env.str("EUC_VAR_DIR", default="") or BASE_DIR / "var").resolve()
FILES_DIR = VAR_DIR / "files"
KEYS_DIR = Path(env.str("EUC_KEYS_DIR", default=str(VAR_DIR / "keys")))
FONTS_DIR = Path(env.str("EUC_FONTS_DIR", default=str(BASE_DIR / "static" / "vendor" / "fonts")))


def _local_secret(name: str) -> str:
    """A secret generated once for this machine; production must bring its own."""
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production.")
    path = VAR_DIR / "secrets" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or _local_secret("SECRET_KEY")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "config",
    "ministry",
    "shipments",
    "licensing",
    "euc",
    "accounts",
    "documents",
    "workflow",
    "accounts.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "config.middleware.NoStoreMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# Widgets may be overridden in templates/django/forms/.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}"),
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # Django's defaults fail 38 % of concurrent read-then-write transactions with "locked".
    _database.setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        # Without this REPLACE deletes rows past the triggers that guard the append-only tables.
        " PRAGMA recursive_triggers=ON;",
    )
else:
    _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {})["options"] = (
        f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=5000)}"
        " -c idle_in_transaction_session_timeout=10000"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if PRODUCTION and not REDIS_URL:
    raise ImproperlyConfigured("REDIS_URL must be set in production.")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1.5},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Celery: a message is a hint, the Errand table is the record --------------------------------

CELERY_BROKER_URL = env.str(
    "CELERY_BROKER_URL", default=REDIS_URL or ("memory://" if MODE == "test" else "eucfs://")
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# Checked at start-up: soft limit < hard limit < lease < visibility timeout.
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_TIME_LIMIT = 60
ERRAND_LEASE_SECONDS = env.int("ERRAND_LEASE_SECONDS", default=90)
BROKER_VISIBILITY_SECONDS = 120
ERRAND_MAX_ATTEMPTS = 5
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": BROKER_VISIBILITY_SECONDS,
        "unacked_restore_throttle": 1,
    }
CELERY_BEAT_SCHEDULE = {
    "sweep-errands": {
        "task": "workflow.tasks.sweep_errands",
        "schedule": timedelta(seconds=env.int("SWEEP_SECONDS", default=5)),
    },
    "expire": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["expire_certificates"],
    },
    "expire-esigns": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(minutes=10),
        "args": ["expire_esigns"],
    },
    "expire-licences": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["expire_licences"],
    },
    "recount-cases": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["recount_cases"],
    },
    "load-calendar": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(days=1),
        "args": ["load_calendar"],
    },
    "remind": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["remind_expiries"],
    },
    "fetch-revocation-lists": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["fetch_revocation_lists"],
    },
    "fold-figures": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(seconds=env.int("FOLD_SECONDS", default=5)),
        "args": ["fold_figures"],
    },
    "send-figures": {
        "task": "config.tasks.run_command",
        "schedule": crontab(minute=30),  # on the hour in India
        "args": ["send_figures"],
    },
    "watch-figures": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(seconds=env.int("WATCH_SECONDS", default=60)),
        "args": ["watch_figures"],
    },
    "expire-exports": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["expire_exports"],
    },
    "check-figures": {
        "task": "config.tasks.run_command",
        "schedule": crontab(hour=21, minute=30),  # UTC: three in the morning in India
        "args": ["rebuild_figures", "--check"],
    },
    "raise-signals": {
        "task": "config.tasks.run_command",
        "schedule": crontab(hour=20, minute=30),  # UTC: two in the morning in India
        "args": ["raise_signals"],
    },
    "send-digests": {
        "task": "config.tasks.run_command",
        "schedule": crontab(minute=30),  # on the hour in India; nine is what counts
        "args": ["send_digests"],
    },
    "poll-feeds": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(seconds=env.int("FEED_SECONDS", default=10)),
        "args": ["poll_feeds"],
    },
    "poll-mail": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(seconds=env.int("MAIL_SECONDS", default=60)),
        "args": ["poll_mail"],
    },
    "remind-cases": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["remind_cases"],
    },
    "forget-answers": {
        "task": "config.tasks.run_command",
        "schedule": timedelta(hours=1),
        "args": ["forget_answers"],
    },
}

# How many Chinese working days before the 45 are over the importer's people are told.
LICENCE_DUE_SOON_WORKING_DAYS = env.int("LICENCE_DUE_SOON_WORKING_DAYS", default=5)

# Where files for feeds may be laid, in one folder for each source, named by its key. Empty: nowhere.
FEEDS_FOLDER = env.str("FEEDS_FOLDER", default="")

# The mailbox for mail about licence cases: imaps://user:password@host/folder; empty: none. The address it has, to
# which cases add their tag, and the server whose word on senders counts (authserv-id of Authentication-Results).
MAIL_IMAP_URL = env.str("MAIL_IMAP_URL", default="")
MAIL_ADDRESS = env.str("MAIL_ADDRESS", default="")
MAIL_AUTHSERV_ID = env.str("MAIL_AUTHSERV_ID", default="")

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_MAX_EMAIL_ADDRESSES = 1
ACCOUNT_LOGOUT_ON_GET = False
# How many proxies of ours stand in front: sign-in limits count by the client's address behind them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "EUC"
# Second factors and fresh proof before binding steps; demonstrations and tests go without.
SECOND_FACTOR_REQUIRED = PRODUCTION
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True

# --- Language, numbers, dates ------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("hi", "हिन्दी"), ("zh-hans", "中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Kolkata"  # what screens show; the database holds UTC

# --- Pages -------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # nothing is collected; the files are served from static/
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
        # Not the mode of uploads: whatever serves these files may be another user.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG or MODE == "test"  # look files up when asked, not all at start
# The fonts serve the PDFs; compressing 20 MB of them helps no page.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "jpg",
    "jpeg",
    "png",
    "gif",
    "webp",
    "gz",
    "br",
    "woff",
    "woff2",
    "ttf",
    "map",
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.TokenAuthentication",  # first: its name for the proof makes strangers a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.BoundedJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": f"{env.int('TOKEN_REQUESTS_PER_MINUTE', default=300)}/minute"},
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "config.api.handle_exception",
}
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "licensing.models.FeedSource.Kind",
        "ArrivingDocumentKindEnum": "shipments.models.arriving.ArrivingDocument.Kind",
        "ArrivingDocumentStateEnum": "shipments.models.arriving.ArrivingDocument.State",
    },
    "TITLE": "End-user certificates",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
}

# --- Files -------------------------------------------------------------------------------------

UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
VERIFY_MAX_BYTES = 2 * 1024 * 1024
# Where clamd looks for malware in uploads: tcp://host:3310 or unix:///path. Without it nothing is scanned.
CLAMD_URL = env.str("CLAMD_URL", default="")

# The sealing key: PKCS#12 file and the file that holds its passphrase. No key, no document.
SEAL_PKCS12 = Path(env.str("SEAL_PKCS12", default=str(KEYS_DIR / "seal.p12")))
SEAL_PASSPHRASE_FILE = Path(env.str("SEAL_PASSPHRASE_FILE", default=str(KEYS_DIR / "seal.passphrase")))
SEAL_TRUST_ROOTS = Path(env.str("SEAL_TRUST_ROOTS", default=str(KEYS_DIR / "trust.pem")))

# The roots to which importers' own certificates (DSC) must lead, such as CCA India's.
DSC_TRUST_ROOTS = Path(env.str("DSC_TRUST_ROOTS", default=str(KEYS_DIR / "dsc-trust.pem")))

# Aadhaar eSign: the provider (ESP) to which a browser posts, its name, the certificates it signs with, and the id and
# key of this installation as ASP. Without an address eSign is not offered.
ESIGN_URL = env.str("ESIGN_URL", default="")
ESIGN_NAME = env.str("ESIGN_NAME", default="")
ESIGN_ESP_CERTIFICATES = Path(env.str("ESIGN_ESP_CERTIFICATES", default=str(KEYS_DIR / "esign-esp.pem")))
ESIGN_ASP_ID = env.str("ESIGN_ASP_ID", default="" if PRODUCTION else "DEMONSTRATION-ASP")
ESIGN_ASP_PKCS12 = Path(env.str("ESIGN_ASP_PKCS12", default=str(KEYS_DIR / "esign-asp.p12")))
ESIGN_ASP_PASSPHRASE_FILE = Path(env.str("ESIGN_ASP_PASSPHRASE_FILE", default=str(SEAL_PASSPHRASE_FILE)))
# The names of the form fields by which request and answer travel, and how long a signing may take.
ESIGN_REQUEST_FIELD = env.str("ESIGN_REQUEST_FIELD", default="eSignRequest")
ESIGN_ANSWER_FIELD = env.str("ESIGN_ANSWER_FIELD", default="eSignResponse")
ESIGN_MINUTES = env.int("ESIGN_MINUTES", default=30)

# A hardware module instead of the file: its library, token and key by label, the PIN's file, the certificate's.
SEAL_PKCS11_MODULE = env.str("SEAL_PKCS11_MODULE", default="")
SEAL_PKCS11_TOKEN = env.str("SEAL_PKCS11_TOKEN", default="")
SEAL_PKCS11_KEY = env.str("SEAL_PKCS11_KEY", default="")
SEAL_PKCS11_PIN_FILE = Path(env.str("SEAL_PKCS11_PIN_FILE", default=str(KEYS_DIR / "pin")))
SEAL_CERTIFICATE = Path(env.str("SEAL_CERTIFICATE", default=str(KEYS_DIR / "seal.pem")))

# The time-stamping authority (RFC 3161) and the roots its answers must lead to. Trials stamp their own time.
TIME_STAMP_URL = env.str("TIME_STAMP_URL", default="")
TIME_STAMP_TRUST_ROOTS = env.str("TIME_STAMP_TRUST_ROOTS", default="")

# Lists of revoked certificates: where they are fetched from (without, none is required), and where they are kept.
REVOCATION_LIST_URLS = env.list("REVOCATION_LIST_URLS", default=[])
REVOCATION_LISTS = env.str("REVOCATION_LISTS", default="")
# Responders (OCSP) that may be asked about importers' certificates; a certificate names its own among them.
OCSP_URLS = env.list("OCSP_URLS", default=[])

# --- Mail and logs -----------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no secrets": {"()": "config.logs.SecretsInAddresses"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no secrets"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

PRODUCT_NAME = _("Magnet end-user certificates")

if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    ACCOUNT_RATE_LIMITS = False
