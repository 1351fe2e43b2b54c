"""A reviewer's own verdicts, and where adjudication went against them. Nobody else's reviews stand here."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from claims.actions.review import disclose
from claims.models import Link, Review
from claims.querysets.link import LinkQuerySet, fetch_sides
from config.web import Request, show
from sources.access import Access, enter
from sources.models import Role
from sources.pages import COUNTED, page_of

GIVEN = "given"


@require_GET
def review_mine(request: Request, slug: str) -> HttpResponse:
    """The links on which she was overruled, with the verdict that settled them; with ``show=given`` all she judged.

    Of what others said nothing is told, nor how a link stands that no lead settled.
    """
    access = enter(request, slug, Role.REVIEWER)
    mine = Link.objects.live().filter(dossier=access.dossier).judged_by(access.person_id)
    overruled = mine.overruling(access.person_id)
    # The counts tell of every one of them whether a lead settled it.
    disclose(access, mine.adjudicated())
    all_given = request.GET.get("show") == GIVEN
    page = page_of(request, (mine if all_given else overruled).for_list(), "link")
    fetch_sides(page.rows)
    context = {
        "section": "review",
        "page": page,
        "all_given": all_given,
        "rows": _with_mine(access, page.rows),
        "given": _count(mine),
        "adjudicated": _count(mine.adjudicated()),
        "upheld": _count(mine.upholding(access.person_id)),
        "overruled": _count(overruled),
        "counted": COUNTED,
    }
    return show(request, "claims/review_mine.html", context)


def _with_mine(access: Access, links: list[Link]) -> list[tuple[Link, Review]]:
    """Each link with her verdict on it."""
    reviews = Review.objects.filter(link__in=links, reviewer=access.person_id)
    given = {review.link_id: review for review in reviews}
    return [(link, given[link.pk]) for link in links if link.pk in given]


def _count(links: LinkQuerySet) -> int:
    return links.order_by().values("pk")[: COUNTED + 1].count()
