"""Taking back what was just brought in."""

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from claims.actions.bin import put_in_bin
from config.web import Request, done
from sources.access import enter
from sources.models import Role, Source


@require_POST
def import_undo(request: Request, slug: str, first: int, last: int) -> HttpResponse:
    """Bin the sources of these numbers that this person brought in; all, or none when others’ work rests on one."""
    access = enter(request, slug, Role.ANALYST)
    mine = Source.objects.live().filter(dossier=access.dossier, by=access.person)
    with transaction.atomic():
        sources = list(mine.filter(number__range=(first, last)).without_text().order_by("number"))
        for source in sources:
            put_in_bin(source, access=access)
    several = "1 source" if len(sources) == 1 else f"{len(sources)} sources"
    return done(request, reverse("claims:import", args=[slug]), f"{several} put in the bin.")
