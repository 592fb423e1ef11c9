"""Every setting of the site, read from the environment in this one place.

`.env` in the current folder is honoured; a variable that is really set wins over it. A value that
can't be read stops the start with the variable's name. The README's table lists them all, and
`tests/arena/test_settings.py` keeps it so.
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, validate

# Before numpy is loaded: on matrices of a few hundred models, threads of its own for algebra make each fit wait for
# cores that other processes hold; one answer of 200 models took 60 ms with one thread, 70 to 250 with two.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(expand_vars=False)
env.read_env(str(BASE_DIR / ".env"), recurse=False)


def _boolean(name: str, default: bool) -> bool:
    """Read True, False or empty; anything else stops the start."""
    return env.bool(name) if env.str(name, "") else default


# -- where things are -------------------------------------------------------------------------
VAR = Path(env.str("VAR", str(BASE_DIR / "var"))).resolve()
PORT = env.int("PORT", 8000, validate=validate.Range(min=1, max=65535))

# -- safety -----------------------------------------------------------------------------------
DEBUG = _boolean("DEBUG", False)
TESTING = _boolean("ARENA_TESTING", False)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# Number of proxies in front that set X-Forwarded-For; 0 means the header is never believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0, validate=validate.Range(min=0, max=8))
SECURE_COOKIES = _boolean("SECURE_COOKIES", False)
WEB_PROCESSES = env.int("WEB_PROCESSES", 1, validate=validate.Range(min=1, max=64))

if not SECRET_KEY and not TESTING and (VAR / "secret").is_file():  # the supervisor's: manage.py works beside it
    SECRET_KEY = (VAR / "secret").read_text().strip()
if not SECRET_KEY and (DEBUG or TESTING):
    SECRET_KEY = "only-for-development-and-tests-" + "x" * 32
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` makes one in VAR; elsewhere set SECRET_KEY to a long random string."
    )

# -- apps and pages ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "arena.apps.ArenaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "ninja",
    "django_countries",
    "arena.apps.ArenaConfig",
    "arena.catalogue",
    "arena.battles",
    "arena.leaderboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "arena.middleware.CompressPublic",
    "arena.languages.Language",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "arena.middleware.PlainErrors",
]

ROOT_URLCONF = "arena.urls"
ASGI_APPLICATION = "arena.asgi.application"
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
            ],
        },
    },
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "arena" / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
COUNTRIES_OVERRIDE = {"US": _("United States"), "KR": _("South Korea")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/admin/login/"

# -- data -------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{VAR / 'arena.sqlite3'}")
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
    # threads of a test must see one database, as processes of the site do: a file, not memory
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
BROKER_URL = env.str("BROKER_URL", REDIS_URL)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# -- tasks ------------------------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "arena"
CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum" if BROKER_URL.startswith(("amqp", "pyamqp")) else "classic"
CELERY_TASK_CREATE_MISSING_QUEUE_TYPE = CELERY_TASK_DEFAULT_QUEUE_TYPE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {} if BROKER_URL.startswith(("amqp", "pyamqp")) else {"visibility_timeout": 3600}
)
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ALWAYS_EAGER = _boolean("TASKS_EAGER", False)
WORKER_THREADS = env.int("WORKER_THREADS", 16, validate=validate.Range(min=2, max=512))

# -- models -----------------------------------------------------------------------------------
OLLAMA_HOST = env.str("OLLAMA_HOST", "")
ARENA_ENGINE = env.str("ARENA_ENGINE", "auto", validate=validate.OneOf(["auto", "embedded", "ollama"]))
HOST_SLOTS = env.int("HOST_SLOTS", 2, validate=validate.Range(min=1, max=256))
ALLOWED_REGISTRIES = env.list("ALLOWED_REGISTRIES", ["registry.ollama.ai"])
NUM_CTX = env.int("NUM_CTX", 8192, validate=validate.Range(min=512))
NUM_PREDICT = env.int("NUM_PREDICT", 1024, validate=validate.Range(min=1))
SAMPLER = {
    "temperature": env.float("TEMPERATURE", 0.7, validate=validate.Range(min=0, max=2)),
    "top_p": env.float("TOP_P", 0.95, validate=validate.Range(min=0, max=1)),
    "top_k": env.int("TOP_K", 40, validate=validate.Range(min=0)),
    "min_p": env.float("MIN_P", 0.0, validate=validate.Range(min=0, max=1)),
    "repeat_penalty": env.float("REPEAT_PENALTY", 1.1, validate=validate.Range(min=0)),
}
KEEP_ALIVE = env.str("KEEP_ALIVE", "30m")
FIRST_BYTE_SECONDS = env.float("FIRST_BYTE_SECONDS", 180, validate=validate.Range(min=1))
BETWEEN_CHUNKS_SECONDS = env.float("BETWEEN_CHUNKS_SECONDS", 30, validate=validate.Range(min=1))
REPLY_SECONDS = env.float("REPLY_SECONDS", 600, validate=validate.Range(min=1))

# -- the battle -------------------------------------------------------------------------------
PACED = _boolean("PACED", True)
PROMPT_CHARACTERS = env.int("PROMPT_CHARACTERS", 12_000, validate=validate.Range(min=1))
MAX_TURNS = env.int("MAX_TURNS", 20, validate=validate.Range(min=1))
KEEP_TEXT_DAYS = env.int("KEEP_TEXT_DAYS", 365, validate=validate.Range(min=0))
INSTANT_BUFFER = env.int("INSTANT_BUFFER", 8, validate=validate.Range(min=0, max=1000))
CROSS_COUNTRY_SHARE = env.float("CROSS_COUNTRY_SHARE", 0.8, validate=validate.Range(min=0, max=1))
BATTLE_RATE = env.str("BATTLE_RATE", "60/m")
VOTE_RATE = env.str("VOTE_RATE", "120/m")
LOAD_ESTIMATE_SECONDS = env.int("LOAD_ESTIMATE_SECONDS", 20, validate=validate.Range(min=1))
STREAM_CONNECTIONS = env.int("STREAM_CONNECTIONS", 64, validate=validate.Range(min=1))
VAR_LIMIT_GB = env.float("VAR_LIMIT_GB", 50, validate=validate.Range(min=1))

# -- the leaderboard --------------------------------------------------------------------------
VOTES_FOR_VERDICT = env.int("VOTES_FOR_VERDICT", 30, validate=validate.Range(min=1))

# -- static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "arena.npm.NpmFinder",
]
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "arena.npm.HashedStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}

# -- headers ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016", "models.W042"]

# -- logs -------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # httpx logs every request line at INFO, and an Ollama request names its model (decisions §1.10).
    "loggers": {"httpx": {"level": "WARNING"}, "httpcore": {"level": "WARNING"}},
}

env.seal()
