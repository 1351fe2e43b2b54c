"""Taking annotated sets out and bringing them back: one module a format, listed in ``registry``."""
