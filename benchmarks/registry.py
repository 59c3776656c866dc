"""What a workload is, which rows it has, and where all of them are found."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

Size = Literal["full", "quick", "tiny"]
Numbers = list[Any]  # arrays and numbers, in the order of the workload's reference

OURS = "autograd-lite"
# Who can take part: the module to import and the name under which it is installed.
PEERS: dict[str, tuple[str, str]] = {
    OURS: ("autograd_lite", "autograd-lite"),
    "NumPy": ("numpy", "numpy"),
    "Python": ("math", ""),
    "micrograd": ("micrograd", "micrograd"),
    "PyTorch": ("torch", "torch"),
    "JAX": ("jax", "jax"),
    "HIPS autograd": ("autograd", "autograd"),
    "MyGrad": ("mygrad", "mygrad"),
    "CasADi": ("casadi", "casadi"),
    "scikit-learn": ("sklearn", "scikit-learn"),
    "numba": ("numba", "numba"),
}
# Where the workloads are defined. A module has a list `WORKLOADS`.
MODULES = (
    "scalar_mlp",
    "scalar_chain",
    "neuron",
    "mlp_step",
    "array_chain",
    "deep_memory",
    "training",
)


@dataclass(frozen=True)
class Run:
    """One row, ready: `call` is what is timed, `read` makes numbers of what it returned.

    facts: figures beside the time, such as an accuracy, from what it returned.
    """

    call: Callable[[], Any]
    read: Callable[[Any], Numbers] = list
    facts: Callable[[Any], Mapping[str, float]] | None = None


@dataclass(frozen=True)
class Held:
    """One row of a measurement of memory: `backward(forward())` is what is watched.

    read: numbers of what backward returned.
    program: forward is a first call, which traces and leaves buffers, those of the gradients among
    them; backward is a second call, and the peak is that of the second alone.
    """

    forward: Callable[[], Any]
    backward: Callable[[Any], Any]
    read: Callable[[Any], Numbers] = list
    program: bool = False


@dataclass(frozen=True)
class Row:
    """One way to compute a workload.

    peer: a key of PEERS.  variant: which way of that peer, "" if there is but one.
    build: makes it ready from the workload's case.  share: what part of the case is computed, where
    all of it would take minutes; its time is scaled up by the number of operations.
    slow: takes long to get ready, so the tests leave it out.  fails: the exception that is
    expected, where a peer's limit is what the row shows.  uses: a module that the first call must
    have loaded, or it did not run on what its name says.
    """

    peer: str
    variant: str
    build: Callable[[Any], Any]
    share: float = 1.0
    slow: bool = False
    fails: str = ""
    uses: str = ""

    @property
    def name(self) -> str:
        return f"{self.peer}, {self.variant}" if self.variant else self.peer

    @property
    def ours(self) -> bool:
        return self.peer == OURS


@dataclass(frozen=True)
class Workload:
    """The same numbers, computed in every row.

    case: (size, share, check) -> what the rows are built from; check=True may have settings, such
    as a larger learning rate, under which a wrong number is seen at once.
    reference: the numbers, by hand in NumPy and float64.  tolerance: the largest relative distance.
    baseline: the row that the others are divided by.  claims: pairs of rows (one, other) whose
    quotient is stated too.  operations: how many the case has.
    collector: time it with Python's garbage collector off as well.
    threads: the numbers of threads it is run with.  unit: of memory: what `per(case)` counts.
    rebuild: whether the checked case has other settings than the timed one.
    small_first: whether memory is measured after a small run, not after one of full size.
    """

    name: str
    title: str
    case: Callable[[Size, float, bool], Any]
    rows: Sequence[Row]
    baseline: str
    reference: Callable[[Any], Numbers] | None = None
    tolerance: float = 1e-9
    claims: Sequence[tuple[str, str]] = ()
    operations: Callable[[Any], float] = lambda case: 1.0
    collector: bool = False
    threads: Sequence[int] = (1,)
    kind: Literal["time", "memory"] = "time"
    unit: str = ""
    per: Callable[[Any], float] = lambda case: 1.0
    notes: Sequence[str] = field(default_factory=tuple)
    quick: bool = True  # whether --quick runs it
    rebuild: bool = False
    small_first: bool = False

    def row(self, name: str) -> Row:
        return next(row for row in self.rows if row.name == name)


def numba_row(build: Callable[..., Any]) -> Row:
    """Our row of a compiled function that runs as machine code of numba."""
    return Row(OURS, "compiled, numba", partial(build, backend="numba"), slow=True, uses="numba")


def jax_row(build: Callable[..., Any]) -> Row:
    """Our row of a compiled function whose source runs under jax.jit."""
    return Row(OURS, "compiled, jax", partial(build, backend="jax"), slow=True, uses="jax")


def workloads() -> dict[str, Workload]:
    """All of them by name, in the order in which they are shown."""
    found: dict[str, Workload] = {}
    for module in MODULES:
        listed = importlib.import_module(f".{module}", __package__).WORKLOADS
        found.update({workload.name: workload for workload in listed})
    return found
