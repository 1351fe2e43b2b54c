"""Addresses of all that shows claims: the dossier's front page, the reader, the desks, the sets."""

from django.urls import URLPattern, path

from claims.views import bin as bin_views
from claims.views import (
    claim,
    claim_detail,
    disputed,
    exchange,
    front,
    import_page,
    link,
    pair,
    person,
    review,
    source,
    tray,
)
from sources.views import draft

app_name = "claims"

urlpatterns: list[URLPattern] = [
    path("d/<slug:slug>/", front.front, name="front"),
    path("d/<slug:slug>/sources/<int:number>/", source.source_detail, name="source-detail"),
    path("d/<slug:slug>/sources/<int:number>/claims/", source.claim_create, name="claim-create"),
    path("d/<slug:slug>/claims/", claim.claim_list, name="claim-list"),
    path("d/<slug:slug>/claims/facets/", claim.claim_facets, name="claim-facets"),
    path("d/<slug:slug>/claims/<int:number>/", claim_detail.claim_detail, name="claim-detail"),
    path("d/<slug:slug>/claims/<int:number>/edit/", claim_detail.claim_edit, name="claim-edit"),
    path("d/<slug:slug>/claims/<int:number>/edit/here/", source.claim_edit_here, name="claim-edit-here"),
    path("d/<slug:slug>/claims/<int:number>/bin/", claim_detail.claim_bin, name="claim-bin"),
    path("d/<slug:slug>/claims/names/", claim.claim_names, name="claim-names"),
    path("d/<slug:slug>/links/", link.link_list, name="link-list"),
    path("d/<slug:slug>/links/<int:number>/", link.link_detail, name="link-detail"),
    path("d/<slug:slug>/links/<int:number>/edit/", link.link_edit, name="link-edit"),
    path("d/<slug:slug>/links/<int:number>/bin/", link.link_bin, name="link-bin"),
    path("d/<slug:slug>/links/<int:number>/send-back/", link.link_send_back, name="link-send-back"),
    path("d/<slug:slug>/links/<int:number>/confirm/", link.link_confirm, name="link-confirm"),
    path("d/<slug:slug>/pair/", pair.pair, name="pair"),
    path("d/<slug:slug>/pair/search/", pair.pair_search, name="pair-search"),
    path("d/<slug:slug>/pair/tray/put/", tray.tray_put, name="tray-put"),
    path("d/<slug:slug>/pair/tray/swap/", tray.tray_swap, name="tray-swap"),
    path("d/<slug:slug>/pair/tray/empty/", tray.tray_empty, name="tray-empty"),
    path("d/<slug:slug>/review/", review.review, name="review"),
    path("d/<slug:slug>/review/skip/", review.review_skip, name="review-skip"),
    path("d/<slug:slug>/review/undo/", review.review_undo, name="review-undo"),
    path("d/<slug:slug>/review/disputed/", disputed.disputed, name="disputed"),
    path("d/<slug:slug>/review/disputed/<int:number>/", disputed.disputed_detail, name="disputed-detail"),
    path(
        "d/<slug:slug>/review/disputed/<int:number>/settle/", disputed.disputed_settle, name="disputed-settle"
    ),
    path("d/<slug:slug>/review/disputed/<int:number>/undo/", disputed.disputed_undo, name="disputed-undo"),
    path("d/<slug:slug>/sources/<int:number>/bin/", bin_views.source_bin, name="source-bin"),
    path("d/<slug:slug>/bin/", bin_views.bin, name="bin"),
    path("d/<slug:slug>/bin/<str:letter>-<int:number>/restore/", bin_views.bin_restore, name="bin-restore"),
    path("d/<slug:slug>/bin/<str:letter>-<int:number>/delete/", bin_views.bin_delete, name="bin-delete"),
    path("d/<slug:slug>/members/join/", person.person_join, name="person-join"),
    path("d/<slug:slug>/sets/", exchange.set_list, name="set-list"),
    path("d/<slug:slug>/sets/export/", exchange.set_export, name="set-export"),
    path("d/<slug:slug>/import/set/", exchange.import_set, name="import-set"),
    path("d/<slug:slug>/import/", draft.import_page, name="import"),
    path("d/<slug:slug>/import/<int:first>-<int:last>/undo/", import_page.import_undo, name="import-undo"),
]
