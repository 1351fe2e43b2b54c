"""Which member an imported person is."""

from typing import Any

from django import forms

from sources.models import Membership


class JoinForm(forms.Form):
    """A person with an account, by her name in the dossier."""

    member = forms.ModelChoiceField(
        label="Member", queryset=Membership.objects.none(), to_field_name="name", empty_label="Choose"
    )

    def __init__(self, *args: Any, person: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Membership.objects.filter(dossier=person.dossier_id, user__isnull=False)
