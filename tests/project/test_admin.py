"""The administration: for superusers, to close accounts and to look things up, blind as anybody."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from claims.models import Disclosure, Lease, Review, Skip
from sources.admin import site
from sources.models import Counter, Dossier, Invitation, Membership, User
from tests.conftest import make_dossier, make_member, make_pair, make_review, make_user

SignIn = Callable[..., Client]
LISTS = [
    *("sources/user", "sources/dossier", "sources/membership", "sources/invitation", "sources/source"),
    *("claims/claim", "claims/link", "claims/speaker", "claims/topic", "axes/accessattempt"),
]


@pytest.fixture
def admin(db: None, sign_in: SignIn) -> Client:
    return sign_in(make_user("root", is_superuser=True))


def test_sign_in_is_the_houses_own(client: Client, db: None) -> None:
    make_user("root", is_superuser=True)
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"
    given = {"username": "root", "password": "correct horse", "next": "/admin/"}
    assertRedirects(client.post("/accounts/login/", given), "/admin/")


def test_staff_is_not_enough(sign_in: SignIn, db: None) -> None:
    client = sign_in(make_user("staff", is_staff=True))
    assertContains(client.get("/admin/", follow=True), "for superusers", status_code=403)


@pytest.mark.parametrize("path", LISTS)
def test_lists_and_records_open(path: str, dossier: Dossier, analyst: Membership, admin: Client) -> None:
    link = make_pair(dossier, by=analyst)
    listed = admin.get(f"/admin/{path}/")
    assert listed.status_code == 200
    assertNotContains(listed, link.from_claim.source.text[:40])
    for row in listed.context["cl"].result_list:
        assert admin.get(f"/admin/{path}/{row.pk}/change/").status_code == 200
    assert admin.get(f"/admin/{path}/?q=1 china-russia").status_code == 200
    assert admin.get(f"/admin/{path}/?q=anything").status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_the_queries_of_a_list_do_not_grow(
    path: str,
    dossier: Dossier,
    analyst: Membership,
    admin: Client,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for _ in range(3):
        make_pair(dossier, by=analyst)
        make_member(dossier, f"m{_}", "viewer")
    admin.get(f"/admin/{path}/")
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        admin.get(f"/admin/{path}/")


@pytest.mark.parametrize(
    "path", [path for path in LISTS if path not in ("sources/user", "axes/accessattempt")]
)
def test_records_are_only_looked_up(path: str, dossier: Dossier, analyst: Membership, admin: Client) -> None:
    make_pair(dossier, by=analyst)
    assert admin.get(f"/admin/{path}/add/").status_code == 403
    for row in admin.get(f"/admin/{path}/").context["cl"].result_list:
        assert admin.post(f"/admin/{path}/{row.pk}/change/", {"name": "x", "title": "x"}).status_code == 403
        assert admin.post(f"/admin/{path}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_number_of_a_dossier_is_found(dossier: Dossier, analyst: Membership, admin: Client) -> None:
    make_pair(dossier, by=analyst)
    other = make_dossier("other")
    make_pair(other, by=make_member(other, "x"))
    found = admin.get("/admin/sources/source/?q=2 china-russia").context["cl"].result_list
    assert [(one.cited, one.dossier.slug) for one in found] == [("S-2", "china-russia")]


def test_reviews_and_what_follows_from_them_are_not_there(
    dossier: Dossier, analyst: Membership, reviewer: Membership, admin: Client
) -> None:
    assert not {Review, Disclosure, Lease, Skip, Counter} & site._registry.keys()
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    make_review(link, by=reviewer, verdict="neither")
    link.refresh_from_db()
    assert link.state == "disputed"
    for path in ("", f"{link.pk}/change/"):
        page = admin.get(f"/admin/claims/link/{path}")
        assertNotContains(page, "disputed")
        assertNotContains(page, "reviewer")
    for field in ("state", "verdict", "reviews__verdict", "adjudication_verdict"):
        assert admin.get(f"/admin/claims/link/?{field}=neither").status_code in (302, 400)


def test_accounts_are_closed_not_removed(
    dossier: Dossier, analyst: Membership, admin: Client, sign_in: SignIn
) -> None:
    assert analyst.user
    theirs = sign_in(analyst)
    users = User.objects.filter(username__in=["root", "analyst"])
    assert admin.get(f"/admin/sources/user/{analyst.user.pk}/delete/").status_code == 403
    given = {"action": "close_accounts", "_selected_action": [user.pk for user in users]}
    assertContains(admin.post("/admin/sources/user/", given, follow=True), "1 closed.")
    analyst.user.refresh_from_db()
    assert (analyst.user.is_active, analyst.user.username) == (False, "analyst")
    assert theirs.get("/").status_code == 302
    assert admin.get("/admin/").status_code == 200
    analyst.refresh_from_db()
    assert analyst.name == "analyst"


def test_an_account_is_made_and_its_password_set(admin: Client) -> None:
    given = {
        "username": "nova",
        "usable_password": "true",
        "password1": "battery staple",
        "password2": "battery staple",
    }
    assert admin.post("/admin/sources/user/add/", given).status_code == 302
    user = User.objects.get(username="nova")
    assert user.check_password("battery staple")
    again = given | {"password1": "correct battery", "password2": "correct battery"}
    assert admin.post(f"/admin/sources/user/{user.pk}/password/", again).status_code == 302
    user.refresh_from_db()
    assert user.check_password("correct battery")
    assert LogEntry.objects.count() == 2


def test_a_locked_out_person_is_let_try_again(admin: Client, outsider: User) -> None:
    wrong = {"username": "outsider", "password": "wrong"}
    client = Client()
    while client.post("/accounts/login/", wrong).status_code != 429:
        pass
    attempt = admin.get("/admin/axes/accessattempt/").context["cl"].result_list[0]
    admin.post(f"/admin/axes/accessattempt/{attempt.pk}/delete/", {"post": "yes"})
    assert client.post("/accounts/login/", {**wrong, "password": "correct horse"}).status_code == 302


def test_nothing_secret_is_shown(dossier: Dossier, lead: Membership, admin: Client) -> None:
    invitation = Invitation.objects.create(
        dossier=dossier, role="lead", digest="d" * 64, by=lead, expires_at="2100-01-01T00:00Z"
    )
    assertNotContains(admin.get(f"/admin/sources/invitation/{invitation.pk}/change/"), "dddd")
