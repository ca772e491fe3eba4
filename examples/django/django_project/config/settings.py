"""Django's settings; what differs between places comes from environment.py."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

from config import environment

PROJECT = Path(__file__).resolve().parent.parent

DEBUG = environment.debug(os.environ)
# Commands beside the server need one too, and none of them shares it.
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()
ALLOWED_HOSTS = environment.allowed_hosts(os.environ)
COMMIT = environment.text(os.environ, "app_commit")
BRANCH = environment.text(os.environ, "app_branch")

DATABASES = {"default": environment.database(os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = ["django.contrib.staticfiles", "books"]
MIDDLEWARE = [
    "config.headers.add_headers",
    "config.healthcheck.answer_healthcheck",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.same_origin.trust_same_origin",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request"
            ],
        },
    }
]

STATIC_URL = "static/"
STATIC_ROOT = PROJECT.parent / "static"
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"

# The proxies that end TLS before the container say so. Who could forge that
# reaches only a form of their own.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_HTTPONLY = True
SILENCED_SYSTEM_CHECKS = [
    # HSTS and the redirect to HTTPS bind a whole domain, which is the
    # platform's to decide; on a laptop and in a rehearsal there is no TLS.
    "security.W004",
    "security.W008",
    # headers.py makes the cookie secure wherever a page came by TLS.
    "security.W016",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "timed": {
            "format": "{asctime} [{process}] [{levelname}] {message}",
            "datefmt": "[%Y-%m-%d %H:%M:%S %z]",
            "style": "{",
        }
    },
    "handlers": {
        "events": {
            "class": "logging.StreamHandler",
            "formatter": "timed",
            "stream": "ext://sys.stdout",
        }
    },
    "loggers": {
        "django": {"handlers": ["events"], "level": "INFO", "propagate": False}
    },
}
