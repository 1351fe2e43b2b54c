"""Languages and the text-search configurations that PostgreSQL ships for them."""

CONFIGS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def config_for(language: str) -> str:
    """The text-search configuration of a language code (``en``, ``en-GB``); ``simple`` where there is none."""
    return CONFIGS.get(language.lower().replace("_", "-").partition("-")[0], "simple")


def direction_of(language: str) -> str:
    """How a text of this language runs: ``ltr``, ``rtl``, or ``auto`` when the language is not known."""
    base = language.lower().partition("-")[0]
    return "auto" if not base else "rtl" if base in RIGHT_TO_LEFT else "ltr"
