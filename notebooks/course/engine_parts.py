"""What the exercises of notebook 10 share: its steps, and the solution as a whole.

A later step needs what an earlier one made. So each is followed by `ex.go_on(ex.step, globals())`,
which puts the solution in the place of what is missing or wrong, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .exercises import Exercise, called, exercise, require

STEPS: list[tuple[list[str], Exercise]] = []  # what each step defines, in their order
_PARTS: dict[str, Any] = {}


def step(
    names: list[str], answer: str, hints: Sequence[str], wrong: Sequence[tuple[str, str]]
) -> Callable[[Callable[[Any], str | None]], Exercise]:
    """Make an exercise that defines these names, the next step of the engine."""

    def make(check: Callable[[Any], str | None]) -> Exercise:
        made = exercise(answer, hints, wrong=wrong)(check)
        STEPS.append((names, made))
        return made

    return make


def go_on(made: Exercise, namespace: dict[str, Any]) -> None:
    """Keep what a step has made if it is right; else put the solution in its place, for now."""
    names = next(names for names, each in STEPS if each is made)
    found = [namespace.get(name) for name in names]
    told = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    try:
        made.check(found[0] if len(found) == 1 else tuple(found))
    except Exception:  # also what the learner's own code may raise
        exec(made.answer, namespace)
        print(f"Going on with {told} from the solution, for now.")
    else:
        print(f"Going on with your {told}.")


def whole() -> str:
    """The whole engine, as the solutions have it."""
    defined: dict[str, str] = {}
    for names, made in STEPS:  # a later definition of a name replaces an earlier one
        defined |= dict.fromkeys(names, made.answer)
    return "\n\n\n".join(dict.fromkeys(defined.values()))


def ours(name: str) -> Any:
    """A part of the solution, which an answer is given to work with."""
    if not _PARTS:
        _PARTS["np"] = np
        for _, made in STEPS:
            exec(made.answer, _PARTS)
    return _PARTS[name]


def node_of(found: Any, name: str) -> Any:
    """Raise WrongAnswer unless an operation gave something like a Node."""
    for part in ("data", "inputs", "pull"):
        require(hasattr(found, part), f"{name} should return a Node; it returned {found!r:.60}.")
    return found


def pulled(node: Any, g: Any, name: str) -> list[Any]:
    """The gradients that a node hands to its inputs."""
    require(callable(node.pull), f"The Node that {name} returns has no pull. Give it one.")
    found = called(node.pull, g, name=f"the pull of {name}")
    require(
        isinstance(found, tuple | list) and len(found) == len(node.inputs),
        f"The pull of {name} should return {len(node.inputs)} gradients, one for each input, in a "
        "tuple.",
    )
    return list(found)
