"""Calls of NumPy's functions and of ndarray's methods that change the mathematics, each its way.

name of the function, the call on an array `x`, and the array. What the call gives may be a list.
"""

import numpy as np

rng = np.random.default_rng(21)
V = rng.normal(size=5)
M = rng.normal(size=(3, 4))
S = rng.normal(size=(3, 3))
X = rng.normal(size=(2, 3, 4))
P = rng.uniform(0.5, 2.0, size=(3, 4))  # positive
ZERO = np.array([[2.0, 0.0, 3.0], [0.0, 1.5, 1.0], [1.0, -2.0, 4.0]])
MASK = X > 0
AXES = ({}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 2)}, {"axis": (-1, 1)})


def several(name, call, *arrays):
    return [(name, call, x) for x in arrays]


def each(name, settings, x):
    return [(name, lambda x, s=s: getattr(np, name)(x, **s), x) for s in settings]


REDUCTIONS = [
    ("sum", lambda x: np.sum(x, axis=1, where=MASK), X),
    ("sum", lambda x: np.sum(x, initial=5.0), X),
    ("sum", lambda x: np.sum(x, axis=(0, 1), dtype=np.float64), X),
    ("sum", lambda x: np.add.reduce(x, axis=(0, 2), keepdims=True), X),
    ("prod", lambda x: np.prod(x, axis=1, where=MASK), X),
    ("prod", lambda x: np.prod(x, axis=0, initial=2.0), ZERO),
    ("max", lambda x: np.max(x, axis=1, initial=0.3), X),
    ("max", lambda x: np.max(x, axis=1, where=MASK, initial=-1.0), X),
    ("min", lambda x: np.min(x, axis=0, initial=0.3, keepdims=True), X),
    ("amax", lambda x: np.amax(x, axis=0), X),
    ("amin", lambda x: np.amin(x, axis=0), X),
    ("mean", lambda x: np.mean(x, axis=1, where=MASK | (np.arange(3)[:, None] == 0)), X),
    ("var", lambda x: np.var(x, axis=1, correction=1), X),
    ("var", lambda x: np.var(x, where=MASK), X),
    ("var", lambda x: np.var(x, axis=0, mean=np.mean(x, axis=0, keepdims=True)), X),
    ("std", lambda x: np.std(x, axis=(0, 2), ddof=1, keepdims=True), X),
    *each("ptp", AXES, X),
    *each("average", AXES, X),
    ("average", lambda x: np.average(x, axis=1, weights=P[0, :3]), X),
    ("average", lambda x: np.average(x, weights=P), M),
    ("average", lambda x: np.average(M, axis=0, weights=x), P),
    ("average", lambda x: np.average(x, axis=(2, 0), weights=P[:2].T, keepdims=True), X),
    ("average", lambda x: np.average(x, axis=1, weights=P, returned=True), M),
    ("average", lambda x: np.average(x, axis=1, returned=True)[0], M),
    *each("cumsum", ({}, {"axis": 0}, {"axis": -1}), X),
    *each("cumprod", ({}, {"axis": 0}, {"axis": -1}), X),
    ("cumprod", lambda x: np.cumprod(x, axis=1), ZERO),
    ("cumsum", lambda x: np.add.accumulate(x), X),
    ("cumprod", lambda x: np.multiply.accumulate(x, axis=1), X),
    ("logaddexp", lambda x: np.logaddexp.reduce(x, axis=1), X),
    *each("median", AXES, X),
    *several("median", lambda x: np.median(x, axis=0), V, X[:, :2]),
    *each("median", ({}, {"keepdims": True}), V),
    *[
        ("quantile", lambda x, m=m: np.quantile(x, 0.3, axis=-1, method=m), X)
        for m in ("linear", "lower", "higher", "nearest", "midpoint", "median_unbiased", "weibull",
                  "hazen", "normal_unbiased", "inverted_cdf", "closest_observation",
                  "interpolated_inverted_cdf", "averaged_inverted_cdf")
    ],
    ("quantile", lambda x: np.quantile(x, [0.0, 0.4, 1.0], axis=1), X),
    ("quantile", lambda x: np.quantile(x, [[0.1, 0.4]], axis=(0, 1), keepdims=True), X),
    ("quantile", lambda x: np.quantile(x, 0.25), X),
    ("percentile", lambda x: np.percentile(x, 30, axis=1, keepdims=True), X),
    ("percentile", lambda x: np.percentile(x, [5, 95]), X),
    ("cov", lambda x: np.cov(x), M),
    ("cov", lambda x: np.cov(x, rowvar=False, bias=True), M),
    ("cov", lambda x: np.cov(x, M * M, ddof=0), M),
    ("cov", lambda x: np.cov(x, fweights=[1, 2, 1, 3], aweights=P[0]), M),
    ("cov", lambda x: np.cov(x), V),
    ("corrcoef", lambda x: np.corrcoef(x), M),
    ("corrcoef", lambda x: np.corrcoef(x, M * M, rowvar=False), M),
]  # fmt: skip
SHAPES = [
    ("reshape", lambda x: np.reshape(x, (4, 6), order="F"), X),
    ("reshape", lambda x: np.reshape(x, (3, -1), order="F"), X),
    ("ravel", lambda x: np.ravel(x, order="F"), X),
    ("permute_dims", lambda x: np.permute_dims(x, (2, 0, 1)), X),
    ("matrix_transpose", lambda x: np.matrix_transpose(x), X),
    ("moveaxis", lambda x: np.moveaxis(x, 0, -1), X),
    ("moveaxis", lambda x: np.moveaxis(x, (0, 2), [-1, 0]), X),
    ("rollaxis", lambda x: np.rollaxis(x, 2), X),
    ("rollaxis", lambda x: np.rollaxis(x, 0, 3), X),
    ("rollaxis", lambda x: np.rollaxis(x, -2, -1), X),
    ("squeeze", lambda x: np.squeeze(x[None, :, None], axis=(0, -1)), V),
    ("expand_dims", lambda x: np.expand_dims(x, [0, -1]), X),
    ("broadcast_arrays", lambda x: np.broadcast_arrays(x, M[0], 2.0)[0], M[:, :1]),
    ("broadcast_arrays", lambda x: list(np.broadcast_arrays(x, x[0] * 2)), M),
    *[
        ("meshgrid", lambda x, s=s, i=i: np.meshgrid(x, x[:3] * 2, x[1:], indexing=i, sparse=s), V)
        for s in (False, True)
        for i in ("xy", "ij")
    ],
    ("meshgrid", lambda x: np.meshgrid(x, M[0])[0], V),
    *several("atleast_1d", lambda x: np.atleast_1d(x), np.array(0.5), V),
    *several("atleast_2d", lambda x: np.atleast_2d(x), np.array(0.5), V, M, X),
    *several("atleast_3d", lambda x: np.atleast_3d(x), np.array(0.5), V, M, X),
    ("atleast_2d", lambda x: list(np.atleast_2d(x, x * 2)), V),
    *each("flip", ({}, {"axis": 0}, {"axis": -1}, {"axis": (0, 2)}), X),
    ("fliplr", lambda x: np.fliplr(x), X),
    ("flipud", lambda x: np.flipud(x), X),
    ("roll", lambda x: np.roll(x, 2), X),
    ("roll", lambda x: np.roll(x, -1, axis=1), X),
    ("roll", lambda x: np.roll(x, (1, 2), axis=(0, -1)), X),
    ("roll", lambda x: np.roll(x, 1, axis=(0, 1)), X),
    ("roll", lambda x: np.roll(x, (1, 2), axis=1), X),
    ("rot90", lambda x: np.rot90(x), X),
    ("rot90", lambda x: np.rot90(x, -1, axes=(1, 2)), X),
    *each("tril", ({}, {"k": 1}, {"k": -1}), M),
    *each("triu", ({}, {"k": 1}, {"k": -1}), X),
    ("tril", lambda x: np.tril(x), V),
    ("resize", lambda x: np.resize(x, (3, 5)), V),
    ("resize", lambda x: np.resize(x, 3), M),
    ("copy", lambda x: np.copy(x), M),
    ("astype", lambda x: np.astype(x * 2, np.float64), M),
]
JOINING = [
    ("hstack", lambda x: np.hstack([x, x * 2, V]), V),
    ("hstack", lambda x: np.hstack((x, M * 2)), M),
    ("vstack", lambda x: np.vstack([x, x * 2]), V),
    ("vstack", lambda x: np.vstack([x, M[:1]]), M),
    ("dstack", lambda x: np.dstack([x, x * 2]), V),
    ("dstack", lambda x: np.dstack([x, M]), M),
    ("column_stack", lambda x: np.column_stack([x, x * x, np.ones((5, 2))]), V),
    ("append", lambda x: np.append(x, x[0]), M),
    ("append", lambda x: np.append(M, x, axis=1), M),
    ("append", lambda x: np.append(x, 3.0), V),
    ("block", lambda x: np.block([[x, x * 2], [np.ones((1, 4)), x[:1]]]), M),
    ("block", lambda x: np.block([x, 2.0]), V),
    ("concatenate", lambda x: np.concat([x, x], axis=1), M),
    ("split", lambda x: np.split(x, 2), X),
    ("split", lambda x: np.split(x, [1, 3], axis=-1), X),
    ("array_split", lambda x: np.array_split(x, 3), V),
    ("array_split", lambda x: np.array_split(x, [2, 9], axis=1)[0], M),
    ("hsplit", lambda x: np.hsplit(x, 2), M),
    ("hsplit", lambda x: np.hsplit(x, [2]), V),
    ("vsplit", lambda x: np.vsplit(x, 3), M),
    ("dsplit", lambda x: np.dsplit(x, 2), X),
    ("stack", lambda x: np.stack(list(x)), M),
]
if hasattr(np, "unstack"):
    JOINING.append(("unstack", lambda x: list(np.unstack(x, axis=1)), M))
    REDUCTIONS += [
        ("cumulative_sum", lambda x: np.cumulative_sum(x, axis=1, include_initial=True), M),
        ("cumulative_prod", lambda x: np.cumulative_prod(x), V),
    ]
PICKING = [
    ("take", lambda x: np.take(x, [0, 2, 2, -1]), X),
    ("take", lambda x: np.take(x, [[0, 2], [1, 1]], axis=1), X),
    ("take", lambda x: np.take(x, [5, -7], axis=0, mode="wrap"), X),
    ("take", lambda x: np.take(x, [9, 1], axis=-1, mode="clip"), X),
    ("take_along_axis", lambda x: np.take_along_axis(x, np.argsort(x, axis=1), axis=1), X),
    ("take_along_axis", lambda x: np.take_along_axis(x, np.array([3, 3, 0]), axis=None), X),
    ("take_along_axis", lambda x: np.take_along_axis(x, np.argmax(x, 0)[None], axis=0), M),
    ("compress", lambda x: np.compress([True, False, True], x, axis=1), X),
    ("compress", lambda x: np.compress([0, 1, 1, 0], x), M),
    ("extract", lambda x: np.extract(x > 0, x * 2), M),
    ("choose", lambda x: np.choose(np.array([[0], [1], [2]]), [x, M * 2, x * x]), M),
    ("choose", lambda x: np.choose(np.array([4, -1, 1, 0]), [x, x * 3], mode="wrap"), M),
    ("choose", lambda x: np.choose(np.array([4, -1, 1, 0]), [x, 5.0], mode="clip"), M),
    ("select", lambda x: np.select([x > 0.5, x > -0.5], [x * x, x * 3]), M),
    ("select", lambda x: np.select([x > 0, M > 9], [x, M], default=x * 7), M),
    ("piecewise", lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t: t * t, np.sin]), M),
    ("piecewise", lambda x: np.piecewise(x, [x < -0.5, x < 0.5], [np.cos, 2.0, np.exp]), M),
    ("piecewise", lambda x: np.piecewise(x, x > 0, [lambda t: t * t, np.sin]), V),
    *each("repeat", ({"repeats": 2}, {"repeats": [1, 0, 3], "axis": 1}), X),
    ("tile", lambda x: np.tile(x, 2), M),
    ("tile", lambda x: np.tile(x, (2, 1, 3)), M),
    ("delete", lambda x: np.delete(x, [0, -1]), M),
    ("delete", lambda x: np.delete(x, 1, axis=1), M),
    ("delete", lambda x: np.delete(x, slice(None, None, 2), axis=-1), M),
    ("insert", lambda x: np.insert(x, 1, x[:, 0] * 2, axis=1), M),
    ("insert", lambda x: np.insert(x, [1, 1, 4], [5.0, 6.0, 7.0]), M),
    ("insert", lambda x: np.insert(M, slice(0, 2), x[:2], axis=0), M),
    ("diagonal", lambda x: np.diagonal(x, 1), M),
    ("diagonal", lambda x: np.diagonal(x, axis1=-1, axis2=0), X),
    ("diag", lambda x: np.diag(x), M),
    ("diag", lambda x: np.diag(x, -2), V),
    ("diagflat", lambda x: np.diagflat(x, 1), S),
    ("trace", lambda x: np.trace(x), S),
    ("trace", lambda x: np.trace(x, offset=1, axis1=1, axis2=2), X),
    *each("sort", ({}, {"axis": 0}, {"axis": None}, {"axis": 1, "kind": "stable"}), X),
    ("partition", lambda x: np.partition(x, 2)[2], V),
    ("partition", lambda x: np.sort(np.partition(x, (1, 2), axis=1), axis=1), X),
]
DIFFERENCES = [
    *each("diff", ({}, {"n": 2}, {"n": 0}, {"axis": 0}, {"n": 3, "axis": 2}), X),
    ("diff", lambda x: np.diff(x, prepend=0.0, append=x[:, :1], axis=1), M),
    ("ediff1d", lambda x: np.ediff1d(x, to_end=[1.0, 2.0], to_begin=x[0, 0] * 3), M),
    ("ediff1d", lambda x: np.ediff1d(x), M),
    ("gradient", lambda x: np.gradient(x), V),
    ("gradient", lambda x: list(np.gradient(x)), M),
    ("gradient", lambda x: np.gradient(x, 0.5, axis=1, edge_order=2), M),
    ("gradient", lambda x: list(np.gradient(x, 0.5, np.array([0.0, 1.0, 1.5, 4.0]))), M),
    ("gradient", lambda x: np.gradient(x, [0.0, 1.0, 1.5, 4.0], axis=-1, edge_order=2), M),
    ("gradient", lambda x: np.gradient(V, np.cumsum(x)), np.abs(V) + 0.3),
    ("trapezoid", lambda x: np.trapezoid(x), M),
    ("trapezoid", lambda x: np.trapezoid(x, dx=0.1, axis=0), M),
    ("trapezoid", lambda x: np.trapezoid(x, [0.0, 1.0, 1.5], axis=0), M),
    ("trapezoid", lambda x: np.trapezoid(M, x, axis=1), M),
    ("unwrap", lambda x: np.unwrap(x * 9, axis=0), M),
    ("unwrap", lambda x: np.unwrap(x * 3, period=2.0), M),
]
PADDING = [
    ("pad", lambda x: np.pad(x, 1), M),
    ("pad", lambda x: np.pad(x, ((0, 2), (1, 0)), constant_values=3.0), M),
    *[
        ("pad", lambda x, m=m: np.pad(x, ((2, 1), (3, 5)), mode=m), M)
        for m in ("edge", "reflect", "symmetric", "wrap", "maximum", "mean", "median", "minimum",
                  "linear_ramp")
    ],
    ("pad", lambda x: np.pad(x, (1, 2), "mean", stat_length=2), M),
    ("pad", lambda x: np.pad(x, (1, 2), "linear_ramp", end_values=(4.0, -1.0)), V),
]  # fmt: skip
ELEMENTWISE = [
    ("round", lambda x: np.round(x * 3 + x, 1), M),
    ("around", lambda x: np.around(x, -1) + x, M * 30),
    ("fix", lambda x: np.fix(x * 3) * x, M),
    ("sinc", lambda x: np.sinc(x), M),
    ("nan_to_num", lambda x: np.nan_to_num(x / M, nan=2.0), np.where(M > 0.5, M, 1.0)),
    ("real", lambda x: np.real(x) * 2, M),
    ("real_if_close", lambda x: np.real_if_close(x) * 2, M),
    ("fabs", lambda x: np.fabs(x), M),
    ("degrees", lambda x: np.degrees(x), M),
    ("radians", lambda x: np.radians(x), M),
    ("conjugate", lambda x: np.conjugate(x) * x, M),
    ("ldexp", lambda x: np.ldexp(x, np.array([1, -2, 0, 3])), M),
    ("divmod", lambda x: list(np.divmod(x * 3, 0.7)), M),
    ("divmod", lambda x: np.divmod(2.0, x)[1], P),
    ("modf", lambda x: list(np.modf(x * 3)), M),
    ("float_power", lambda x: np.float_power(x, 1.5), P),
    ("float_power", lambda x: np.float_power(2, x), P),
    ("multiply", lambda x: np.multiply.outer(x, x), V),
    ("add", lambda x: np.add.outer(V, x), M),
    ("positive", lambda x: np.positive(x), M),
    ("true_divide", lambda x: np.true_divide(x, P), M),
    ("mod", lambda x: np.mod(x, 0.7), M),
]
BUILDING = [
    ("linspace", lambda x: np.linspace(x, 3.0, 4), V),
    ("linspace", lambda x: np.linspace(V, x, 5, endpoint=False, axis=-1), V),
    ("linspace", lambda x: list(np.linspace(x[0], x[1], 3, retstep=True)), V),
    ("logspace", lambda x: np.logspace(x, 1.0, 4), V),
    ("geomspace", lambda x: np.geomspace(x, 9.0, 4), P[0]),
    ("polyval", lambda x: np.polyval(x, 0.7), V),
    ("polyval", lambda x: np.polyval([2.0, 1.0, -1.0], x), M),
    ("polyval", lambda x: np.polyval(x, x), V),
    ("vander", lambda x: np.vander(x), V),
    ("vander", lambda x: np.vander(x, 3, increasing=True), V),
    ("apply_along_axis", lambda x: np.apply_along_axis(lambda r: r * r[0], 1, x), X),
    ("apply_along_axis", lambda x: np.apply_along_axis(np.sum, 0, x), X),
    ("apply_along_axis", lambda x: np.apply_along_axis(lambda r: np.diag(r[:2]), -2, x), X),
    ("apply_over_axes", lambda x: np.apply_over_axes(np.sum, x, [0, 2]), X),
]
CALLS = REDUCTIONS + SHAPES + JOINING + PICKING + DIFFERENCES + PADDING + ELEMENTWISE + BUILDING
METHODS = [
    ("cumsum", lambda x: x.cumsum(axis=1), X),
    ("cumprod", lambda x: x.cumprod(), V),
    ("take", lambda x: x.take([0, 2], axis=1), X),
    ("compress", lambda x: x.compress([0, 1, 1], axis=1), X),
    ("repeat", lambda x: x.repeat(2, axis=0), X),
    ("diagonal", lambda x: x.diagonal(1), M),
    ("trace", lambda x: x.trace(), S),
    ("round", lambda x: x.round(1) * x, M),
    ("copy", lambda x: x.copy(), M),
    ("sum", lambda x: x.sum(1, where=MASK), X),
    ("mT", lambda x: x.mT, X),
    ("T", lambda x: x.T, X),
    ("conj", lambda x: x.conj() * x.real, X),
    ("conjugate", lambda x: x.conjugate() * 2, X),
]
ANSWERS = [
    ("all", lambda x: x.all(axis=0)),
    ("any", lambda x: x.any()),
    ("argsort", lambda x: x.argsort(axis=0)),
    ("argpartition", lambda x: x.argpartition(1, axis=1)[:, 1]),
    ("nonzero", lambda x: x.nonzero()[0]),
    ("tolist", lambda x: x.tolist()),
    ("searchsorted", lambda x: x[0].searchsorted(0.1)),
    ("argmax", lambda x: x.argmax(axis=1, keepdims=True)),
]
