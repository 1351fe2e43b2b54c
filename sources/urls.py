"""Addresses of dossiers, their people and their sources."""

from django.urls import URLPattern, path

from sources.views import (
    dossier,
    draft,
    home,
    intake,
    invitation,
    keys,
    member,
    origin,
    original,
    profile,
    retraction,
    source,
    token,
)

app_name = "sources"

# d/new/ stands before any d/<slug>/: "new" is no slug.
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("d/new/", dossier.dossier_create, name="dossier-create"),
    path("accounts/keys/", keys.keys, name="keys"),
    path("accounts/tokens/", token.tokens, name="tokens"),
    path("accounts/tokens/<uuid:uid>/revoke/", token.token_revoke, name="token-revoke"),
    path("accounts/digest/stop/", profile.digest_stop, name="digest-stop"),
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
    path("d/<slug:slug>/sources/<int:number>/original/", original.original, name="original"),
    path(
        "d/<slug:slug>/sources/<int:number>/compare/<int:other>/",
        origin.source_compare,
        name="source-compare",
    ),
    path("d/<slug:slug>/sources/<int:number>/retract/", retraction.source_retract, name="source-retract"),
    path(
        "d/<slug:slug>/sources/<int:number>/retract/undo/",
        retraction.source_unretract,
        name="source-unretract",
    ),
    path("d/<slug:slug>/sources/<int:number>/origin/", origin.source_origin, name="source-origin"),
    path("d/<slug:slug>/sources/<int:number>/origin/split/", origin.origin_split, name="origin-split"),
    path("d/<slug:slug>/sources/<int:number>/origin/alone/", origin.origin_alone, name="origin-alone"),
    path("d/<slug:slug>/origins/", origin.origin_list, name="origin-list"),
    path("d/<slug:slug>/origins/join/", origin.origin_join, name="origin-join"),
    path("d/<slug:slug>/origins/propose/", origin.origin_propose, name="origin-propose"),
    path("d/<slug:slug>/origins/undo/<uuid:uid>/", origin.origin_undo, name="origin-undo"),
    path("d/<slug:slug>/origins/<int:number>/confirm/", origin.origin_confirm, name="origin-confirm"),
    path("d/<slug:slug>/origins/<int:number>/apart/", origin.origin_apart, name="origin-apart"),
    path("d/<slug:slug>/origins/<int:number>/name/", origin.origin_name, name="origin-name"),
    path("d/<slug:slug>/import/sources/undrop/", draft.import_undrop, name="import-undrop"),
    path("d/<slug:slug>/import/<uuid:uid>/", intake.intake, name="intake"),
    path("d/<slug:slug>/import/<uuid:uid>/<int:number>/", intake.intake_item, name="intake-item"),
    path(
        "d/<slug:slug>/import/<uuid:uid>/<int:number>/compare/<str:letter>-<int:other>/",
        intake.intake_compare,
        name="intake-compare",
    ),
    path("d/<slug:slug>/import/<uuid:uid>/leave-out/", intake.intake_drop, name="intake-drop"),
    path("d/<slug:slug>/import/<uuid:uid>/take-up/", intake.intake_take_up, name="intake-take-up"),
    path("d/<slug:slug>/import/<uuid:uid>/retry/", intake.intake_retry, name="intake-retry"),
    path("d/<slug:slug>/import/<uuid:uid>/discard/", intake.intake_discard, name="intake-discard"),
]
