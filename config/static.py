"""How static files are named: by what is in them, modules that import others too."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it comes without types
    """A script imports the very modules it was written with: a browser never mixes those of two versions."""

    support_js_module_import_aggregation = True

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Pack what pages ask for alone: files by their hashed names. To pack all takes three times as long."""
        asked_for = {
            self.clean_name(name) for name in self.hashed_files.values() if not name.endswith(".map")
        }
        yield from super().compress_files(path for path in paths if path in asked_for)
