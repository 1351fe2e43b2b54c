"""The application as WSGI servers call it."""

import os

from django.core.wsgi import get_wsgi_application

from config.collecting import collect_seldom
from config.database import ensure_started

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ensure_started()
application = get_wsgi_application()
collect_seldom()
