"""`network`: a stack of linear layers as a textbook draws it, in circles and arrows."""

from __future__ import annotations

from typing import Any

from .layout import text_width
from .network_epochs import Training, kept_in
from .network_marks import NEGATIVE, POSITIVE, Mark, View, is_labelled, size_of
from .numbers import short
from .picture import FONT, INK, MUTED, PAPER, STROKE, Drawing, plain, quoted
from .stack import HALF, MOST, Layer, stack_of

GAP, WIDE_GAP, ROOM = 150.0, 260.0, 24.0  # between layers, and between circles, in points
SMALL, LARGE = 30.0, 44.0  # across a circle without and with a number in it
Places = list[dict[int | None, tuple[float, float]]]


def network(model: Any, x: Any = None, gradients: bool = False, history: Any = None) -> Drawing:
    """Draw a stack of linear layers: a circle a unit, an arrow a weight.

    An arrow is blue for a positive weight, orange and dashed for a negative one, and the wider the
    larger |W_ij|, by the layer's largest. Layers of up to 12 arrows say W_ij = number. A layer of
    more than 16 units is folded, and says how many are not drawn.

    model: an nn.Sequential or nn.MLP of nn.Linear layers and what goes between them, or one Linear.
    x: an example, (d,) or (1, d); then each circle shows its activation, as in use (no dropout).
    gradients: after `backward()`, show dL/dW_ij on the arrows and in the circles
    delta_j = dL/db_j, the gradient of what goes into the unit's activation, summed over the batch.
    history: of a run with an `nn.Snapshots` callback, or those snapshots. Then the drawing saves
    itself as a page (.html) with a slider over the epochs, on one scale for all of them.
    Raises UnsupportedError if the model is no stack of linear layers, ArgumentError if x holds more
    than one example, if there are no gradients, or if the history has no snapshots of this model,
    ShapeError if x has not d features.

    >>> import nn
    >>> network(nn.MLP([2, 3, 1], rng=0), x=[1.0, -1.0])
    <drawing: network 2-3-1: 6 circles, 9 arrows>
    """
    if history is None:
        return _drawing(View(stack_of(model, x, gradients), gradients))
    kept = kept_in(history, model, gradients)
    epochs = [stack_of(model, x, state=state) for state in kept.states]
    largest = [max(size_of(layers[i].weight) for layers in epochs) for i in range(len(epochs[0]))]
    views = [View(layers, largest=largest) for layers in epochs]
    return Training(_drawing(views[-1]), views, kept)


def _drawing(view: View) -> Drawing:
    layers = view.layers
    places = _places(view)
    bodies: list[str] = []
    lines: list[str] = []
    for number in range(len(layers)):
        if number:
            lines += _arrows(view, number, places)
        bodies += _circles(view, number, places)
    bodies += _legend(view, places)
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


def _across(view: View) -> float:
    return LARGE if view.has_numbers else SMALL


def _places(view: View) -> Places:
    """For each layer, unit -> its centre; None -> the place of the fold mark."""
    layers, across = view.layers, _across(view)
    labelled = [is_labelled(layer) for layer in layers]
    places: Places = []
    x = 0.0
    for number, layer in enumerate(layers):
        if number:
            words = sum(text_width(_caption(layers, i), 13) for i in (number - 1, number)) / 2
            gap = WIDE_GAP + 90 * view.gradients if labelled[number] else GAP
            x += max(across + gap, words + 12)
        near = labelled[number] or (number + 1 < len(layers) and labelled[number + 1])
        step = across + (ROOM * 2.4 if near else ROOM / 2)
        slots: list[int | None] = [*layer.shown]
        if layer.size > MOST:
            slots.insert(HALF, None)
        top = (len(slots) - 1) * step / 2
        places.append({slot: (x, top - i * step) for i, slot in enumerate(slots)})
    return places


def _caption(layers: list[Layer], number: int) -> str:
    kind = "input" if number == 0 else "output" if number == len(layers) - 1 else "hidden"
    layer = layers[number]
    return plain(f"{kind} {layer.size} {', '.join(layer.functions)}".strip(), 60)


def _foot(places: Places) -> float:
    return min(y for found in places for _, y in found.values())


def _centre(places: Places, number: int) -> float:
    return next(iter(places[number].values()))[0]


# --- writing --------------------------------------------------------------------------------------


def _legend(view: View, places: Places) -> list[str]:
    """What colour and width of an arrow mean, below everything, on one line if there is room."""
    left, right = _centre(places, 0), _centre(places, -1)
    y = _foot(places) - LARGE / 2 - 62
    wide = right - left > 260
    middle, apart = (left + right) / 2, 76 if wide else 0
    what, symbol = ("gradient", "|∂L/∂W|") if view.gradients else ("weight", "|W|")
    below = y - (0 if wide else 20)
    less = f"- - negative {what}"
    return [
        _text("positive", f"── positive {what}", (middle - apart, y), "legend", POSITIVE, 10.5),
        _text("negative", less, (middle + apart, below), "legend", NEGATIVE, 10.5),
        *(
            _text(
                f"scale{number}",
                f"widest: {symbol} = {short(view.largest[number], 3)}",
                ((_centre(places, number - 1) + _centre(places, number)) / 2, below - 20),
                "legend",
                MUTED,
                10.5,
            )
            for number in range(1, len(view.layers))
        ),
    ]


def _at(place: tuple[float, float]) -> str:
    return f'pos="{place[0]:g},{place[1]:g}!"'


def _circles(view: View, number: int, places: Places) -> list[str]:
    layer, found = view.layers[number], []
    across = _across(view)
    for unit in layer.shown:
        place, mark = places[number][unit], view.circle(number, unit)
        found.append(
            f'{mark.key} [id="{mark.key}", class="{mark.kind}", {_at(place)}, '
            f'width={across / 72:.3f}, label={quoted(mark.label)}, fillcolor="{mark.colour}", '
            f"tooltip={quoted(mark.told)}];"
        )
        if bias := view.bias(number, unit):
            below = (place[0], place[1] - across / 2 - 9)
            found.append(_text(bias.key, bias.label, below, bias.kind, MUTED, 10))
    if layer.size > MOST:
        text = f"… {layer.size - len(layer.shown)} more"
        found.append(_text(f"more{number}", text, places[number][None], "fold", INK, 12))
    foot = _foot(places) - across / 2 - 34
    place = (_centre(places, number), foot)
    found.append(
        _text(f"caption{number}", _caption(view.layers, number), place, "caption", INK, 13)
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


def _arrows(view: View, number: int, places: Places) -> list[str]:
    before, layer = view.layers[number - 1], view.layers[number]
    tip = ", arrowsize=0.3" if view.crowded(number) else ""
    found: list[tuple[float, str]] = []
    taken: list[tuple[float, float]] = []
    for i in before.shown:
        for j in layer.shown:
            mark = view.arrow(number, i, j)
            found.append((mark.share, _arrow(mark, number, i, j, tip)))
            if mark.label:
                ends = places[number - 1][i], places[number][j]
                place = _free(*ends, text_width(mark.label, 10.5) + 12, taken)
                taken.append(place)
                words = _text(f"{mark.key}_label", mark.label, place, "weight", mark.colour, 10.5)
                found.append((2, words))
    # the strongest last, so that they lie on top
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _arrow(mark: Mark, number: int, i: int, j: int, tip: str) -> str:
    dashes = ", style=dashed" if mark.dashed else ""
    return (
        f"u{number - 1}_{i + 1} -> u{number}_{j + 1} "
        f'[id="{mark.key}", class="{mark.kind}", color="{mark.colour}{mark.clear:02x}", '
        f"penwidth={mark.width:.2f}{dashes}{tip}, tooltip={quoted(mark.told)}];"
    )


def _free(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    taken: list[tuple[float, float]],
) -> tuple[float, float]:
    """A place for a label on an arrow, clear of the labels before it."""
    best, best_room = start, -1.0
    for share in (0.5, 0.4, 0.6, 0.32, 0.68, 0.26, 0.74, 0.45, 0.55, 0.36, 0.64, 0.2, 0.8):
        place = tuple(a + (b - a) * share for a, b in zip(start, end, strict=True))
        room = min(
            (max(abs(place[0] - x) / width, abs(place[1] - y) / 20) for x, y in taken), default=9
        )
        if room >= 1:
            return place[0], place[1]
        if room > best_room:
            best, best_room = (place[0], place[1]), room
    return best
