"""The keys of the page being shown, as this person has them."""

import json
from typing import Any

from django import template

from config.keys import EVERYWHERE, FIXED, Action, desk_of, key_of, on_page
from sources.models import Role

register = template.Library()


def _page(context: dict[str, Any]) -> str:
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else ""


def _changed(context: dict[str, Any]) -> dict[str, str]:
    user = getattr(context.get("request"), "user", None)
    return getattr(user, "keys", {})


@register.simple_tag(takes_context=True)
def changed_keys(context: dict[str, Any]) -> str:
    """The keys that this person changed for this page, as JSON: the default and her own. '' when there are none."""
    changed = on_page(_page(context), _changed(context))
    return json.dumps(changed) if changed else ""


@register.inclusion_tag("_keys.html", takes_context=True)
def page_keys(context: dict[str, Any]) -> dict[str, Any]:
    """What the keys of this page do, then those of every page, then those that nobody changes."""
    access = context.get("access")
    changed = _changed(context)

    def may(action: Action) -> bool:
        return not action.least or (access is not None and access.role.covers(Role(action.least)))

    desk = desk_of(_page(context))
    lists = [(desk.title, desk.actions)] if desk else []
    return {
        "request": context.get("request"),
        "lists": [
            (
                title,
                [(key_of(action, changed), action.also, action.does) for action in actions if may(action)],
            )
            for title, actions in (*lists, (EVERYWHERE.title, EVERYWHERE.actions))
        ],
        "fixed": FIXED,
    }
