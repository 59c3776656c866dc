"""What a function does beside computing, said so that a compiled program does it as well.

A program is traced once and run often. What happens only while the function itself runs, such as
drawing random numbers or looking at a label, would happen once; said with these it happens at every
run. Outside `compile` they do their work at once and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .detach import detach
from .errors import RuleError
from .graph import numbers
from .randomness import Undone
from .recorded import Recorded, is_recorded, when_known
from .recording import here
from .simplify import astype


def drawn(draw: Callable[[], Any]) -> Any:
    """What `draw()` gives: an array that is another one in every call, such as random numbers.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> noise = drawn(lambda: rng.normal(size=3))
    >>> noise.shape
    (3,)
    """
    if here.tape is None:
        return draw()
    with Undone(draw):  # to see shape and dtype; the first run draws the first numbers
        sample = draw()
    op = here.tape.input(sample, f"drawn{len(here.tape.draws) or ''}")
    here.tape.draws.append((op, draw))
    return Recorded(here.tape, op)


def checked(x: Any, check: Callable[[Any], Any]) -> Any:
    """`x`, after `check(x)`, which raises if something is wrong with its numbers.

    Of a Value or a Tensor, `check` gets the float or the array, for reading.

    Raises RuleError in a function that is compiled if `x` is computed and not an argument.

    >>> checked(3, lambda n: None)
    3
    """
    array = numbers(x)
    if not is_recorded(array):
        check(array)
        return x
    op, changes = array.op, []
    while op.function in (astype, np.reshape):
        changes.append((op.function, op.args[1]))
        op = op.args[0]
    if op.function is not None:
        raise RuleError(
            "compile: numbers that are checked, such as class labels, are computed inside the "
            "function, so they cannot be checked before it runs.\n  Give them as an argument."
        )

    def look(given: Any) -> None:
        for change, setting in reversed(changes):
            given = change(given, setting)
        check(given)

    look(op.sample)
    array.tape.checks.append((op, look if changes else check))
    return x


def afterwards(do: Callable[..., Any], *values: Any) -> None:
    """Call `do` with the numbers of `values`: statistics to keep, as those of a batch.

    >>> from autograd_lite import Value
    >>> afterwards(print, Value(2.0))
    2.0
    """
    when_known(do, *map(detach, values))
