"""Addresses of all that shows claims: the dossier's front page, the reader, the desks, the sets."""

from django.urls import URLPattern, path

app_name = "claims"

urlpatterns: list[URLPattern] = []
_ = path
