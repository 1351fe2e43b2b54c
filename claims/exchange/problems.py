"""What is wrong with a file, line by line."""

from collections.abc import Iterator
from typing import NamedTuple

REPORTED = 200
"""How many bad lines are described; the others are counted."""


class Problem(NamedTuple):
    """What is wrong with a line, and where: line number, the id it gives itself, the key."""

    line: int
    id: str
    field: str
    reason: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}", self.id, self.field) if part)
        return f"{where}: {self.reason}"


class Problems:
    """What is wrong with the file: of the first bad lines everything, the others counted."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.more = 0
        self._lines: set[int] = set()
        self._others = bytearray()  # a bit a line: there may be millions

    def add(self, problem: Problem) -> None:
        if problem.line in self._lines or len(self._lines) < REPORTED:
            self._lines.add(problem.line)
            self.listed.append(problem)
            return
        place, bit = problem.line // 8, 1 << problem.line % 8
        self._others.extend(bytes(max(0, place + 1 - len(self._others))))
        self.more += not self._others[place] & bit
        self._others[place] |= bit

    def __bool__(self) -> bool:
        return bool(self.listed)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self.listed, key=lambda problem: problem.line))
