"""How a number of a network looks: the colour, width and words of its arrow or circle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .numbers import full, short
from .picture import PAPER
from .stack import Layer

LABELLED = 12  # arrows of a layer up to which each says its number
CROWDED = 40  # arrows from which they are thin, and the weak ones faint
POSITIVE, NEGATIVE = "#1f6fb4", "#c2540a"  # told apart by every kind of eye, on white and on black
SUBSCRIPTS = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Mark:
    """An arrow, a circle, or the words beside one.

    share: how large the number is beside the largest that it is compared with, from 0 to 1.
    """

    key: str
    kind: str
    colour: str
    clear: int = 255
    width: float = 0.0
    label: str = ""
    told: str = ""
    share: float = 0.0

    @property
    def dashed(self) -> bool:
        return self.kind == "negative"


class View:
    """What a drawing of these layers shows, weights or gradients, and beside which numbers.

    largest: for each layer the size that has the widest arrow; by default its own largest.
    """

    def __init__(
        self, layers: list[Layer], gradients: bool = False, largest: list[float] | None = None
    ) -> None:
        self.layers = layers
        self.gradients = gradients
        self.largest = largest or [size_of(self.matrix(layer)) for layer in layers]

    @property
    def has_numbers(self) -> bool:
        """Whether circles have a number in them."""
        return self.gradients or self.layers[0].values is not None

    def matrix(self, layer: Layer) -> Any:
        return layer.gradient if self.gradients else layer.weight

    def unit(self, number: int, unit: int) -> str:
        """What a unit is called: x₁ in, h₁ between, y₁ out; h²₁ where there are several between."""
        letter = "x" if number == 0 else "y" if number == len(self.layers) - 1 else "h"
        if letter == "h" and len(self.layers) > 3:
            letter += str(number).translate(SUPERSCRIPTS)
        return letter + str(unit + 1).translate(SUBSCRIPTS)

    def arrow(self, number: int, i: int, j: int) -> Mark:
        """The arrow of W_ij into layer `number`."""
        value = self.matrix(self.layers[number])[i, j]
        size, most = float(value), self.largest[number]
        share = min(abs(size) / most, 1.0) if most and math.isfinite(size) else 0.0
        name = ("∂L/∂" if self.gradients else "") + weight_name(i, j)
        crowded = self.crowded(number)
        told = f"{name} = {full(value)}: {self.unit(number - 1, i)} → {self.unit(number, j)}"
        return Mark(
            f"w{number}_{i + 1}_{j + 1}",
            "negative" if size < 0 else "positive",
            NEGATIVE if size < 0 else POSITIVE,
            round(255 * (0.25 + 0.7 * share)) if crowded else 242,
            0.4 + share * (2.2 if crowded else 3),
            f"{name} = {short(value, 3 if self.gradients else 4)}"
            if is_labelled(self.layers[number])
            else "",
            told,
            share,
        )

    def crowded(self, number: int) -> bool:
        return len(self.layers[number - 1].shown) * len(self.layers[number].shown) > CROWDED

    def circle(self, number: int, unit: int) -> Mark:
        """The circle of a unit: its activation, or with gradients its δ = ∂L/∂b."""
        layer = self.layers[number]
        name = self.unit(number, unit)
        told, label, fill = name, name, PAPER
        if layer.values is not None:
            told += f" = {full(layer.values[unit])}"
        numbers = layer.delta if self.gradients else layer.values
        if numbers is not None:
            value = float(numbers[unit])
            sign = "δ " if self.gradients else ""
            digits = 3 if abs(value) >= 0.1 and not self.gradients else 2
            label = f"{name}\n{sign}{short(value, digits)}"
            fill = shade(value, size_of(numbers))
            if self.gradients:
                told += f"\nδ = ∂L/∂b{str(unit + 1).translate(SUBSCRIPTS)} = {full(numbers[unit])}"
        if layer.bias is not None:
            told += f"\nb{str(unit + 1).translate(SUBSCRIPTS)} = {full(layer.bias[unit])}"
        return Mark(f"u{number}_{unit + 1}", "unit", fill, label=label, told=told)

    def bias(self, number: int, unit: int) -> Mark | None:
        """The words below a circle; None where there is no bias or no room for it."""
        layer = self.layers[number]
        if layer.bias is None or not is_labelled(layer) or self.gradients:
            return None
        text = f"b{str(unit + 1).translate(SUBSCRIPTS)} = {short(layer.bias[unit])}"
        return Mark(f"b{number}_{unit + 1}", "bias", "", label=text)


def is_labelled(layer: Layer) -> bool:
    """Whether every arrow into a layer says its number."""
    return layer.weight is not None and layer.weight.size <= LABELLED


def size_of(array: Any) -> float:
    """The largest finite size in an array; 0 if there is none."""
    if array is None:
        return 0.0
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def weight_name(i: int, j: int) -> str:
    """W₁₂, with a comma where there are two digits."""
    comma = "," if i > 8 or j > 8 else ""
    return "W" + f"{i + 1}{comma}{j + 1}".translate(SUBSCRIPTS)


def shade(value: float, largest: float) -> str:
    """The paper, tinted by how large a number is beside the layer's largest."""
    if not math.isfinite(value) or not largest:
        return PAPER
    share = 0.5 * abs(value) / largest
    tint = POSITIVE if value > 0 else NEGATIVE
    mixed = (
        round(int(PAPER[i : i + 2], 16) * (1 - share) + int(tint[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)
