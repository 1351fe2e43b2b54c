"""The dossiers of whoever is signed in."""

from django.db.models import OuterRef, Q, Subquery
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from config.web import Request, show
from sources.models import Dossier, Letter, Membership, Role

PAGE = 50


@require_safe
def home(request: Request) -> HttpResponse:
    """The dossiers she may enter, by name; ``?after=SLUG`` for those that follow that one."""
    role = Membership.objects.filter(dossier=OuterRef("pk"), user=request.user).values("role")
    mine = Dossier.objects.open_to(request.user).annotate(my_role=Subquery(role)).order_by("name", "pk")
    page = mine.prefetch_related("counters")
    if after := mine.filter(slug=request.GET.get("after", "").replace("\0", "")).first():
        page = page.filter(Q(name__gt=after.name) | Q(name=after.name, pk__gt=after.pk))
    found = list(page[: PAGE + 1])
    return show(
        request,
        "sources/home.html",
        {
            "rows": [
                {
                    "dossier": dossier,
                    "role": Role.LEAD if request.user.is_superuser else dossier.my_role,  # type: ignore[attr-defined]
                    "figures": _figures(dossier),
                }
                for dossier in found[:PAGE]
            ],
            "first": request.path if after else "",
            "next": f"?after={found[PAGE - 1].slug}" if len(found) > PAGE else "",
        },
    )


def _figures(dossier: Dossier) -> list[tuple[str, int]]:
    """How many sources, claims and links were ever made: what the counters know, at no cost."""
    last = {counter.letter: counter.last for counter in dossier.counters.all()}
    return [(f"{letter.label}s".capitalize(), last.get(letter, 0)) for letter in Letter]
