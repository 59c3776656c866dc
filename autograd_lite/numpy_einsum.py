"""`np.einsum` for `Tensor`: its two ways of writing, read and brought to one simple form."""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import ArgumentError, ShapeError
from .numpy_arguments import array, refuse
from .picking_rules import index
from .product_rules import einsum as einsum_rule
from .reduction_rules import sum
from .shape_rules import reshape, transpose

Label = str | int  # a letter, or the number of an axis that an ellipsis stands for
ELLIPSIS = "..."


@dataclass
class _Operand:
    """An operand, and one label for each of its axes."""

    array: Any
    labels: list[Label]

    def drop_repeats(self) -> None:
        """A label that stands twice means the diagonal of its axes: take it."""
        kept = list(dict.fromkeys(self.labels))
        if len(kept) == len(self.labels):
            return
        sizes = dict(zip(self.labels, self.array.shape, strict=True))
        along = {
            label: np.arange(sizes[label]).reshape([-1 if x == label else 1 for x in kept])
            for label in kept
        }
        self.array = index(self.array, index=tuple(along[label] for label in self.labels))
        self.labels = kept

    def drop_stretched(self, sizes: dict[Label, int]) -> None:
        """An axis of size 1 that others stretch multiplies every entry alike: leave it away."""
        kept = [i for i, x in enumerate(self.labels) if self.array.shape[i] == sizes[x]]
        if len(kept) < len(self.labels):
            self.array = reshape(self.array, shape=tuple(self.array.shape[i] for i in kept))
            self.labels = [self.labels[i] for i in kept]

    def sum_over(self, labels: set[Label]) -> None:
        """Add up along axes that nobody else has."""
        alone = tuple(i for i, label in enumerate(self.labels) if label in labels)
        if alone:
            self.array = sum(self.array, axis=alone)
            self.labels = [label for label in self.labels if label not in labels]


def einsum(*operands: Any, out: Any = None, optimize: Any = False, **settings: Any) -> Any:
    """Sum of products over named axes, as `np.einsum`: "ij,jk->ik" is the matrix product.

    The order of contraction is NumPy's (`optimize`); the gradients are einsums as well, optimized.
    Raises ArgumentError if the subscripts cannot be read, ShapeError if they do not fit the shapes.
    Source: Laue, Mitterreiter, Giesen, Computing Higher Order Derivatives of Matrix and Tensor
    Expressions (2018).

    >>> import autograd_lite as ag
    >>> A, x = ag.Tensor([[1.0, 2.0], [3.0, 4.0]]), ag.Tensor([1.0, -1.0])
    >>> np.einsum("i,ij,j->", x, A, x).backward()  # a quadratic form
    >>> x.grad, A.grad
    (array([-3., -3.]), array([[ 1., -1.],
           [-1.,  1.]]))
    """
    refuse("np.einsum", {"out": out, **settings})
    if not operands:
        raise ArgumentError("np.einsum: no operands were given.")
    arrays, terms, result = _read(operands)
    text = ",".join(map(_text, terms)) + ("" if result is None else "->" + _text(result))
    parts = [
        _Operand(array, _labels(array, term, i, text))
        for i, (array, term) in enumerate(zip(arrays, terms, strict=True))
    ]
    sizes = _sizes(parts, text)
    output = _output(parts, result, text)
    for part in parts:
        part.drop_repeats()
        part.drop_stretched(sizes)
    uses = Counter(label for part in parts for label in part.labels)
    for part in parts:
        part.sum_over({x for x in part.labels if uses[x] == 1 and x not in output})
    if len(parts) == 1:
        only = parts[0]
        order = tuple(only.labels.index(label) for label in output)
        return (
            only.array if order == tuple(range(len(order))) else transpose(only.array, axes=order)
        )
    used = dict.fromkeys(label for part in parts for label in part.labels)
    letters = dict(zip(used, string.ascii_letters, strict=False))
    try:
        spec = ",".join("".join(letters[x] for x in p.labels) for p in parts)
        spec += "->" + "".join(letters[x] for x in output)
    except KeyError:
        raise ArgumentError(f"np.einsum: {text}: more than 52 different axes.") from None
    return einsum_rule(*(part.array for part in parts), spec=spec, optimize=optimize)


def _read(operands: tuple[Any, ...]) -> tuple[list[Any], list[list[Any]], list[Any] | None]:
    """Arrays, the labels of each with the ellipsis still in, and those of the output if given."""
    if not isinstance(operands[0], str):
        return _read_lists(operands)
    spec, arrays = operands[0].replace(" ", ""), [array(x) for x in operands[1:]]
    before, arrow, after = spec.partition("->")
    terms = [_split(term, spec) for term in before.split(",")]
    if len(terms) != len(arrays):
        raise ArgumentError(
            f"np.einsum: {spec!r} names {len(terms)} operands; {len(arrays)} were given."
        )
    return arrays, terms, _split(after, spec) if arrow else None


def _read_lists(operands: tuple[Any, ...]) -> tuple[list[Any], list[list[Any]], list[Any] | None]:
    """The other way of writing it: einsum(a, [0, 1], b, [1, 2], [0, 2])."""
    *pairs, result = operands if len(operands) % 2 else (*operands, None)
    arrays = [array(x) for x in pairs[::2]]

    def labels(given: Any) -> list[Any]:
        try:
            return [
                ELLIPSIS if x is Ellipsis else (string.ascii_uppercase + string.ascii_lowercase)[x]
                for x in given
            ]
        except (TypeError, IndexError):
            raise ArgumentError(
                f"np.einsum: {given!r:.60} is not a list of axis numbers from 0 to 51 and `...`."
            ) from None

    return arrays, [labels(x) for x in pairs[1::2]], None if result is None else labels(result)


def _split(term: str, spec: str) -> list[Any]:
    """The labels of a term; the ellipsis is one of them."""
    before, dots, after = term.partition(ELLIPSIS)
    if any(x not in string.ascii_letters for x in before + after):
        raise ArgumentError(
            f"np.einsum: {spec!r}: the subscripts {term!r} are not letters and at most one '...'."
        )
    return [*before, *([ELLIPSIS] if dots else []), *after]


def _text(term: list[Any]) -> str:
    return "".join(map(str, term))


def _labels(array: Any, term: list[Any], position: int, text: str) -> list[Label]:
    """One label an axis: the ellipsis becomes axes numbered from the right, -1, -2, ..."""
    named = len(term) - (ELLIPSIS in term)
    more = array.ndim - named
    if more < 0 or (more and ELLIPSIS not in term):
        raise ShapeError(
            f"np.einsum: {text}: operand {position} has shape {array.shape}, {array.ndim} axes, "
            f"and its subscripts {_text(term)!r} name {named}."
        )
    return [x for label in term for x in (range(-more, 0) if label == ELLIPSIS else (label,))]


def _sizes(parts: list[_Operand], text: str) -> dict[Label, int]:
    """The size that each label stands for; 1 gives way to others."""
    sizes: dict[Label, int] = {}
    for position, part in enumerate(parts):
        own: dict[Label, int] = {}
        for label, size in zip(part.labels, part.array.shape, strict=True):
            if own.setdefault(label, size) != size:
                raise ShapeError(
                    f"np.einsum: {text}: {_named(label)} is an axis of {own[label]} and one of "
                    f"{size} in operand {position} of shape {part.array.shape}."
                )
            known = sizes.setdefault(label, size)
            if size not in (known, 1) and known != 1:
                shapes = ", ".join(str(p.array.shape) for p in parts)
                raise ShapeError(
                    f"np.einsum: {text}: {_named(label)} is {known} in one operand and {size} in "
                    f"another.\n  The operands have shapes {shapes}."
                )
            sizes[label] = size if known == 1 else known
    return sizes


def _named(label: Label) -> str:
    return f"axis {label} of the ellipsis" if isinstance(label, int) else f"axis {label!r}"


def _output(parts: list[_Operand], result: list[Any] | None, text: str) -> list[Label]:
    """The labels of the output; if none were given, those that stand once, in order."""
    uses = Counter(label for part in parts for label in part.labels)
    hidden = sorted(label for label in uses if isinstance(label, int))
    letters = [label for label in uses if isinstance(label, str)]
    if result is None:
        return [*hidden, *sorted(label for label in letters if uses[label] == 1)]
    for label in result:
        if label != ELLIPSIS and (label not in uses or result.count(label) > 1):
            raise ArgumentError(
                f"np.einsum: {text}: the output names {label!r} "
                + ("twice." if label in uses else "which no operand has.")
            )
    if hidden and ELLIPSIS not in result:
        raise ArgumentError(
            f"np.einsum: {text}: the operands' '...' stands for {len(hidden)} axes, and the output "
            "has no '...' for them."
        )
    return [x for label in result for x in (hidden if label == ELLIPSIS else (label,))]
