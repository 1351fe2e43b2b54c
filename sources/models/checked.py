"""Models whose check constraints are asked of the database together, before they are saved."""

from collections.abc import Collection, Sequence

from django.db import models
from django.db.models import BooleanField, CheckConstraint, Q
from django.db.models.functions import Coalesce


class Checked(models.Model):
    """A model with many checks. Django asks for each by itself, three round trips a check; here one asks for all.

    They are asked one by one, as Django does, where one fails, to say which, and where fields are left out.
    """

    _checks_hold = False

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        self._checks_hold = not exclude and self._do_checks_hold()
        super().validate_constraints(exclude=exclude)

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """Those to be validated one by one: of checks that hold none."""
        return [
            (
                model,
                [one for one in constraints if not (self._checks_hold and isinstance(one, CheckConstraint))],
            )
            for model, constraints in super().get_constraints()
        ]

    def _do_checks_hold(self) -> bool:
        together = Q()
        for one in self._meta.constraints:
            if isinstance(one, CheckConstraint):  # one that comes to NULL does not fail
                together &= Q(Coalesce(one.condition, True, output_field=BooleanField()))
        values = self._get_field_expression_map(self._meta)  # type: ignore[attr-defined]
        return not together or together.check(values)
