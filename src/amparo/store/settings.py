"""Django's settings, made in code: nothing is read from the environment or the network."""

from __future__ import annotations

import gc
import secrets
from typing import Any

APPS = [
    "django.contrib.staticfiles",
    "amparo.store",
    "amparo.custody",
    "amparo.access",
    "amparo.vault",
    "amparo.casefile",
    "amparo.web",
]

ENGINE = "amparo.store.sqlcipher"
_CSP = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}


def make_settings() -> dict[str, Any]:
    """All settings of one process. The secret key lives as long as the process: so do sessions."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": False,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "INSTALLED_APPS": APPS,
        "DATABASES": {"default": {"ENGINE": ENGINE, "NAME": "", "OPTIONS": {}}},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("fr", "Français")],
        "ROOT_URLCONF": "amparo.web.urls",
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "csp.middleware.CSPMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "amparo.web.language.LanguageMiddleware",
            "amparo.web.lock.LockMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": [
                        "amparo.web.lock.describe_session",
                        "amparo.web.language.describe_language",
                    ],
                    "loaders": [("amparo.web.language.Loader", ["amparo.web.language.Source"])],
                },
            }
        ],
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
        "SESSION_COOKIE_NAME": "amparo",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_USE_SESSIONS": True,
        "CSRF_FAILURE_VIEW": "amparo.web.lock.refuse_forged",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "no-referrer",
        "X_FRAME_OPTIONS": "DENY",
        "CONTENT_SECURITY_POLICY": _CSP,
        "STATIC_URL": "/static/",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 16 * 1024 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 500,
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.MemoryFileUploadHandler"],
        "FILE_UPLOAD_MAX_MEMORY_SIZE": 512 * 1024 * 1024,
        "LOGGING_CONFIG": None,
    }


def configure() -> None:
    """Set Django up once; later calls do nothing.

    Called where models are defined, so that no caller has to think of it; while Django
    is loading those very models it must not begin again.
    """
    from django.apps import apps
    from django.conf import settings

    if not settings.configured:
        settings.configure(**make_settings())
    if not apps.ready and not apps.loading:
        # Nothing that is being loaded is garbage, and looking for it takes its time.
        gc.disable()
        try:
            # `django.setup` does this after loading what only pages need: routes, HTTP and mail.
            apps.populate(settings.INSTALLED_APPS)
        finally:
            gc.enable()
