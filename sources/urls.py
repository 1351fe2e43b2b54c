"""Addresses of dossiers, their people and their sources."""

from django.urls import URLPattern, path

from sources.views import dossier, draft, home, invitation, keys, member, source

app_name = "sources"

# d/new/ stands before any d/<slug>/: "new" is no slug.
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("d/new/", dossier.dossier_create, name="dossier-create"),
    path("accounts/keys/", keys.keys, name="keys"),
    path("invitations/<str:token>/", invitation.invitation, name="invitation"),
    path("d/<slug:slug>/members/", member.members, name="members"),
    path("d/<slug:slug>/members/add/", member.member_add, name="member-add"),
    path("d/<slug:slug>/members/role/", member.member_role, name="member-role"),
    path("d/<slug:slug>/members/remove/", member.member_remove, name="member-remove"),
    path("d/<slug:slug>/members/invite/", member.member_invite, name="member-invite"),
    path("d/<slug:slug>/members/withdraw/", member.member_withdraw, name="member-withdraw"),
    path("d/<slug:slug>/settings/", dossier.settings, name="settings"),
    path("d/<slug:slug>/sources/", source.source_list, name="source-list"),
    path("d/<slug:slug>/sources/<int:number>/edit/", source.source_edit, name="source-edit"),
    path("d/<slug:slug>/import/sources/", draft.import_confirm, name="import-confirm"),
    path("d/<slug:slug>/import/sources/undrop/", draft.import_undrop, name="import-undrop"),
]
