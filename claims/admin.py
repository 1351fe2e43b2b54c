"""Claims, links, speakers and topics in the administration: to look up. Reviews are not there, nor what follows from
them: a superuser who reviews is as blind as anybody."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from claims.models import Claim, Link, Speaker, Topic
from sources.admin import LookUpAdmin, RecordAdmin, site


@admin.register(Claim, site=site)
class ClaimAdmin(RecordAdmin[Claim]):
    list_display = ("cited", "dossier", "source", "speaker", "modality", "by", "at", "binned_at")
    list_select_related = (*RecordAdmin.list_select_related, "source", "speaker")
    fields = (
        *("dossier", "number", "version", "external_id", "source", "quote", "statement", "speaker", "via"),
        *("asserted", "about", "modality", "credibility", "by", "at", "binned_at", "binned_by"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).defer("search", "source__text", "source__search")

    def view_on_site(self, claim: Claim) -> str:
        return reverse("claims:claim-detail", args=[claim.dossier.slug, claim.number])


@admin.register(Link, site=site)
class LinkAdmin(RecordAdmin[Link]):
    list_display = ("cited", "dossier", "from_claim", "kind", "to_claim", "by", "at", "binned_at")
    list_select_related = (*RecordAdmin.list_select_related, "from_claim", "to_claim")
    fields = (
        *("dossier", "number", "version", "external_id", "from_claim", "kind", "to_claim", "mutual"),
        *("contradiction_type", "strength", "rationale", "by", "at", "binned_at", "binned_by"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        return super().get_queryset(request).defer("from_claim__search", "to_claim__search")

    def view_on_site(self, link: Link) -> str:
        return reverse("claims:link-detail", args=[link.dossier.slug, link.number])


@admin.register(Speaker, site=site)
class SpeakerAdmin(LookUpAdmin[Speaker]):
    list_display = ("name", "affiliation", "dossier")
    list_select_related = ("dossier",)
    search_fields = ("name", "=dossier__slug")
    fields = ("dossier", "name", "affiliation", "external_id", "by", "at")


@admin.register(Topic, site=site)
class TopicAdmin(LookUpAdmin[Topic]):
    list_display = ("name", "dossier")
    list_select_related = ("dossier",)
    search_fields = ("name", "=dossier__slug")
    fields = ("dossier", "name")
