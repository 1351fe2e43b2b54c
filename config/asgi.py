"""The application as ASGI servers call it."""

import os

from django.core.asgi import get_asgi_application

from config.collecting import collect_seldom
from config.database import ensure_started

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ensure_started()
application = get_asgi_application()
collect_seldom()
