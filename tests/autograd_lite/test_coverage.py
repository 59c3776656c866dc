"""The coverage page says what really happens, and nothing of NumPy's gets past it in silence."""

import inspect
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import AutogradError, Tensor, coverage
from autograd_lite.coverage_examples import ARRAYS, EXAMPLES
from autograd_lite.recording import inside_transform

PAGE = Path(__file__).parents[2] / "docs" / "numpy.md"
LINES = [
    [re.sub(r"\\\|", "|", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `np.")
]
LISTED = [
    (names.replace("`", "").split(", "), call.strip("`"), status)
    for names, call, status, _ in LINES
]
SAME_NUMPY = f"NumPy {'.'.join(np.__version__.split('.')[:2])}:" in PAGE.read_text(encoding="utf-8")
THERE = [case for case in LISTED if all(name in coverage.functions() for name in case[0])]


def test_the_page_is_what_the_command_prints():
    """Another NumPy has other functions; of those that are there, no line may differ."""
    made, kept = coverage.page().splitlines(), PAGE.read_text(encoding="utf-8").splitlines()
    if SAME_NUMPY:
        assert made == kept, "run: python -m autograd_lite.coverage docs/numpy.md"
    else:
        shared = {line.split("|")[1] for line in made} & {line.split("|")[1] for line in kept}
        assert len(shared) > 300
        assert [x for x in made if x.split("|")[1] in shared] == [
            x for x in kept if x.split("|")[1] in shared
        ]


def test_every_function_of_numpy_is_on_the_page_once():
    names = [name for listed, _, _ in LISTED for name in listed]
    assert len(names) == len(set(names))
    if SAME_NUMPY:
        assert set(names) == set(coverage.functions())
    assert set(EXAMPLES) <= set(names)


def tensors_in(result):
    return [part for part in coverage.parts(result) if isinstance(part, Tensor)]


def checked_parts(result):
    """No object array and no Tensor inside a plain array: that would be a lost gradient."""
    for part in coverage.parts(result):
        assert not (isinstance(part, np.ndarray) and part.dtype == object)
    return result


@pytest.mark.parametrize(
    ("names", "call", "status"), THERE, ids=lambda x: x[0] if isinstance(x, list) else ""
)
def test_the_listed_status_is_what_happens(names, call, status):
    given = coverage.tensors()
    if status == "refused":
        with pytest.raises(AutogradError) as caught:
            coverage.run(call, given)
        own = names[0].split(".")[-1]
        assert own in str(caught.value) or "become a plain array" in str(caught.value)
        return
    result = checked_parts(coverage.run(call, given))
    if status == "answer":
        assert not tensors_in(result)
        with np.errstate(all="ignore"):
            plain = coverage.run(call, ARRAYS)
        if "empty" not in call and "shares" not in call and "share_memory" not in call:
            assert np.array_equal(result, plain) or repr(result) == repr(plain) or "array" in call
        return
    rng = np.random.default_rng(6)
    directions = {name: rng.normal(size=array.shape) for name, array in ARRAYS.items()}
    if "eigh" in call or "eigvalsh" in call or "cholesky" in call:
        directions["p"] = directions["p"] + directions["p"].T
    weights = [rng.normal(size=np.shape(part)) for part in coverage.parts(result)]

    def total(given):
        found = 0.0
        for part, weight in zip(coverage.parts(coverage.run(call, given)), weights, strict=True):
            found = found + np.sum(part * weight)
        return found

    total(given).backward()
    gradients = {name: t.grad for name, t in given.items() if t.grad is not None}
    assert gradients
    slope = sum(np.sum(gradients[name] * directions[name]) for name in gradients)
    step = 1e-6
    up, down = (
        total({name: array + sign * step * directions[name] for name, array in ARRAYS.items()})
        for sign in (1, -1)
    )
    assert slope == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-6)
    assert (status == "flat") == all(not np.any(g) for g in gradients.values())


FORMS = [
    lambda f, t, v: f(t),
    lambda f, t, v: f(t, t),
    lambda f, t, v: f(v, v, v),
    lambda f, t, v: f(np.ones((3, 3)), t),
    lambda f, t, v: f(t, np.ones((3, 3))),
    lambda f, t, v: f([t, t]),
    lambda f, t, v: f([v, np.ones(3)]),
    lambda f, t, v: f(t, 1),
    lambda f, t, v: f(t, (1, 0)),
    lambda f, t, v: f(t, 0, 1),
    lambda f, t, v: f(2, v),
    lambda f, t, v: f(v[0], 0.5),
    lambda f, t, v: f(t, [0, 1], v),
    lambda f, t, v: f(np.array([0, 2, 1]), [v, v]),
    lambda f, t, v: f(t, axis=0),
    lambda f, t, v: f(t, out=np.zeros((3, 3))),
]
# Those in which the data is a Tensor, and not a setting that is asked whether it is true.
ON_TENSORS = [FORMS[i] for i in (0, 1, 2, 4, 7, 8, 9, 11, 12, 14, 15)]
WRITES_FILES = {"np.save", "np.savetxt", "np.savez", "np.savez_compressed"}


def is_float(x):
    return isinstance(x, np.ndarray | np.floating) and x.dtype.kind == "f"


def outcome(form, function, t, v):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return form(function, t, v)
        except Exception as error:  # which one is for the test to say
            return error


@pytest.mark.parametrize("name", sorted(set(coverage.functions()) - WRITES_FILES))
def test_any_call_gives_numpy_s_answer_or_an_error_and_never_an_object_array(name):
    """Sixteen ways to call each function, sensible or not, inside a transform."""
    function = coverage.functions()[name]
    status = {n: status for names, _, status in LISTED for n in names}.get(name, "refused")
    for form in FORMS:
        t, v = Tensor(ARRAYS["t"]), Tensor(ARRAYS["v"])
        plain = outcome(form, function, ARRAYS["t"].copy(), ARRAYS["v"].copy())
        with inside_transform():
            result = outcome(form, function, t, v)
        assert np.array_equal(ag.detach(t), ARRAYS["t"])
        assert np.array_equal(ag.detach(v), ARRAYS["v"])
        if isinstance(result, Exception):
            # An error of another kind is one that NumPy raises too.
            assert isinstance(result, AutogradError | TypeError) or isinstance(plain, Exception), (
                inspect.getsource(form),
                result,
            )
            assert isinstance(result, AutogradError) or isinstance(plain, Exception), result
            continue
        checked_parts(result)
        if form in ON_TENSORS:
            assert status != "refused"
        if form in ON_TENSORS and status in ("differentiated", "flat"):
            floats = [x for x in coverage.parts(result) if not tensors_in(x) and is_float(x)]
            assert tensors_in(result) or not floats, inspect.getsource(form)
        if not isinstance(plain, Exception) and "empty" not in name:
            for found, want in zip(coverage.parts(result), coverage.parts(plain), strict=True):
                if isinstance(found, Tensor):
                    assert found.shape == np.shape(want)
                    np.testing.assert_allclose(ag.detach(found), want, rtol=1e-12, atol=1e-13)


def test_a_function_without_a_rule_says_how_to_define_one():
    with pytest.raises(AutogradError, match=r"ag\.define"):
        np.maximum.reduceat(Tensor([1.0, 2.0]), [0])
