"""Random scalar programs over the whole elementwise table, grown by Hypothesis.

A program is data: a list of steps, each a row's name and where its operands come from. So the same
program runs on floats, `Value`s, symbols and HIPS autograd's boxes, and a failing one shrinks.
"""

from dataclasses import dataclass

import autograd.numpy as anp
import mpmath
import numpy as np
from autograd.extend import defvjp, primitive
from hypothesis import strategies as st

from autograd_lite import rules
from autograd_lite.rows import TABLE, Elementwise

ROWS = sorted(
    name
    for name, rule in TABLE.items()
    if isinstance(rule, Elementwise) and rule.builtin and name not in ("identity", "shield")
)


@dataclass(frozen=True)
class Program:
    """steps: (row, operands), an operand being ("at", place) or ("number", x); inputs first."""

    inputs: int
    steps: tuple

    def __call__(self, *given):
        return self.run(given, {name: TABLE[name] for name in ROWS})

    def run(self, given, functions):
        at = list(given)
        for name, operands in self.steps:
            picked = [at[x] if kind == "at" else x for kind, x in operands]
            at.append(functions[name](*picked))
        return at[-1]

    def with_hips(self, *given):
        return self.run(given, HIPS)

    def __repr__(self):
        lines = [f"program of x0..x{self.inputs - 1}:"]
        for i, (name, operands) in enumerate(self.steps):
            texts = [f"x{x}" if kind == "at" else repr(x) for kind, x in operands]
            lines.append(f"    x{i + self.inputs} = {name}({', '.join(texts)})")
        return "\n".join(lines)


def _sigmoid(a):
    return 0.5 * (anp.tanh(a / 2) + 1)


def _own(value, *slopes):
    """A function that HIPS autograd has no derivative of, or an imprecise one."""
    function = primitive(value)
    defvjp(function, *(lambda y, *x, s=s: lambda g: g * s(*x) for s in slopes))
    return function


_signs = _own(lambda b: np.copysign(1.0, b), lambda b: 0.0)
# The rows that NumPy has no function for, in HIPS autograd's words.
OURS = """sigmoid relu leaky_relu elu softplus gelu silu cbrt hypot fmod copysign heaviside sinc
floor_divide""".split()
HIPS = {name: getattr(anp, name) for name in ROWS if name not in OURS} | {
    "fmod": lambda a, b: anp.sign(a) * anp.mod(anp.abs(a), anp.abs(b)),
    "copysign": lambda a, b: anp.abs(a) * _signs(b),
    "heaviside": lambda a, b: anp.where(a == 0, b, anp.where(a < 0, 0.0, anp.where(a > 0, 1.0, a))),
    "sinc": _own(np.sinc, lambda a: float(mpmath.diff(mpmath.sincpi, float(a)))),
    "floor_divide": _own(np.floor_divide, lambda a, b: 0.0, lambda a, b: 0.0),
    "cbrt": lambda a: anp.sign(a) * anp.abs(a) ** (1 / 3),
    "hypot": lambda a, b: anp.sqrt(a * a + b * b),
    "clip": lambda a, b, c: anp.minimum(anp.maximum(a, b), c),
    "sigmoid": _sigmoid,
    "relu": lambda a: anp.where(a > 0, a, 0.0),
    "leaky_relu": lambda a, b: anp.where(a > 0, a, b * a),
    "elu": lambda a, b: anp.where(a > 0, a, b * (anp.exp(anp.where(a > 0, 0.0, a)) - 1)),
    "softplus": lambda a: anp.logaddexp(a, 0.0),
    "gelu": lambda a: a * 0.5 * (1 + anp.tanh(anp.sqrt(2 / anp.pi) * (a + 0.044715 * a * a * a))),
    "silu": lambda a: a * _sigmoid(a),
}

numbers = st.one_of(
    st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0]),
    st.floats(-3, 3).map(lambda x: round(x, 3)),
)


@st.composite
def programs(draw, rows=ROWS, most=12):
    """A program of one to three inputs and up to `most` steps; the last one uses the one before."""
    inputs = draw(st.integers(1, 3))
    steps = []
    for _ in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from(rows))
        last = inputs + len(steps) - 1
        recent = st.integers(max(0, last - 3), last)
        arity = TABLE[name].arity
        operand = st.one_of(
            st.tuples(st.just("at"), recent),
            st.tuples(st.just("at"), st.integers(0, inputs - 1)),
            st.tuples(st.just("number"), numbers),
        )
        operands = [draw(operand) for _ in range(arity)]
        traced = draw(st.integers(0, arity - 1))
        operands[traced] = ("at", last)
        steps.append((name, tuple(operands)))
    return Program(inputs, tuple(steps))


@st.composite
def programs_and_points(draw, rows=ROWS, most=12):
    """A program, and a point for its inputs, which may be an awkward one."""
    program = draw(programs(rows, most))
    return program, tuple(draw(numbers) for _ in range(program.inputs))


def complex_step(f, at, slot):
    """The derivative to full precision, of a function that can be computed on complex numbers."""
    given = [complex(x) for x in at]
    given[slot] += 1e-30j
    with np.errstate(all="ignore"):
        return f(*given).imag / 1e-30


# What NumPy computes on complex numbers without leaving the branch of the real ones.
ANALYTIC = """add subtract multiply negative square exp expm1 sin cos tanh arctan sinh cosh arcsinh
sigmoid silu gelu""".split()
assert set(ANALYTIC) <= set(ROWS)
assert rules.TABLE is TABLE
