"""What holds everywhere: migrations are complete, README tells of every variable, command and key of the interface."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"\"([A-Z][A-Z_]{4,})\"", (ROOT / "config/settings.py").read_text())) & {
        "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL", "DEBUG", "GAINSAY_DATA", "GAINSAY_DEMO_PASSWORD",
        "GAINSAY_FETCH_ALLOW", "GAINSAY_MODEL", "HTTPS", "SECRET_KEY",
    } | {"DATABASE_URL"}),
)  # fmt: skip
def test_readme_names_every_variable(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("app", ["sources", "claims"])
def test_readme_names_every_command(app: str) -> None:
    for command in [name for name, owner in get_commands().items() if owner == app]:
        assert f"`{command}" in README


def test_the_licence_is_named_alike() -> None:
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
    assert "Apache-2.0" in README
