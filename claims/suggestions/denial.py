"""A claim said the other way round, so that a search by meaning finds what contradicts it and not what repeats it.

A sentence model puts a claim and its repetition side by side, and a contradiction a little further off. The vector of
the denied claim lies nearer to what denies it. Two ways of denying are averaged, since each has words of its own.
"""

from collections.abc import Sequence

from claims.suggestions.bert import Floats
from claims.suggestions.embedding import Embedder, unit

_KEPT = 2
"""Capitals in a first word from which it is taken for a name or an abbreviation, and kept."""


def denials(statement: str) -> tuple[str, str]:
    """An English statement denied in two ways."""
    bare = statement.strip().rstrip(".!?").strip()
    first = bare[:1].lower() + bare[1:]
    if sum(one.isupper() for one in bare.split(" ", 1)[0]) >= _KEPT:
        first = bare
    return f"It is not true that {first}.", f"{bare}? No, the opposite is true."


def denied_vectors(engine: Embedder, statements: Sequence[str]) -> Floats:
    """The vectors of the statements denied, of unit length, [n, dimensions]. Costs two sentences a statement."""
    both = [denials(statement) for statement in statements]
    return unit(engine.embed([one for one, _ in both]) + engine.embed([other for _, other in both]))
