"""The address of this site, for what is read outside of it: mails."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host


def base_address(reached: str = "") -> str:
    """How addresses in a mail begin: as its reader ``reached`` this site, if it still answers there.

    Else the first host of ALLOWED_HOSTS, over TLS where the settings say so.
    """
    try:
        there = urlsplit(reached)
        host = there.hostname or ""
    except ValueError:
        host = ""
    scheme = "https" if settings.HTTPS else "http"
    if host and validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        return f"{scheme}://{there.netloc}"
    named = next((one for one in settings.ALLOWED_HOSTS if one != "*"), "localhost")
    return f"{scheme}://{named.lstrip('.')}"
