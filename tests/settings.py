"""The application's settings for the tests: an embedded database of their own, and nothing from the environment."""

import os
import tempfile
from pathlib import Path

for name in (
    "DATABASE_URL",
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "HTTPS",
    "CSRF_TRUSTED_ORIGINS",
    "GAINSAY_FETCH_ALLOW",
    "GAINSAY_MODEL",
):
    os.environ.pop(name, None)
_folder = Path(tempfile.mkdtemp(prefix="gainsay-tests-"))
_folder.chmod(0o755)
os.environ["GAINSAY_DATA"] = str(_folder)
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):  # what a test starts would compile all that it imports anew
    os.environ["PYTHONPYCACHEPREFIX"] = str(_folder / "bytecode")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop beside the live server

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
NEWS_KEPT = 0.0
WHITENOISE_USE_FINDERS = (
    False  # every client would look through all static files anew; the live server has its own way
)
STATIC_ROOT.mkdir()  # noqa: F405  WhiteNoise warns of a folder that is not there
