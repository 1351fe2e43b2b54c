"""How static files are named: by what is in them, modules that import others too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it comes without types
    """A script imports the very modules it was written with: a browser never mixes those of two versions."""

    support_js_module_import_aggregation = True
