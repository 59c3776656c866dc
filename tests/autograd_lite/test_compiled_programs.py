"""Every program that the fuzzers grow is compiled: eager and compiled agree, on awkward arrays too.

`pytest -m fuzz tests/autograd_lite/test_compiled_programs.py` says how many of thousands compile,
and why the others do not.
"""

import os
from collections import Counter

import numpy as np
import pytest
from array_programs import array_programs
from compiled import by_hand, hold, misformatted
from hypothesis import HealthCheck, Phase, given, settings

import autograd_lite as ag

EXAMPLES = int(os.environ.get("AUTOGRAD_LITE_FUZZ", "2000"))
quick = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
long = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def near(x):
    """Other numbers of the same kind, for the second call."""
    return np.asarray(x * 1.001 + 0.001, dtype=x.dtype)


def strided(x):
    """The same numbers, with a gap between any two of them."""
    wide = np.zeros((*x.shape, 2), x.dtype)
    wide[..., 0] = x
    return wide[..., 0]


def with_specials(x):
    """Some entries made nan, infinite, or zero of either sign."""
    special = np.array([np.nan, np.inf, -0.0, -np.inf, 0.0, 1e200])
    chosen = np.arange(x.size) % 3 == 1
    made = np.where(chosen, np.resize(special, x.size), x.ravel())
    return made.reshape(x.shape)


def emptied(x):
    return x[:0] if x.ndim and x.shape[0] != 1 else x


KINDS = {
    "as it is": lambda x: x,
    "float32": lambda x: x.astype(np.float32),
    "in Fortran's order": np.asfortranarray,
    "with gaps": strided,
    "with nan and infinity": with_specials,
    "at kinks": lambda x: np.round(x * 2) / 2,
    "whole": np.rint,
    "zero": np.zeros_like,
    "empty": emptied,
}
EXACTNESS = {"float32": 2e-3, "with nan and infinity": 1e-7, "zero": 1e-7, "at kinks": 1e-7}


def outcome(f, *args):
    """What a call gives, or the class of what it raises."""
    try:
        return f(*args)
    except Exception as error:
        return error


def check(program, kind):
    """The compiled program agrees with the eager engine; where that one raises, so does it."""
    args = tuple(np.asarray(KINDS[kind](x)) for x in program.inputs)
    others = tuple(map(near, args))
    every = tuple(range(len(args)))
    with np.errstate(all="ignore"):
        raised = [outcome(by_hand, program, every, given) for given in (args, others)]
    if any(isinstance(error, Exception) for error in raised):
        for given, found in zip((args, others), raised, strict=True):
            if isinstance(found, Exception):
                assert isinstance(outcome(ag.compile(program, every), *given), Exception)
        return None
    return hold(program, every, args, others, exactness=EXACTNESS.get(kind, 1e-9))


@pytest.mark.parametrize("kind", KINDS)
def test_random_programs_on_arrays_compile_and_agree(kind):
    sources = []

    @quick
    @given(array_programs(most=6))
    def run(program):
        compiled = check(program, kind)
        if compiled is not None:
            sources.extend([compiled.source, compiled.source_in_place])

    run()
    assert len(sources) > (10 if kind != "empty" else 2)
    assert not misformatted(sources)


@pytest.mark.fuzz
def test_of_thousands_of_random_programs_nearly_all_compile(capsys):
    refused, grown = Counter(), []

    @long
    @given(array_programs())
    def run(program):
        grown.append(program)
        try:
            check(program, "as it is")
        except ag.AutogradError as error:
            refused[str(error).splitlines()[0]] += 1

    run()
    share = 1 - refused.total() / len(grown)
    with capsys.disabled():
        print(f"\n{share:.1%} of {len(grown)} programs compile and agree; refused: {dict(refused)}")
    assert share >= 0.95
