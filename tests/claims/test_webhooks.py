"""Webhooks: what happens is written where it happens, and told, signed, to an address until it hears."""

import hmac
import json
import re
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from claims.actions.link import adjudicate, withdraw_adjudication
from claims.actions.resolution import resolve
from claims.actions.webhook import PAUSES, register_webhook, stop_webhook, tell, to_be_told
from claims.exchange.freezing import Description, freeze
from claims.models import Delivery, Event, Link, Webhook
from sources.models import Dossier, Membership
from tests.conftest import entered, make_pair, make_review
from tests.website import HOST, Website, canary, moved, page

SignIn = Callable[..., Client]
URL = "/d/china-russia/webhooks/"


class Receiver(Website):
    """Keeps what it is sent: head and body."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.says = page("", status="204 No Content")
        self.answers["/hook"] = self._hear

    def _hear(self, sock: socket.socket) -> None:
        head = self.asked[-1].encode()
        head, _, body = head.partition(b"\r\n\r\n")
        found = dict(re.findall(r"(?m)^([\w-]+): (.*?)\r?$", head.decode()))
        while len(body) < int(found["Content-Length"]):
            body += sock.recv(65536)
        self.got.append((found, body))
        sock.sendall(self.says)


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Receiver]:
    settings.FETCH_ALLOW = [HOST]
    with Receiver() as one:
        yield one


def registered(lead: Membership, url: str, events: list[str] | None = None) -> tuple[Webhook, str]:
    assert lead.user
    return register_webhook(access=entered(lead.user, lead.dossier), url=url, events=events or Event.values)


def settled(by: Membership, *people: Membership) -> Link:
    pair = make_pair(by.dossier, by=by)
    for person in people:
        make_review(pair, by=person)
    pair.refresh_from_db()
    return pair


def said(one: tuple[dict[str, str], bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one[1])
    return found


def test_it_is_told_signed_what_happened(lead: Membership, reviewer: Membership, receiver: Receiver) -> None:
    hook, secret = registered(lead, receiver.at("/hook"))
    link = settled(lead, lead, reviewer)
    resolve(link, by=lead, kind="time", proof={"first": "2023", "second": "2024"}, versions=(1, 1))
    assert lead.user
    described = Description(name="Pairs", purpose="To see.", licence="CC0-1.0", authors="Lea")
    frozen = freeze(entered(lead.user, lead.dossier), Link.objects.all(), described)
    assert to_be_told() == [hook.pk]
    tell(hook.pk)
    told = [said(one) for one in receiver.got]
    assert all(one.pop("at") for one in told)
    assert told == [
        {"event": "link.settled", "dossier": "china-russia", "record": "L-1", "verdict": "contradicts"},
        {"event": "resolution.made", "dossier": "china-russia", "record": "L-1", "kind": "time"},
        {
            "event": "set.frozen",
            "dossier": "china-russia",
            "record": "A-1",
            "name": "Pairs",
            "version": 1,
            "sha256": frozen.sha256,
        },
    ]
    for head, body in receiver.got:
        stamped = head["X-Gainsay-Timestamp"].encode() + b"." + body
        wanted = hmac.new(secret.encode(), stamped, sha256).hexdigest()
        assert head["X-Gainsay-Signature"] == f"sha256={wanted}"
    assert {one.state for one in Delivery.objects.all()} == {"done"}
    assert to_be_told() == []


def test_what_is_in_review_or_rolled_back_is_told_to_nobody(
    lead: Membership, reviewer: Membership, receiver: Receiver
) -> None:
    registered(lead, receiver.at("/hook"))
    link = settled(lead, reviewer)
    with transaction.atomic():
        make_review(link, by=lead)
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_a_link_that_is_judged_anew_meanwhile_is_told_of_no_more(
    lead: Membership, reviewer: Membership, receiver: Receiver
) -> None:
    hook, _ = registered(lead, receiver.at("/hook"))
    link = settled(lead, reviewer)
    make_review(link, by=lead, verdict="neither")
    adjudicate(link, by=lead, verdict="neither")
    link.refresh_from_db()
    assert Delivery.objects.get().details == {"verdict": "neither"}
    withdraw_adjudication(link, given_at=link.adjudicated_at)
    tell(hook.pk)
    assert receiver.got == []
    assert Delivery.objects.get().state == "dropped"


def test_it_is_tried_again_and_given_up_in_the_end(
    lead: Membership, reviewer: Membership, receiver: Receiver
) -> None:
    hook, _ = registered(lead, receiver.at("/hook"))
    settled(lead, lead, reviewer)
    receiver.says = page("", status="500 Oh")
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for pause in PAUSES:
            tell(hook.pk)
            tell(hook.pk)  # not before its time
            one = Delivery.objects.get()
            assert (one.state, one.status, one.error) == ("waiting", 500, "It answered 500.")
            assert one.next_at == timezone.now() + timedelta(seconds=pause)
            clock.shift(pause + 1)
        tell(hook.pk)
    one = Delivery.objects.get()
    assert (one.state, one.attempts) == ("failed", len(PAUSES) + 1)
    assert len(receiver.got) == len(PAUSES) + 1
    assert len({body for _, body in receiver.got}) == 1
    assert len({head["X-Gainsay-Delivery"] for head, _ in receiver.got}) == 1


def test_a_second_try_may_succeed(lead: Membership, reviewer: Membership, receiver: Receiver) -> None:
    hook, _ = registered(lead, receiver.at("/hook"))
    settled(lead, lead, reviewer)
    receiver.says = page("", status="503 Busy")
    tell(hook.pk)
    receiver.says = page("ok")
    with time_machine.travel(timezone.now() + timedelta(seconds=PAUSES[0] + 1)):
        assert to_be_told() == [hook.pk]
        tell(hook.pk)
    one = Delivery.objects.get()
    assert (one.state, one.status, one.attempts) == ("done", 200, 2)


def test_it_goes_nowhere_else(lead: Membership, reviewer: Membership, receiver: Receiver) -> None:
    hook, _ = registered(lead, receiver.at("/hook"))
    settled(lead, lead, reviewer)
    receiver.says = moved(receiver.at("/elsewhere"))
    tell(hook.pk)
    assert len(receiver.asked) == 1
    assert Delivery.objects.get().status == 302


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
def test_private_addresses_are_refused(host: str, lead: Membership) -> None:
    with canary() as one:
        with pytest.raises(ValidationError, match="not on the public internet"):
            registered(lead, f"http://{host}:{one.port}/")
        assert one.reached() == 0
    assert not Webhook.objects.exists()


def test_what_became_private_is_refused_when_it_is_told(
    lead: Membership, reviewer: Membership, receiver: Receiver, settings: LazySettings
) -> None:
    hook, _ = registered(lead, receiver.at("/hook"))
    settled(lead, lead, reviewer)
    settings.FETCH_ALLOW = []
    tell(hook.pk)
    assert receiver.asked == []
    assert "not on the public internet" in Delivery.objects.get().error


def test_another_key_of_the_server_signs_nothing(
    lead: Membership, reviewer: Membership, receiver: Receiver, settings: LazySettings
) -> None:
    hook, secret = registered(lead, receiver.at("/hook"))
    kept = " ".join(map(str, Webhook.objects.values_list().get()))
    assert secret not in kept
    settled(lead, lead, reviewer)
    settings.SECRET_KEY = "another"
    tell(hook.pk)
    assert receiver.asked == []
    assert "SECRET_KEY" in Delivery.objects.get().error


def test_its_page(lead: Membership, reviewer: Membership, receiver: Receiver, sign_in: SignIn) -> None:
    client = sign_in(lead)
    given = {"url": receiver.at("/hook"), "events": ["link.settled"]}
    made = client.post(URL, given)
    secret = re.search(r'value="([0-9a-f]{64})"', made.content.decode())
    assert secret
    assertNotContains(client.get(URL), secret[1])
    assertContains(client.post(URL, given), "told already", status_code=422)
    assertContains(client.post(URL, {"url": "ftp://x", "events": []}), "Choose at least one", status_code=422)
    hook = Webhook.objects.get()
    assert client.post(f"{URL}{hook.uid}/ping/").status_code == 302
    tell(hook.pk)
    assert said(receiver.got[0])["event"] == "ping"
    assertContains(client.get(URL), "received")
    client.post(f"{URL}{hook.uid}/stop/")
    settled(lead, lead, reviewer)
    assert Delivery.objects.filter(event="link.settled").count() == 0
    client.post(f"{URL}{hook.uid}/start/")
    settled(lead, lead, reviewer)
    assert Delivery.objects.filter(event="link.settled").count() == 1
    hook.refresh_from_db()
    stop_webhook(hook)
    assert Delivery.objects.get(event="link.settled").state == "dropped"


def test_the_database_keeps_an_address_as_it_was_registered(
    dossier: Dossier, lead: Membership, receiver: Receiver
) -> None:
    registered(lead, receiver.at("/hook"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Webhook.objects.update(url="https://elsewhere.example/")


def test_whoever_leads_no_more_is_told_no_more(
    lead: Membership, reviewer: Membership, analyst: Membership, receiver: Receiver
) -> None:
    hook, _ = registered(lead, receiver.at("/hook"))
    settled(analyst, analyst, reviewer)
    Membership.objects.filter(pk=lead.pk).update(role="reviewer")
    tell(hook.pk)
    assert receiver.got == []
    assert Delivery.objects.get().state == Delivery.State.DROPPED
