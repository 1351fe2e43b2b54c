"""Which records a list shows: one filter set a list, of what its reader may know."""
