"""The diagram of the architecture page, laid out as all drawings here are."""

from __future__ import annotations

import re

import graphviz

from viz.engine import render

FLOORS = {
    "viz": "viz: drawings, steps, quizzes,\nplots, the command line",
    "nn": "nn: layers, losses,\noptimisers, training",
    "value": "Value and Tensor\nrecord a graph",
    "table": "the rule table\none row an operation",
    "backward": "the backward loop\nand its record",
    "transforms": "grad, jvp, hessian, hvp,\ncheckpoint",
    "compile": "compile\na page of NumPy",
}
ARROWS = [
    ("viz", "nn"),
    ("viz", "backward"),
    ("nn", "value"),
    ("nn", "compile"),
    ("value", "table"),
    ("backward", "table"),
    ("transforms", "backward"),
    ("compile", "backward"),
    ("backward", "value"),
]


def architecture_svg() -> str:
    """Who uses whom: arrows lead from what uses to what is used."""
    graph = graphviz.Digraph(
        node_attr={
            "shape": "box",
            "style": "rounded",
            "fontname": "sans-serif",
            "fontsize": "11",
            "margin": "0.35,0.12",  # a browser's letters may be wider than those that were measured
        },
        edge_attr={"arrowsize": "0.7"},
        graph_attr={"bgcolor": "transparent", "rankdir": "TB"},
    )
    for name, told in FLOORS.items():
        graph.node(name, told)
    for source, target in ARROWS:
        graph.edge(source, target)
    drawn = render(graph.source, "svg").decode()
    drawn = drawn[drawn.index("<svg") :]
    drawn = drawn.replace("black", "currentColor").replace('fill="white"', 'fill="none"')
    drawn = drawn.replace("<text ", '<text fill="currentColor" ')  # black where nothing is said
    return re.sub(
        "<svg", '<svg role="img" aria-label="Who uses whom in autograd-lite"', drawn, count=1
    )
