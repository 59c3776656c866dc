"""Holds a compiled program against the eager engine, its own page, and what it promises."""

import pathlib
import shutil
import subprocess
import tempfile
import warnings

import numpy as np

import autograd_lite as ag
from autograd_lite.version import careful

RUFF = shutil.which("ruff")
WIDTH = 99


def flat(x):
    """The arrays of a result: a number, an array, or a container of them."""
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, list | tuple):
        return [part for item in x for part in flat(item)]
    return [np.asarray(x)]


def agree(found, expected, exactness=1e-11):
    """The same shapes and dtypes, and the same numbers to rounding; nan and infinity included."""
    found, expected = flat(found), flat(expected)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        finite = np.abs(b[np.isfinite(b)])
        size = float(finite.max(initial=0.0))
        np.testing.assert_allclose(a, b, rtol=exactness, atol=exactness * (1 + size))


def by_hand(f, argnums, args, kwargs=None):
    """What a program must give: the value, and the gradient of its sum, by the eager engine."""
    return careful(f, argnums, args, kwargs or {})


def copies(x):
    if isinstance(x, dict):
        return {key: copies(item) for key, item in x.items()}
    if isinstance(x, list | tuple):
        made = [copies(item) for item in x]
        return type(x)(*made) if hasattr(x, "_fields") else type(x)(made)
    return x.copy() if isinstance(x, np.ndarray) else x


def hold(f, argnums, *calls, exactness=1e-11):
    """The program of `f`, called with each of `calls` (tuples of arguments), in one steady state.

    Values and gradients agree with the eager engine; arguments are as they were; what one call gave
    is not changed by the next; the page does the same when it is pasted. Returns the program.
    """
    program, donating = ag.compile(f, argnums), ag.compile(f, argnums, donate=True)
    given = []
    for args in calls:
        before = copies(args)
        expected = by_hand(f, argnums, args)
        found = program(*args)
        agree(found, expected, exactness)
        agree(donating(*args), expected, exactness)
        assert all(map(np.array_equal, flat(args), flat(before), [True] * len(flat(args))))
        for out in flat(found):
            assert not any(np.may_share_memory(out, x) for x in flat(args))
        outs = flat(found)
        for i, out in enumerate(outs):
            assert not any(np.may_share_memory(out, other) for other in outs[:i])
        given.append((found, copies(found)))
        agree_pasted(program, args, expected, exactness)
    for found, kept in given:
        assert all(map(np.array_equal, flat(found), flat(kept), [True] * len(flat(found))))
    check_text(program)
    return program


def leaves_of(args):
    return [x for x in flat_leaves(args) if isinstance(x, np.ndarray | np.generic | float)]


def flat_leaves(x):
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, list | tuple):
        return [part for item in x for part in flat_leaves(item)]
    return [x]


def pasted(program, args):
    """What the page gives when it is pasted after `import numpy as np`."""
    version = next(reversed(program._versions.values()))
    names = {"np": np}
    exec(program.source, names)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return names["value_and_grad"](*leaves_of(args), **version.constants)


def agree_pasted(program, args, expected, exactness):
    value, gradients = pasted(program, args)
    if any(np.isnan(x).any() for x in flat([value, *gradients])):
        return  # 0 times infinity: a program asks the eager engine what it comes to
    for a, b in zip([value, *gradients], flat(expected), strict=True):
        finite = np.abs(b[np.isfinite(b)])
        size = float(finite.max(initial=0.0))
        np.testing.assert_allclose(a, b, rtol=exactness, atol=exactness * (1 + size))


def check_text(program):
    """Both sources compile, and no line is longer than 99 columns."""
    for source in (program.source, program.source_in_place):
        compile(source, "<source>", "exec")
        long = [line for line in source.splitlines() if len(line) > WIDTH]
        assert not long, long


def misformatted(sources):
    """What `ruff format` would change in these sources: a diff, empty if nothing."""
    if RUFF is None:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        for i, source in enumerate(sources):
            head = "" if source.startswith("import numpy") else "import numpy as np\n\n\n"
            (pathlib.Path(folder) / f"source_{i}.py").write_text(head + source)
        done = subprocess.run(
            [RUFF, "format", "--isolated", "--line-length", "100", "--diff", folder],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    return done.stdout
