"""The signs in a long list: ``_kind.html``, ``_state.html`` and ``_tally.html``, each rendered once."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache
def kind_sign(kind: str, mutual: bool) -> SafeString:
    return render_to_string("_kind.html", {"kind": kind, "mutual": mutual})


@register.simple_tag
@lru_cache
def state_sign(state: str) -> SafeString:
    return render_to_string("_state.html", {"state": state})


@register.simple_tag
@lru_cache(maxsize=1_000)
def tally_sign(kind: str, count: int) -> SafeString:
    """Nothing for none."""
    return render_to_string("_tally.html", {"kind": kind, "count": count}) if count else SafeString("")
