"""Addresses of dossiers, their people and their sources."""

from django.urls import URLPattern, path

app_name = "sources"

# d/new/ stands before any d/<slug>/: "new" is no slug.
urlpatterns: list[URLPattern] = []
_ = path
