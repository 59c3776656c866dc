"""`network`: a stack of linear layers as a textbook draws it, in circles and arrows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .layout import text_width
from .numbers import full, short
from .picture import FONT, INK, MUTED, PAPER, STROKE, Drawing, plain, quoted
from .stack import HALF, MOST, Layer, stack_of

LABELLED = 12  # arrows of a layer up to which each says its weight
POSITIVE, NEGATIVE = "#1f6fb4", "#c2540a"  # told apart by every kind of eye, on white and on black
GAP, WIDE_GAP, ROOM = 150.0, 260.0, 24.0  # between layers, and between circles, in points
SMALL, LARGE = 30.0, 44.0  # across a circle without and with a number in it
SUBSCRIPTS = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def network(model: Any, x: Any = None) -> Drawing:
    """Draw a stack of linear layers: a circle a unit, an arrow a weight.

    An arrow is blue for a positive weight, orange and dashed for a negative one, and the wider the
    larger |W_ij|, by the layer's largest. Layers of up to 12 arrows say W_ij = number. A layer of
    more than 16 units is folded, and says how many are not drawn.

    model: an nn.Sequential or nn.MLP of nn.Linear layers and what goes between them, or one Linear.
    x: an example, (d,) or (1, d); then each circle shows its activation, as in use (no dropout).
    Raises UnsupportedError if the model is no stack of linear layers, ArgumentError if x holds more
    than one example, ShapeError if it has not d features.

    >>> import nn
    >>> network(nn.MLP([2, 3, 1], rng=0), x=[1.0, -1.0])
    <drawing: network 2-3-1: 6 circles, 9 arrows>
    """
    layers = stack_of(model, x)
    places = _places(layers)
    bodies: list[str] = []
    lines: list[str] = []
    for number in range(len(layers)):
        if number:
            lines += _arrows(layers, number, places)
        bodies += _circles(layers, number, places)
    bodies += _legend(places)
    arrows = sum(" -> " in line for line in lines)
    circles = sum(len(layer.shown) for layer in layers)
    sizes = "-".join(str(layer.size) for layer in layers)
    title = f"network {sizes}: {circles} circles, {arrows} arrows"
    head = [
        "digraph {",
        # neato with pinned places draws what is given, without a layout of its own
        f'graph [layout=neato, inputscale=72, splines=line, bgcolor="transparent", pad=0.15, '
        f'outputorder=edgesfirst, notranslate=true, fontname="{FONT}"];',
        f'node [shape=circle, fixedsize=true, style=filled, fillcolor="{PAPER}", '
        f'color="{STROKE}", penwidth=1.3, fontname="{FONT}", fontsize=11, fontcolor="{INK}"];',
        f'edge [arrowsize=0.45, fontname="{FONT}", fontsize=11];',
    ]
    return Drawing("\n".join([*head, *bodies, *lines, "}", ""]), title, circles)


# --- places ---------------------------------------------------------------------------------------


def _places(layers: list[Layer]) -> list[dict[int | None, tuple[float, float]]]:
    """For each layer, unit -> its centre; None -> the place of the fold mark."""
    across = LARGE if layers[0].values is not None else SMALL
    labelled = [_is_labelled(layer) for layer in layers]
    places: list[dict[int | None, tuple[float, float]]] = []
    x = 0.0
    for number, layer in enumerate(layers):
        if number:
            words = sum(text_width(_caption(layers, i), 13) for i in (number - 1, number)) / 2
            x += max(across + (WIDE_GAP if labelled[number] else GAP), words + 12)
        near = labelled[number] or (number + 1 < len(layers) and labelled[number + 1])
        step = across + (ROOM * 2.4 if near else ROOM / 2)
        slots: list[int | None] = [*layer.shown]
        if layer.size > MOST:
            slots.insert(HALF, None)
        top = (len(slots) - 1) * step / 2
        places.append({slot: (x, top - i * step) for i, slot in enumerate(slots)})
    return places


def _is_labelled(layer: Layer) -> bool:
    return layer.weight is not None and layer.weight.size <= LABELLED


# --- writing --------------------------------------------------------------------------------------


def _unit(layers: list[Layer], number: int, unit: int) -> str:
    """What a unit is called: x₁ in, h₁ between, y₁ out; h²₁ where there are several between."""
    letter = "x" if number == 0 else "y" if number == len(layers) - 1 else "h"
    if letter == "h" and len(layers) > 3:
        letter += str(number).translate(SUPERSCRIPTS)
    return letter + str(unit + 1).translate(SUBSCRIPTS)


def _caption(layers: list[Layer], number: int) -> str:
    kind = "input" if number == 0 else "output" if number == len(layers) - 1 else "hidden"
    layer = layers[number]
    return plain(f"{kind} {layer.size} {', '.join(layer.functions)}".strip(), 60)


def _foot(places: list[dict[int | None, tuple[float, float]]]) -> float:
    return min(y for found in places for _, y in found.values())


def _legend(places: list[dict[int | None, tuple[float, float]]]) -> list[str]:
    """What the two kinds of arrow mean, below everything, on one line if there is room for it."""
    left, right = (next(iter(places[i].values()))[0] for i in (0, -1))
    y = _foot(places) - LARGE / 2 - 62
    wide = right - left > 260
    middle, apart = (left + right) / 2, 70 if wide else 0
    return [
        _text("positive", "── positive weight", (middle - apart, y), "legend", POSITIVE, 10.5),
        _text(
            "negative",
            "- - negative weight",
            (middle + apart, y - (0 if wide else 20)),
            "legend",
            NEGATIVE,
            10.5,
        ),
    ]


def _at(place: tuple[float, float]) -> str:
    return f'pos="{place[0]:g},{place[1]:g}!"'


def _circles(
    layers: list[Layer], number: int, places: list[dict[int | None, tuple[float, float]]]
) -> list[str]:
    layer, found = layers[number], []
    across = LARGE if layer.values is not None else SMALL
    largest = 0.0
    if layer.values is not None:
        sizes = np.abs(layer.values[np.isfinite(layer.values)])
        largest = float(sizes.max()) if sizes.size else 0.0
    for unit in layer.shown:
        place = places[number][unit]
        name = _unit(layers, number, unit)
        told, label, fill = name, name, PAPER
        if layer.values is not None:
            value = float(layer.values[unit])
            label = f"{name}\n{short(value, 3 if abs(value) >= 0.1 else 2)}"
            told += f" = {full(layer.values[unit])}"
            fill = _shade(value, largest)
        if layer.bias is not None:
            told += f"\nb{str(unit + 1).translate(SUBSCRIPTS)} = {full(layer.bias[unit])}"
        found.append(
            f'u{number}_{unit + 1} [id="u{number}_{unit + 1}", class="unit", {_at(place)}, '
            f'width={across / 72:.3f}, label={quoted(label)}, fillcolor="{fill}", '
            f"tooltip={quoted(told)}];"
        )
        if layer.bias is not None and _is_labelled(layer):
            below = (place[0], place[1] - across / 2 - 9)
            text = f"b{str(unit + 1).translate(SUBSCRIPTS)} = {short(layer.bias[unit])}"
            found.append(_text(f"b{number}_{unit + 1}", text, below, "bias", MUTED, 10))
    if layer.size > MOST:
        text = f"… {layer.size - len(layer.shown)} more"
        found.append(_text(f"more{number}", text, places[number][None], "fold", INK, 12))
    foot = _foot(places) - across / 2 - 34
    middle = next(iter(places[number].values()))[0]
    found.append(
        _text(f"caption{number}", _caption(layers, number), (middle, foot), "caption", INK, 13)
    )
    return found


def _text(
    key: str, text: str, place: tuple[float, float], kind: str, colour: str, size: float
) -> str:
    """Words on a plate of their own, readable on any page."""
    width, height = (0.9 * text_width(text, size) + 6) / 72, (size + 6) / 72
    return (
        f'{key} [id="{key}", class="{kind}", {_at(place)}, shape=box, width={width:.3f}, '
        f'height={height:.3f}, color="{PAPER}", fontcolor="{colour}", fontsize={size:g}, '
        f"label={quoted(text)}];"
    )


def _shade(value: float, largest: float) -> str:
    """The paper, tinted by how large the activation is beside the layer's largest."""
    if not math.isfinite(value) or not largest:
        return PAPER
    share = 0.5 * abs(value) / largest
    tint = POSITIVE if value > 0 else NEGATIVE
    mixed = (
        round(int(PAPER[i : i + 2], 16) * (1 - share) + int(tint[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _arrows(
    layers: list[Layer], number: int, places: list[dict[int | None, tuple[float, float]]]
) -> list[str]:
    before, layer = layers[number - 1], layers[number]
    finite = np.abs(layer.weight[np.isfinite(layer.weight)])
    largest = float(finite.max()) if finite.size else 0.0
    labelled = _is_labelled(layer)
    crowded = len(before.shown) * len(layer.shown) > 40
    found: list[tuple[float, str]] = []
    taken: list[tuple[float, float]] = []
    for i in before.shown:
        for j in layer.shown:
            weight = float(layer.weight[i, j])
            share = abs(weight) / largest if largest and math.isfinite(weight) else 0.0
            key = f"w{number}_{i + 1}_{j + 1}"
            label = _weight_name(i, j)
            told = f"{label} = {full(layer.weight[i, j])}: " + (
                f"{_unit(layers, number - 1, i)} → {_unit(layers, number, j)}"
            )
            colour = NEGATIVE if weight < 0 else POSITIVE
            clear = round(255 * (0.25 + 0.7 * share)) if crowded else 242
            kind = "negative" if weight < 0 else "positive"
            dashes = ", style=dashed" if weight < 0 else ""
            width = 0.4 + share * (2.2 if crowded else 3)
            tip = ", arrowsize=0.3" if crowded else ""
            line = (
                f"u{number - 1}_{i + 1} -> u{number}_{j + 1} "
                f'[id="{key}", class="{kind}", color="{colour}{clear:02x}", '
                f"penwidth={width:.2f}{dashes}{tip}, tooltip={quoted(told)}];"
            )
            found.append((share, line))
            if labelled:
                ends = places[number - 1][i], places[number][j]
                text = f"{label} = {short(weight)}"
                place = _free(*ends, text_width(text, 10.5) + 12, taken)
                taken.append(place)
                found.append((2, _text(f"{key}_label", text, place, "weight", colour, 10.5)))
    # the strongest last, so that they lie on top
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _weight_name(i: int, j: int) -> str:
    comma = "," if i > 8 or j > 8 else ""
    return "W" + f"{i + 1}{comma}{j + 1}".translate(SUBSCRIPTS)


def _free(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    taken: list[tuple[float, float]],
) -> tuple[float, float]:
    """A place for a label on an arrow, clear of the labels before it."""
    best, best_room = start, -1.0
    for share in (0.5, 0.4, 0.6, 0.32, 0.68, 0.26, 0.74):
        place = tuple(a + (b - a) * share for a, b in zip(start, end, strict=True))
        room = min(
            (max(abs(place[0] - x) / width, abs(place[1] - y) / 20) for x, y in taken), default=9
        )
        if room >= 1:
            return place[0], place[1]
        if room > best_room:
            best, best_room = (place[0], place[1]), room
    return best
