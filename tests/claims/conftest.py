"""Programs that ask the API: each brings the token of a person."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from sources.actions.token import create_token
from sources.models import Dossier, Membership, User

ROOT = "/api/v1/"


@dataclass
class Program:
    """Asks with one token; ``secret`` is that, "" for none."""

    secret: str = ""
    client: Client = field(default_factory=Client)

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **query: Any) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        answer = self.client.generic(
            method,
            f"{ROOT}{path}",
            body,
            content_type="application/x-ndjson",
            headers=headers,
            query_params=query,
        )
        if getattr(answer, "streaming", False):
            answer.text_of = b"".join(answer).decode()  # type: ignore[attr-defined]
        return answer  # type: ignore[return-value]

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of an answer that must be 200."""
        answer = self.ask(path, **query)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)


type Programs = Callable[..., Program]


@pytest.fixture
def program() -> Programs:
    """``program(person, scope="read", dossiers=None, days=30)``: a program with a token of this person."""

    def make(
        person: Membership | User,
        *,
        scope: str = "read",
        dossiers: list[Dossier] | None = None,
        days: int = 30,
    ) -> Program:
        user = person if isinstance(person, User) else person.user
        assert user is not None
        _, secret = create_token(user=user, name="A notebook", scope=scope, days=days, dossiers=dossiers)
        return Program(secret)

    return make
