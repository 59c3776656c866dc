"""What would lose the gradient of an argument of a transform is refused, not done in silence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import LeaveGraphError
from .recording import here


def check_stays(nodes: Iterable[Any], what: str, instead: str) -> None:
    """Raise LeaveGraphError if one of `nodes` stands for an argument of a transform.

    Ask only if `here.aliases`: outside transforms there is nothing to lose.

    what: what was about to be done, as a sentence's subject.  instead: what to do.
    """
    if here.aliases and any(node in stops for node in nodes for stops in here.aliases):
        raise LeaveGraphError(
            f"{what} inside a transform would lose the gradient of the transform's argument.\n"
            f"  {instead}"
        )
