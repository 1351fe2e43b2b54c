"""Static files as they are served: a script imports the modules it was written with."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.static import StaticStorage


def test_modules_are_imported_by_the_name_of_what_is_in_them(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        StaticStorage, "compress_files", lambda self, paths: []
    )  # names are looked at, not sizes
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.static.StaticStorage"}}
    call_command("collectstatic", verbosity=0, interactive=False)
    scripts = [
        path for path in (tmp_path / "js").glob("**/*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)
    ]
    imported = [
        (path, found)
        for path in scripts
        for found in re.findall(r'^import .* from "([^"]+)";', path.read_text(), re.M)
    ]
    assert len(imported) > 5
    for path, found in imported:
        assert re.search(r"\.[0-9a-f]{12}\.js$", found), f"{path.name} imports {found}"
        assert (path.parent / found).exists()
