"""My keys: one list of all of them, each to be changed."""

import re
from collections.abc import Callable

from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from config.keys import ACTIONS
from sources.models import Membership, User

SignIn = Callable[..., Client]
URL = "/accounts/keys/"


def keys(**changed: str) -> dict[str, str]:
    """What the form sends: every key as it came, but for those named (with _ for the dot)."""
    named = {name.replace("_", ".", 1): key for name, key in changed.items()}
    return {f"key-{name}": named.get(name, action.key) for name, action in ACTIONS.items()}


def test_it_works(outsider: User, sign_in: SignIn) -> None:
    client = sign_in(outsider)
    assertContains(client.get(URL), "the two contradict each other")
    assertRedirects(client.post(URL, keys(review_contradicts="w")), URL)
    outsider.refresh_from_db()
    assert outsider.keys == {"review.contradicts": "w"}
    assertContains(client.get(URL), 'value="w"')


def test_a_page_is_told_of_the_keys_changed_for_it(reviewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    client.post(URL, keys(review_contradicts="w"))
    page = client.get("/d/china-russia/review/")
    assertContains(page, 'data-changed-keys="{&quot;c&quot;: &quot;w&quot;}"')
    assertContains(page, "<dt><kbd>w</kbd> or <kbd>1</kbd></dt>", html=True)
    assertNotContains(client.get("/d/china-russia/links/"), "data-changed-keys")


def test_an_empty_field_is_the_default_and_all_can_be_reset(outsider: User, sign_in: SignIn) -> None:
    client = sign_in(outsider)
    client.post(URL, keys(search="f", undo="z"))
    client.post(URL, keys(search="", undo="z"))
    outsider.refresh_from_db()
    assert outsider.keys == {"undo": "z"}
    assertRedirects(client.post(URL, {"reset": "1"}), URL)
    outsider.refresh_from_db()
    assert outsider.keys == {}


def test_two_keys_may_change_places(outsider: User, sign_in: SignIn) -> None:
    sign_in(outsider).post(URL, keys(review_contradicts="s", review_supports="c"))
    outsider.refresh_from_db()
    assert outsider.keys == {"review.contradicts": "s", "review.supports": "c"}


def test_one_key_does_one_thing_on_a_page(outsider: User, sign_in: SignIn) -> None:
    client = sign_in(outsider)
    taken = {
        "on the same desk": keys(review_note="k"),
        "everywhere": keys(review_note="u"),
        "from everywhere": keys(undo="k"),
        "that cannot be changed": keys(review_note="1"),
    }
    for given in taken.values():
        response = client.post(URL, given)
        assertContains(response, "is taken on the same page", status_code=422)
        assertContains(response, "Nothing was saved", status_code=422)
    outsider.refresh_from_db()
    assert outsider.keys == {}


def test_a_key_is_what_one_press_types(outsider: User, sign_in: SignIn) -> None:
    for wrong in ("ab", " ", "\t", "\x00", "😀", "Escape"):
        assert sign_in(outsider).post(URL, keys(review_note=wrong)).status_code == 422
    sign_in(outsider).post(URL, keys(review_note="é"))
    outsider.refresh_from_db()
    assert outsider.keys == {"review.note": "é"}


def test_anonymous_is_asked_to_sign_in(client: Client) -> None:
    assertRedirects(client.get(URL), f"/accounts/login/?next={URL}")


def test_wrong_method(outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).delete(URL).status_code == 405


def test_the_list_of_a_page_leaves_out_what_the_role_may_not(
    viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    def listed(person: Membership) -> str:
        page = sign_in(person).get("/d/china-russia/").content.decode()
        found = re.search(r'<dialog class="dialog" id="keys".*?</dialog>', page, re.DOTALL)
        assert found
        return found[0]

    assert "put the claim at hand in the tray" in listed(analyst)
    assert "put the claim at hand in the tray" not in listed(viewer)
