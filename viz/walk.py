"""From a node to the frames that step through it: forward, backward, update."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, DataError, ShapeError
from autograd_lite.graph import Node, downward
from autograd_lite.stepwise import steps

from .backward import backward
from .clusters import clusters_of
from .formulas import is_single
from .forward import forward
from .frames import Walk
from .grouped import grouped
from .modules import names_in, parameter_names
from .naive import naive_steps
from .orders import beside_right
from .outline import LIMIT
from .scene import Scene
from .updating import updates
from .words import Words

RECORDS = {"right": steps, "naive": naive_steps}


def walk(
    root: Node,
    names: Mapping[str, Any] | None = None,
    update: float | None = None,
    keep: Iterable[Node] | None = None,
    words: Words | None = None,
    order: str = "right",
    model: Any = None,
    depth: int | None = None,
    parts: bool | None = None,
) -> Walk:
    """Every frame of the walk through backprop from `root`, which is only read.

    Raises DataError if `root` is no node, ShapeError if it has more than one entry, ArgumentError
    if `update` is no positive number or `order` is none of its kinds.
    """
    check(root, update)
    if order not in RECORDS:
        raise ArgumentError(
            f"step: order={order!r}; give 'right', or 'naive' to see what goes wrong without it."
        )
    if _in_parts(root, keep, depth, update, order, parts):
        named = parameter_names(model) if model is not None else names_in(names)
        found = grouped(root, names, named, words or Words())
        if found is not None:
            return found
    scene = Scene(root, names, keep, words or Words(), RECORDS[order], depth=depth, model=model)
    return played(scene, update, order == "right")


def check(root: Any, update: float | None, who: str = "step", rate: str = "update") -> None:
    """Refuse what cannot be walked through, in the name of the function that was asked."""
    if not isinstance(root, Node):
        raise DataError(
            f"{who}: {type(root).__name__} {root!r:.60} is not part of a graph.\n"
            "  Give a Value or a Tensor that was computed from others."
        )
    if not is_single(root.data):
        raise ShapeError(
            f"{who}: the node has shape {np.shape(root.data)}, and backprop starts at one number.\n"
            "  Step through a scalar made from it, such as its .sum() or a loss."
        )
    if update is not None and not (
        isinstance(update, int | float) and 0 < update < math.inf and not isinstance(update, bool)
    ):
        raise ArgumentError(
            f"{who}: {rate}={update!r} is no learning rate.\n  Give a positive number, such as 0.1."
        )


def played(scene: Scene, update: float | None = None, right: bool = True) -> Walk:
    """The walk that is told from a scene. right: its record is in the right order."""
    back = backward(scene)
    frames = [*forward(scene), *(back if right else beside_right(scene, back))]
    if update is not None:
        frames += updates(scene, float(update))
    constants = scene.formulas.constants
    clusters = clusters_of(scene.replay.order, scene.outline, scene.parameters)
    return Walk(
        scene.root,
        scene.names,
        scene.outline,
        scene.words,
        tuple(frames),
        constants,
        clusters,
    )


def _in_parts(
    root: Node, keep: Any, depth: Any, update: Any, order: str, parts: bool | None
) -> bool:
    """Whether to group the graph: if asked, or if it is too large for a box a number."""
    if parts is False or keep is not None or depth is not None or update is not None:
        return False
    nodes = downward(root)
    plain = order == "right" and all(np.ndim(node.data) == 0 for node in nodes)
    return plain and (parts is True or len(nodes) > LIMIT)
