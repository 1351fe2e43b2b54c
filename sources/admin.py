"""The administration, for superusers: accounts change here; all else is looked up, and changes on its own pages."""

from typing import Any, ClassVar

from axes.models import AccessAttempt
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from sources.models import Dossier, Invitation, Membership, Record, Source, User


class Administration(admin.AdminSite):
    """Django's, opened by the house's own sign-in, and to superusers alone."""

    site_title = site_header = "Gainsay administration"
    index_title = "Accounts and records"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and bool(request.user.is_superuser)

    @method_decorator([never_cache, login_not_required])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("The administration is for superusers.")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("login"))


site = Administration()


class LookUpAdmin[M: Model](admin.ModelAdmin[M]):
    """Records to find and to read. They change where their rules are kept: on their own pages."""

    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The filters that are offered and no others: an address must not ask for a state or a verdict."""
        offered = {one[0] if isinstance(one, tuple) else one for one in self.list_filter}
        return lookup.partition("__")[0] in offered


class RecordAdmin[M: Record](LookUpAdmin[M]):
    """Numbered records, found by number and dossier."""

    search_fields = ("=number", "=dossier__slug")
    search_help_text = "A number, a dossier’s address, or both."
    list_select_related: ClassVar[tuple[str, ...]] = ("dossier", "by", "binned_by")
    list_filter = (("binned_at", admin.EmptyFieldListFilter),)


@admin.register(User, site=site)
class AccountAdmin(UserAdmin[User]):
    """Accounts are made, changed and closed; never removed."""

    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    actions = ("close_accounts",)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.action(description="Close the chosen accounts (names and work stay)")
    def close_accounts(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        open_ones = accounts.filter(is_active=True).exclude(username=request.user.get_username())
        closed = open_ones.count()
        open_ones.delete()
        said = f"{closed} closed. Your own account is never among them."
        self.message_user(request, said, messages.SUCCESS)


@admin.register(AccessAttempt, site=site)
class AttemptAdmin(admin.ModelAdmin[AccessAttempt]):
    """Wrong passwords. Deleting an entry lets that person try again at once."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start")
    search_fields = ("username", "=ip_address")
    fields = readonly_fields = (
        "attempt_time",
        "username",
        "ip_address",
        "user_agent",
        "failures_since_start",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return False


@admin.register(Dossier, site=site)
class DossierAdmin(LookUpAdmin[Dossier]):
    list_display = ("slug", "name", "language", "reviews_needed", "at")
    search_fields = ("slug", "name")
    fields = ("slug", "name", "question", "language", "reviews_needed", "uid", "version", "by", "at")

    def view_on_site(self, dossier: Dossier) -> str:
        return reverse("claims:front", args=[dossier.slug])


@admin.register(Membership, site=site)
class MembershipAdmin(LookUpAdmin[Membership]):
    list_display = ("name", "dossier", "user", "role", "at")
    list_filter = ("role", ("user", admin.EmptyFieldListFilter))
    list_select_related = ("dossier", "user")
    search_fields = ("name", "=dossier__slug", "=user__username")
    fields = ("dossier", "name", "user", "role", "at")

    def view_on_site(self, person: Membership) -> str:
        return reverse("sources:members", args=[person.dossier.slug])


@admin.register(Invitation, site=site)
class InvitationAdmin(LookUpAdmin[Invitation]):
    list_display = ("dossier", "role", "by", "at", "expires_at", "used_at", "used_by")
    list_select_related = ("dossier", "by", "used_by")
    search_fields = ("=dossier__slug",)
    fields = list_display


@admin.register(Source, site=site)
class SourceAdmin(RecordAdmin[Source]):
    list_display = ("cited", "dossier", "title", "outlet", "published", "language", "by", "at", "binned_at")
    fields = (
        *("dossier", "number", "version", "external_id", "title", "outlet", "author", "url", "published"),
        *("language", "reliability", "length", "by", "at", "binned_at", "binned_by"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).defer("text", "search")

    def view_on_site(self, source: Source) -> str:
        return reverse("claims:source-detail", args=[source.dossier.slug, source.number])
