"""Random programs on arrays, written in NumPy, grown by Hypothesis over the whole table.

A program is data: its inputs, and a list of steps. It runs on `ndarray`s, on `Tensor`s and in HIPS
autograd alike, because a step is a call of NumPy.

Programs are grown at a point, and every step is tried there before it is taken. A step stays only
if the point is well inside of where it is smooth, the numbers stay of ordinary size, and a small
move of the inputs moves the result little. So each program can be judged at its point by finite
differences, without a tolerance that would hide an error.
"""

from dataclasses import dataclass, field

import autograd.numpy as anp
import numpy as np
from hypothesis import strategies as st
from programs import HIPS, ROWS

from autograd_lite.rows import TABLE

MARGIN = 0.02  # how far a point stays from a kink, a pole, or the end of a domain
LARGE = 50.0  # the largest number on the way
STEEP = 100.0  # how much more than the inputs a result may move
MOVE = 1e-6
ENTRIES = 40


@dataclass(frozen=True)
class Step:
    """One call: what it does, the places of its operands (or plain arrays), and its settings."""

    name: str
    operands: tuple
    settings: tuple = ()

    def run(self, np_, at):
        given = [at[x] if isinstance(x, int) else x for x in self.operands]
        return OPERATIONS[self.name](np_, *given, **dict(self.settings))

    def __repr__(self):
        texts = [
            f"x{x}" if isinstance(x, int) else f"np.array({x.tolist()})" for x in self.operands
        ]
        texts += [f"{key}={value!r}" for key, value in self.settings]
        return f"{self.name}({', '.join(texts)})"


@dataclass
class Program:
    """A number computed from arrays: a weighted sum over the result of the last step."""

    inputs: list
    steps: list = field(default_factory=list)

    def __call__(self, *given):
        return self.run(np, *given)

    def with_hips(self, *given):
        return self.run(anp, *given)

    def run(self, np_, *given):
        at = list(given)
        for step in self.steps:
            at.append(step.run(np_, at))
        last = at[-1]
        weights = np.cos(np.arange(np.size(numbers(last)))).reshape(np.shape(numbers(last)))
        return np_.sum(np_.sin(last) * weights)

    def __repr__(self):
        lines = [f"x{i} = np.array({x.tolist()})" for i, x in enumerate(self.inputs)]
        count = len(self.inputs)
        lines += [f"x{i + count} = {step!r}" for i, step in enumerate(self.steps)]
        return "\n".join(["a program:", *lines])


def numbers(x):
    """The plain array of a Tensor, or of a box of HIPS autograd's, or itself."""
    while not isinstance(x, np.ndarray | np.generic | float | int):
        x = x.data if hasattr(x, "op") else x._value
    return x


# --- where a step is smooth -----------------------------------------------------------------------


def apart(*arrays):
    """Whether no two entries of all these are nearer than the margin: no choice can tip over."""
    flat = np.sort(np.concatenate([np.ravel(a) for a in arrays]))
    return bool(np.all(np.diff(flat) > MARGIN))


def far(a, b=0.0):
    return bool(np.all(np.abs(np.subtract(a, b)) > MARGIN))


def off_whole(a):
    return far(a - np.rint(a)) and far(a - np.floor(a), 0.5)


def no_jump(a, b):
    return bool(np.all(np.abs(b) > 0.2)) and off_whole(np.divide(a, b))


SMOOTH = {
    "absolute": far,
    "sign": far,
    "fabs": far,
    "cbrt": far,
    "relu": far,
    "reciprocal": lambda a: bool(np.all(np.abs(a) > 0.1)),
    "leaky_relu": lambda a, b: far(a),
    "elu": lambda a, b: far(a),
    "heaviside": lambda a, b: far(a),
    "copysign": lambda a, b: far(a) and far(b),
    "divide": lambda a, b: bool(np.all(np.abs(b) > 0.1)),
    "floor_divide": no_jump,
    "remainder": no_jump,
    "fmod": no_jump,
    "maximum": far,
    "minimum": far,
    "fmax": far,
    "fmin": far,
    "clip": lambda a, b, c: far(a, b) and far(a, c) and far(b, c),
    "where": lambda a, b, c: True,
    "hypot": lambda a, b: bool(np.all(np.hypot(a, b) > 0.1)),
    "arctan2": lambda a, b: bool(np.all(np.hypot(a, b) > 0.1)) and far(a),
    "power": lambda a, b: bool(np.all(np.abs(b) < 4)),
    "tan": lambda a: bool(np.all(np.abs(np.cos(a)) > 0.2)),
    "sinc": lambda a: True,
    "floor": off_whole,
    "ceil": off_whole,
    "rint": off_whole,
    "trunc": off_whole,
}


def inside(name, operands):
    """Whether a row is smooth around these operands."""
    rule = TABLE[name]
    for a, (low, high) in zip(operands, rule.domain, strict=True):
        if name != "tan" and not np.all((a > low + MARGIN) & (a < high - MARGIN)):
            return False
    if name in SMOOTH:
        return SMOOTH[name](*operands)
    assert not rule.kink or any(np.isfinite(rule.domain).flat) or "logaddexp" in name, (
        f"say in SMOOTH where {name} is smooth: {rule.kink}"
    )
    return True


# --- what a step may be ---------------------------------------------------------------------------


def _elementwise(name):
    ours = getattr(np, name, None)
    if name in ("leaky_relu", "elu") or ours is None:
        ours = TABLE[name]

    def run(np_, *operands):
        return HIPS[name](*operands) if np_ is anp else ours(*operands)

    return run


OPERATIONS = {name: _elementwise(name) for name in ROWS}
DRAWS = {}  # structural operations: how to draw operands and settings for an array of a shape
CHECKS = {}  # and where they are smooth


def operation(draw, smooth=None):
    """Register a structural operation; `draw(d, shape)` gives settings, or None if it cannot be."""

    def register(f):
        OPERATIONS[f.__name__.strip("_")] = f
        DRAWS[f.__name__.strip("_")] = draw
        if smooth:
            CHECKS[f.__name__.strip("_")] = smooth
        return f

    return register


def nothing(d, shape):
    return {}


def axis(d, shape):
    """One axis, counted from either end."""
    return {"axis": d(st.integers(-len(shape), len(shape) - 1))} if shape else None


def axes(d, shape):
    """No axis, one, or several; and whether they are kept."""
    if not shape:
        return {"axis": None, "keepdims": d(st.booleans())}
    some = st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True).map(tuple)
    one = st.integers(-len(shape), len(shape) - 1)
    return {"axis": d(st.one_of(st.none(), one, some)), "keepdims": d(st.booleans())}


def matrices(d, shape):
    return {} if len(shape) >= 2 else None


def square(d, shape):
    return {} if len(shape) >= 2 and shape[-1] == shape[-2] else None


@operation(axes)
def _sum(np, x, axis, keepdims):
    return np.sum(x, axis=axis, keepdims=keepdims)


@operation(axes)
def _mean(np, x, axis, keepdims):
    return np.mean(x, axis=axis, keepdims=keepdims)


@operation(axes)
def _prod(np, x, axis, keepdims):
    return np.prod(x, axis=axis, keepdims=keepdims)


@operation(axes)
def _var(np, x, axis, keepdims):
    return np.var(x, axis=axis, keepdims=keepdims)


@operation(axes, smooth=lambda x, axis, keepdims: np.all(np.std(x, axis=axis) > 0.1))
def _std(np, x, axis, keepdims):
    return np.std(x, axis=axis, keepdims=keepdims)


@operation(axes, smooth=lambda x, axis, keepdims: apart(x))
def _max(np, x, axis, keepdims):
    return np.max(x, axis=axis, keepdims=keepdims)


@operation(axes, smooth=lambda x, axis, keepdims: apart(x))
def _min(np, x, axis, keepdims):
    return np.min(x, axis=axis, keepdims=keepdims)


@operation(axes, smooth=lambda x, axis, keepdims: apart(x))
def _ptp(np, x, axis, keepdims):
    return np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)


@operation(axis, smooth=lambda x, axis: apart(x))
def _median(np, x, axis):
    return np.median(x, axis=axis)


@operation(axis, smooth=lambda x, axis: apart(x))
def _sort(np, x, axis):
    return np.sort(x, axis=axis)


@operation(axis)
def _cumsum(np, x, axis):
    return np.cumsum(x, axis=axis)


@operation(axis)
def _cumprod(np, x, axis):
    return np.cumprod(x, axis=axis)


@operation(axis)
def _diff(np, x, axis):
    return np.diff(x, axis=axis)


@operation(axis)
def _softmax(np, x, axis):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


@operation(lambda d, shape: {"order": tuple(d(st.permutations(range(len(shape)))))})
def _transpose(np, x, order):
    return np.transpose(x, order)


@operation(nothing)
def _ravel(np, x):
    return np.ravel(x)


@operation(lambda d, shape: {"shape": (-1, *shape[:1])} if len(shape) > 1 else None)
def _reshape(np, x, shape):
    return np.reshape(x, shape)


@operation(lambda d, shape: {"axis": d(st.integers(-len(shape) - 1, len(shape)))})
def _expand_dims(np, x, axis):
    return np.expand_dims(x, axis)


@operation(nothing)
def _squeeze(np, x):
    return np.squeeze(x)


@operation(axis)
def _swapaxes(np, x, axis):
    return np.swapaxes(x, 0, axis)


@operation(axis)
def _moveaxis(np, x, axis):
    return np.moveaxis(x, axis, 0)


def index(d, shape):
    """Basic and fancy indices, with entries that repeat."""
    if not shape:
        return None
    n = shape[0]
    whole = st.integers(-n, n - 1)
    several = st.lists(whole, min_size=1, max_size=3).map(tuple)
    cut = st.sampled_from(
        [slice(None, None, -1), slice(0, max(1, n - 1)), (Ellipsis, 0), (None, 0)]
    )
    return {"index": d(st.one_of(whole, several, cut))}


@operation(index)
def _index(np, x, index):
    plain = isinstance(index, tuple) and all(isinstance(i, int) for i in index)
    return x[list(index)] if plain else x[index]


@operation(axis)
def _concatenate(np, x, axis):
    return np.concatenate([x, 2 * x], axis=axis)


@operation(axis)
def _stack(np, x, axis):
    return np.stack([x, -x, x], axis=axis)


@operation(matrices)
def _vstack(np, x):
    return np.vstack([x, x * x])


@operation(matrices)
def _hstack(np, x):
    return np.hstack([x, x + 1])


@operation(lambda d, shape: {"reps": d(st.sampled_from([2, (2, 1), (1, 2)]))})
def _tile(np, x, reps):
    return np.tile(x, reps)


@operation(axis)
def _repeat(np, x, axis):
    return np.repeat(x, 2, axis=axis)


@operation(lambda d, shape: {**axis(d, shape), "shift": d(st.integers(-3, 3))} if shape else None)
def _roll(np, x, shift, axis):
    return np.roll(x, shift, axis=axis)


@operation(matrices)
def _fliplr(np, x):
    return np.fliplr(x)


@operation(matrices)
def _rot90(np, x):
    return np.rot90(x)


@operation(lambda d, shape: {"width": d(st.integers(0, 2))})
def _pad(np, x, width):
    return np.pad(x, width, "constant")


@operation(lambda d, shape: {"k": d(st.integers(-1, 1))} if len(shape) >= 2 else None)
def _tril(np, x, k):
    return np.tril(x, k)


@operation(lambda d, shape: {"k": d(st.integers(-1, 1))} if len(shape) >= 2 else None)
def _triu(np, x, k):
    return np.triu(x, k)


@operation(lambda d, shape: {"k": d(st.integers(-1, 1))} if len(shape) == 1 else None)
def _diag(np, x, k):
    return np.diag(x, k)


@operation(lambda d, shape: {} if len(shape) == 2 else None)
def _trace(np, x):
    return np.trace(x)


@operation(lambda d, shape: {"odd": d(st.booleans())})
def _mask(np, x, odd):
    chosen = (_np.arange(_np.size(numbers(x))) % 2 == odd).reshape(_np.shape(numbers(x)))
    return np.where(chosen, x, x * x)


@operation(lambda d, shape: {}, smooth=lambda x: far(x, 0.25))
def _branch(np, x):
    return np.where(x > 0.25, x * 3.0, np.sin(x))


@operation(matrices)
def _gram(np, x):
    return np.matmul(x, np.swapaxes(x, -1, -2))


@operation(matrices)
def _quadratic(np, x):
    return np.einsum("...ij,...ik->...jk", x, np.tanh(x))


@operation(lambda d, shape: {} if shape else None)
def _inner(np, x):
    return np.inner(x, x)


@operation(lambda d, shape: {} if len(shape) == 1 else None)
def _outer(np, x):
    return np.outer(x, np.cos(x))


@operation(lambda d, shape: {} if len(shape) == 2 else None)
def _kron(np, x):
    return np.kron(x, x[:1])


@operation(lambda d, shape: {} if len(shape) >= 2 else None)
def _tensordot(np, x):
    return np.tensordot(x, x, axes=([0], [0]))


@operation(matrices)
def _inv(np, x):
    return np.linalg.inv(_definite(np, x))


@operation(matrices)
def _solve(np, x):
    return np.linalg.solve(_definite(np, x), x)


@operation(matrices)
def _det(np, x):
    return np.linalg.det(_definite(np, x))


@operation(matrices)
def _slogdet(np, x):
    return np.linalg.slogdet(_definite(np, x))[1]


@operation(matrices)
def _cholesky(np, x):
    return np.linalg.cholesky(_definite(np, x))


def _definite(np, x):
    """A symmetric matrix with an inverse, from any matrix."""
    size = _np.shape(numbers(x))[-2]
    return np.matmul(x, np.swapaxes(x, -1, -2)) + 2.0 * _np.eye(size)


def _levels_apart(x):
    levels = np.linalg.svd(x, compute_uv=False)
    return bool(np.all(levels > 0.1) and np.all(np.abs(np.diff(levels, axis=-1)) > 0.1))


@operation(matrices, smooth=_levels_apart)
def _svdvals(np, x):
    return np.linalg.svd(x, compute_uv=False)


@operation(matrices, smooth=_levels_apart)
def _projector(np, x):
    v = np.linalg.svd(x, full_matrices=False)[0]
    return v * v


def _eigenvalues_apart(x):
    return bool(np.all(np.diff(np.linalg.eigvalsh(x + np.swapaxes(x, -1, -2)), axis=-1) > 0.1))


@operation(square, smooth=_eigenvalues_apart)
def _eigh(np, x):
    w, v = np.linalg.eigh(x + np.swapaxes(x, -1, -2))
    return v * v + w[..., None, :]


@operation(lambda d, shape: {} if shape else None,
           smooth=lambda x: bool(np.all(np.linalg.norm(x, axis=-1) > 0.1)))  # fmt: skip
def _norm(np, x):
    return np.linalg.norm(x, axis=-1)


@operation(lambda d, shape: {} if len(shape) == 1 else None)
def _convolve(np, x):
    return np.convolve(x, _np.array([1.0, -0.5, 0.25]), "same") if len(x) >= 3 else x


@operation(lambda d, shape: {} if shape and shape[-1] > 1 else None)
def _trapezoid(np, x):
    return np.trapezoid(x, dx=0.5)


_np = np
STRUCTURAL = sorted(DRAWS)

# --- growing --------------------------------------------------------------------------------------

entries = st.floats(-2.5, 2.5).map(lambda x: round(x, 2))
sizes = st.integers(1, 3)


@st.composite
def shapes_that_broadcast(draw, like=()):
    """A shape that broadcasts with `like`: axes left away in front, or of size 1."""
    kept = draw(st.integers(0, len(like)))
    return tuple(draw(st.sampled_from([n, n, 1])) for n in like[len(like) - kept :])


@st.composite
def arrays(draw, shape):
    count = int(np.prod(shape))
    values = draw(st.lists(entries, min_size=count, max_size=count))
    return np.array(values, dtype=float).reshape(shape)


class Growing:
    """A program on its way, with its values at the point and at one near by."""

    def __init__(self, inputs):
        self.program = Program(inputs)
        self.here = list(inputs)
        self.near = [x + MOVE * np.cos(3 * np.arange(x.size) + i).reshape(x.shape)
                     for i, x in enumerate(inputs)]  # fmt: skip

    def into(self, domain, at):
        """The place of an array inside an open interval, made from the one at a place."""
        low, high = domain
        if np.isfinite(low) and np.isfinite(high):
            at = self._made("tanh", at) if high < 1.5 else at
            return self._made("multiply", at, np.array(0.8))
        return self._made("add", self._made("square", at), np.array(low + 0.3)) if low > -9 else at

    def _made(self, name, *operands):
        return len(self.here) - 1 if self.take(Step(name, operands)) else operands[0]

    def take(self, step):
        """Add the step if it is well behaved here; say whether it was added."""
        given = [self.here[x] if isinstance(x, int) else x for x in step.operands]
        settings = dict(step.settings)
        if step.name in ROWS:
            if not inside(step.name, given):
                return False
        elif step.name in CHECKS and not CHECKS[step.name](*given, **settings):
            return False
        with np.errstate(all="ignore"):
            here, near = step.run(np, self.here), step.run(np, self.near)
        if not 0 < np.size(here) <= ENTRIES or np.ndim(here) > 4:
            return False
        if not np.all(np.abs(here) < LARGE) or not np.all(np.abs(near - here) < STEEP * MOVE):
            return False
        self.program.steps.append(step)
        self.here.append(np.asarray(here))
        self.near.append(np.asarray(near))
        return True


@st.composite
def array_programs(draw, most=8, elementwise=tuple(ROWS), structural=tuple(STRUCTURAL)):
    """A program of one to three arrays and up to `most` steps, half of them structural."""
    base = tuple(draw(st.lists(sizes, max_size=3)))
    count = draw(st.integers(1, 3))
    shapes = [base, *(draw(shapes_that_broadcast(base)) for _ in range(count - 1))]
    growing = Growing([draw(arrays(shape)) for shape in shapes])
    for _ in range(draw(st.integers(min(3, most), most))):
        last = len(growing.here) - 1
        at = draw(st.sampled_from([last, last, last, draw(st.integers(0, last))]))
        shape = growing.here[at].shape
        if draw(st.booleans()):
            step = _elementwise_step(draw, growing, at, draw(st.sampled_from(elementwise)))
        else:
            name = draw(st.sampled_from(structural))
            settings = DRAWS[name](draw, shape)
            step = None if settings is None else Step(name, (at,), tuple(settings.items()))
        if step is not None:
            growing.take(step)
    return growing.program


def _elementwise_step(draw, growing, at, name):
    """An elementwise row: the array at a place in one slot, what broadcasts in the others."""
    at = growing.into(TABLE[name].domain[0], at)
    shape = growing.here[at].shape
    arity = TABLE[name].arity
    operands = []
    for _ in range(arity):
        fitting = [i for i, x in enumerate(growing.here) if _broadcast(x.shape, shape)]
        if draw(st.booleans()):
            operands.append(draw(st.sampled_from(fitting)))
        else:
            operands.append(draw(arrays(draw(shapes_that_broadcast(shape)))))
    slot = draw(st.integers(0, arity - 1))
    if name == "where":
        operands[0] = np.cos(np.arange(np.prod(shape, dtype=int))).reshape(shape) > 0
        slot = draw(st.integers(1, 2))
    operands[slot] = at
    shapes = [growing.here[x].shape if isinstance(x, int) else x.shape for x in operands]
    return Step(name, tuple(operands)) if _broadcast(*shapes) else None


def _broadcast(*shapes):
    try:
        return bool(np.broadcast_shapes(*shapes) is not None)
    except ValueError:
        return False
