"""The keys of every page, to be changed."""

from typing import Any

from django import forms

from config.keys import ACTIONS, DESKS, EVERYWHERE, clashes, key_of, wrong_key


class KeysForm(forms.Form):
    """One field an action. ``changed`` is what differs from the defaults; one key does one thing on a page."""

    def __init__(self, data: Any, changed: dict[str, str]) -> None:
        super().__init__(data, prefix="key")
        for name, action in ACTIONS.items():
            self.fields[name] = forms.CharField(
                label=action.does,
                required=False,
                strip=False,
                initial=key_of(action, changed),
                widget=forms.TextInput(
                    attrs={"class": "key", "size": 1, "autocomplete": "off", "autocapitalize": "off"}
                ),
            )

    def desks(self) -> list[tuple[str, list[tuple[forms.BoundField, str, str]]]]:
        """For each desk its title and its fields, each with its default and the keys that do the same."""
        return [
            (desk.title, [(self[action.name], action.key, action.also) for action in desk.actions])
            for desk in (EVERYWHERE, *DESKS)
        ]

    @property
    def changed(self) -> dict[str, str]:
        """The keys that differ from the defaults; an empty field is the default."""
        given = {name: self.cleaned_data.get(name) or action.key for name, action in ACTIONS.items()}
        return {name: key for name, key in given.items() if key != ACTIONS[name].key}

    def clean(self) -> dict[str, Any]:
        """Every key is one, and does one thing on each page."""
        for name, key in self.changed.items():
            if wrong := wrong_key(key):
                self.add_error(name, wrong)
        if not self.errors:
            for one, other in clashes(self.changed):
                for action, rival in ((one, other), (other, one)):
                    if action.name in self.changed and action.name not in self.errors:
                        key = key_of(action, self.changed)
                        self.add_error(action.name, f"“{key}” is taken on the same page: {rival.does}.")
        return self.cleaned_data
