"""What came of the questions of a quiz: the score, and which rules need practice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .words import Words


@dataclass(slots=True)
class Result:
    """What came of one question so far. `rule` is what it practises."""

    rule: str
    tries: int = 0
    hints: int = 0
    slips: list[str] = field(default_factory=list)
    answered: bool = False
    revealed: bool = False

    @property
    def first(self) -> bool:
        """Whether it was right at the first try, without a hint."""
        return self.answered and not self.revealed and self.tries == 1 and not self.hints


@dataclass(frozen=True, slots=True)
class Score:
    """How many questions were answered: at the first try, with help, or shown.

    >>> print(Score(first=4, helped=1, revealed=1, total=6))
    5 of 6 answered by yourself: 4 at the first try, 1 with a hint or another try, 1 shown
    """

    first: int
    helped: int
    revealed: int
    total: int
    words: Words = field(default_factory=Words, repr=False, compare=False)

    @property
    def right(self) -> int:
        """How many were answered without being shown."""
        return self.first + self.helped

    @property
    def answered(self) -> int:
        """How many are behind, however they were answered."""
        return self.right + self.revealed

    def __str__(self) -> str:
        words = self.words
        parts = [words("score_first", count=self.first)]
        if self.helped:
            parts.append(words("score_helped", count=self.helped))
        if self.revealed:
            parts.append(words("score_revealed", count=self.revealed))
        return f"{words('score_line', right=self.right, total=self.total)}: {', '.join(parts)}"


def score(results: Iterable[Result], words: Words) -> Score:
    """The score of these results, answered or not."""
    found = list(results)
    first = sum(r.first for r in found)
    revealed = sum(r.revealed for r in found)
    answered = sum(r.answered for r in found)
    return Score(first, answered - first - revealed, revealed, len(found), words)


def summary(results: Iterable[Result], words: Words) -> str:
    """The score, each rule with how often it went right at once, and which ones need practice."""
    found = list(results)
    done = [r for r in found if r.answered]
    if not done:
        return words("summary_none")
    rules: dict[str, list[Result]] = {}
    for result in done:
        rules.setdefault(result.rule, []).append(result)
    lines = [f"{score(found, words)}."]
    weak = []
    for rule, those in rules.items():
        first = sum(r.first for r in those)
        lines.append(f"  {words('summary_row', rule=rule, first=first, asked=len(those))}")
        if first < len(those):
            weak.append(rule)
    if weak:
        lines.append(words("score_practice", rules=words.listed(weak)))
    elif len(done) == len(found):
        lines.append(words("score_all_well"))
    return "\n".join(lines)
