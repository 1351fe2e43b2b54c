"""Bringing in what other tools wrote: one module a format, listed in ``registry``.

A reader turns a file into records (``records``); these become lines of ``gainsay/1`` that go the way of all exchange
files (``bringing``). Nothing here writes to the database.
"""
