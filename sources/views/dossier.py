"""Making a dossier, and its settings."""

from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from config.web import Request, done, invalid, show
from sources.access import enter
from sources.actions.dossier import create_dossier, edit_dossier
from sources.actions.records import Stale
from sources.forms.dossier import DossierCreateForm, SettingsForm
from sources.models import Dossier, Role


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_create(request: Request) -> HttpResponse:
    """A new dossier, led by whoever makes it."""
    form = DossierCreateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            dossier = create_dossier(leads=[request.user], **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            front = reverse("claims:front", args=[dossier.slug])
            return done(request, front, f"The dossier {dossier.name} is made, and you lead it.")
    answer = invalid if form.is_bound else show
    return answer(request, "sources/dossier_create.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request, slug: str) -> HttpResponse:
    """Name, question, language, reviews needed. An edit on stale ground is shown beside what stands now (409)."""
    access = enter(request, slug, Role.LEAD)
    context = {"section": "settings"}
    if request.method != "POST":
        form = SettingsForm(instance=access.dossier)
        return show(request, "sources/settings.html", context | {"form": form})
    # The form writes into its instance, even what is refused: the page's own dossier is left alone.
    form = SettingsForm(request.POST, instance=Dossier.objects.get(pk=access.dossier.pk))
    if form.is_valid():
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        try:
            edit_dossier(access.dossier, changes=changes, version=version)
        except Stale as stale:
            return _both(request, form, cast("Dossier", stale.current), context)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return done(request, reverse("sources:settings", args=[slug]), "The settings are saved.")
    return invalid(request, "sources/settings.html", context | {"form": form})


def _both(request: Request, form: SettingsForm, current: Dossier, context: dict[str, str]) -> HttpResponse:
    """Her version and the one that stands, field by field; saving again is then an answer to what stands."""
    differing = [
        {"label": form[name].label, "yours": form.cleaned_data[name], "theirs": getattr(current, name)}
        for name in form.Meta.fields
        if form.cleaned_data[name] != getattr(current, name)
    ]
    form.data = {**request.POST.dict(), "version": current.version}
    return show(
        request,
        "sources/settings.html",
        {**context, "form": form, "differing": differing, "dossier": current},
        status=409,
    )
