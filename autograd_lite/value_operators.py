"""The operators of `Value`, printed from the rule table by print_operators.py: do not edit.

`a` and `b` are the inputs, `y` is the output, `da` and `db` are the local derivatives dy/da, dy/db.
On floats, `np` is the math module under NumPy's names; where that has no answer (log(0), overflow)
`exactly` asks NumPy for the one of IEEE 754.
"""

from __future__ import annotations

from typing import Any

from . import rules
from . import scalar_math as np
from .recording import state
from .scalar_math import exactly

new: Any = object.__new__


class ValueOperators:
    """One method for each elementwise row of one or two inputs."""

    __slots__ = ()

    data: Any
    grad: float | None
    op: Any
    label: str | None
    mark: int
    a: Any
    da: Any
    b: Any
    db: Any
    _made: Any
    _meet: Any

    def __add__(self, other: Any) -> Any:
        """a + b: addition passes the gradient on unchanged."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            y = a + b
            da = 1.0
            db = 1.0
            if state.paused:
                return self._made(rules.add, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.add
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.add, self, other)
        else:
            return self._meet(rules.add, self, other)
        y = a + b
        da = 1.0
        if state.paused:
            return self._made(rules.add, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.add
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def __radd__(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.add, other, self)
        else:
            return self._meet(rules.add, other, self)
        b = self.data
        y = a + b
        db = 1.0
        if state.paused:
            return self._made(rules.add, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.add
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def __sub__(self, other: Any) -> Any:
        """a - b: what is subtracted from passes the gradient on unchanged."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            y = a - b
            da = 1.0
            db = -1.0
            if state.paused:
                return self._made(rules.subtract, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.subtract
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.subtract, self, other)
        else:
            return self._meet(rules.subtract, self, other)
        y = a - b
        da = 1.0
        if state.paused:
            return self._made(rules.subtract, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.subtract
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def __rsub__(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.subtract, other, self)
        else:
            return self._meet(rules.subtract, other, self)
        b = self.data
        y = a - b
        db = -1.0
        if state.paused:
            return self._made(rules.subtract, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.subtract
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def __mul__(self, other: Any) -> Any:
        """a * b: the slope is the other factor."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            y = a * b
            da = b
            db = a
            if state.paused:
                return self._made(rules.multiply, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.multiply
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.multiply, self, other)
        else:
            return self._meet(rules.multiply, self, other)
        y = a * b
        da = b
        if state.paused:
            return self._made(rules.multiply, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.multiply
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def __rmul__(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.multiply, other, self)
        else:
            return self._meet(rules.multiply, other, self)
        b = self.data
        y = a * b
        db = a
        if state.paused:
            return self._made(rules.multiply, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.multiply
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def __truediv__(self, other: Any) -> Any:
        """a / b: the slope is 1 / denominator."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = a / b
                da = 1.0 / b
                db = -y / b
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.divide, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.divide, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.divide
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.divide, self, other)
        else:
            return self._meet(rules.divide, self, other)
        try:
            y = a / b
            da = 1.0 / b
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.divide, (a, b), (0,))
        if state.paused:
            return self._made(rules.divide, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.divide
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def __rtruediv__(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.divide, other, self)
        else:
            return self._meet(rules.divide, other, self)
        b = self.data
        try:
            y = a / b
            db = -y / b
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.divide, (a, b), (1,))
        if state.paused:
            return self._made(rules.divide, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.divide
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def __pow__(self, other: Any) -> Any:
        """a ** b: bring the exponent down, lower it by 1."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.power(a, b)
                da = b * np.power(a, np.where(b == 0.0, 0.0, b - 1.0))
                db = y * np.log(np.where(a == 0.0, 1.0, a))
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.power, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.power, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.power
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.power, self, other)
        else:
            return self._meet(rules.power, self, other)
        try:
            y = np.power(a, b)
            da = b * np.power(a, np.where(b == 0.0, 0.0, b - 1.0))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.power, (a, b), (0,))
        if state.paused:
            return self._made(rules.power, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.power
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def __rpow__(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.power, other, self)
        else:
            return self._meet(rules.power, other, self)
        b = self.data
        try:
            y = np.power(a, b)
            db = y * np.log(np.where(a == 0.0, 1.0, a))
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.power, (a, b), (1,))
        if state.paused:
            return self._made(rules.power, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.power
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def __neg__(self) -> Any:
        """-a: minus turns the sign."""
        a = self.data
        y = -a
        da = -1.0
        if state.paused:
            return self._made(rules.negative, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.negative
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def __abs__(self) -> Any:
        """absolute(a): the slope is the sign of the input."""
        a = self.data
        try:
            y = np.absolute(a)
            da = np.sign(a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.absolute, (a,), (0,))
        if state.paused:
            return self._made(rules.absolute, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.absolute
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def sign(self) -> Any:
        """sign(a): flat everywhere but at the jump."""
        a = self.data
        try:
            y = np.sign(a)
            da = 0.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.sign, (a,), (0,))
        if state.paused:
            return self._made(rules.sign, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.sign
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def floor(self) -> Any:
        """floor(a): flat everywhere but at the jumps."""
        a = self.data
        try:
            y = np.floor(a)
            da = 0.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.floor, (a,), (0,))
        if state.paused:
            return self._made(rules.floor, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.floor
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def ceil(self) -> Any:
        """ceil(a): flat everywhere but at the jumps."""
        a = self.data
        try:
            y = np.ceil(a)
            da = 0.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.ceil, (a,), (0,))
        if state.paused:
            return self._made(rules.ceil, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.ceil
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def rint(self) -> Any:
        """rint(a): flat everywhere but at the jumps."""
        a = self.data
        try:
            y = np.rint(a)
            da = 0.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.rint, (a,), (0,))
        if state.paused:
            return self._made(rules.rint, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.rint
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def trunc(self) -> Any:
        """trunc(a): flat everywhere but at the jumps."""
        a = self.data
        try:
            y = np.trunc(a)
            da = 0.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.trunc, (a,), (0,))
        if state.paused:
            return self._made(rules.trunc, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.trunc
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def __floordiv__(self, other: Any) -> Any:
        """floor_divide(a, b): flat everywhere but at the jumps."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.floor_divide(a, b)
                da = 0.0
                db = 0.0
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.floor_divide, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.floor_divide, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.floor_divide
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.floor_divide, self, other)
        else:
            return self._meet(rules.floor_divide, self, other)
        try:
            y = np.floor_divide(a, b)
            da = 0.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.floor_divide, (a, b), (0,))
        if state.paused:
            return self._made(rules.floor_divide, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.floor_divide
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def __rfloordiv__(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.floor_divide, other, self)
        else:
            return self._meet(rules.floor_divide, other, self)
        b = self.data
        try:
            y = np.floor_divide(a, b)
            db = 0.0
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.floor_divide, (a, b), (1,))
        if state.paused:
            return self._made(rules.floor_divide, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.floor_divide
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def __mod__(self, other: Any) -> Any:
        """remainder(a, b): a saw with slope 1."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.remainder(a, b)
                da = 1.0
                db = -np.floor_divide(a, b)
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.remainder, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.remainder, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.remainder
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.remainder, self, other)
        else:
            return self._meet(rules.remainder, self, other)
        try:
            y = np.remainder(a, b)
            da = 1.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.remainder, (a, b), (0,))
        if state.paused:
            return self._made(rules.remainder, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.remainder
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def __rmod__(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.remainder, other, self)
        else:
            return self._meet(rules.remainder, other, self)
        b = self.data
        try:
            y = np.remainder(a, b)
            db = -np.floor_divide(a, b)
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.remainder, (a, b), (1,))
        if state.paused:
            return self._made(rules.remainder, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.remainder
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def fmod(self, other: Any) -> Any:
        """fmod(a, b): a saw with slope 1."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.fmod(a, b)
                da = 1.0
                db = -np.trunc(a / b)
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.fmod, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.fmod, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.fmod
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.fmod, self, other)
        else:
            return self._meet(rules.fmod, self, other)
        try:
            y = np.fmod(a, b)
            da = 1.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.fmod, (a, b), (0,))
        if state.paused:
            return self._made(rules.fmod, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.fmod
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_fmod(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.fmod, other, self)
        else:
            return self._meet(rules.fmod, other, self)
        b = self.data
        try:
            y = np.fmod(a, b)
            db = -np.trunc(a / b)
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.fmod, (a, b), (1,))
        if state.paused:
            return self._made(rules.fmod, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.fmod
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def copysign(self, other: Any) -> Any:
        """copysign(a, b): 1 if both signs are equal, -1 if not."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.copysign(a, b)
                da = np.sign(a) * np.copysign(1.0, b)
                db = 0.0
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.copysign, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.copysign, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.copysign
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.copysign, self, other)
        else:
            return self._meet(rules.copysign, self, other)
        try:
            y = np.copysign(a, b)
            da = np.sign(a) * np.copysign(1.0, b)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.copysign, (a, b), (0,))
        if state.paused:
            return self._made(rules.copysign, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.copysign
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_copysign(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.copysign, other, self)
        else:
            return self._meet(rules.copysign, other, self)
        b = self.data
        try:
            y = np.copysign(a, b)
            db = 0.0
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.copysign, (a, b), (1,))
        if state.paused:
            return self._made(rules.copysign, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.copysign
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def heaviside(self, other: Any) -> Any:
        """heaviside(a, b): flat everywhere but at the jump."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.heaviside(a, b)
                da = 0.0
                db = np.where(a == 0.0, 1.0, 0.0)
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.heaviside, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.heaviside, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.heaviside
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.heaviside, self, other)
        else:
            return self._meet(rules.heaviside, self, other)
        try:
            y = np.heaviside(a, b)
            da = 0.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.heaviside, (a, b), (0,))
        if state.paused:
            return self._made(rules.heaviside, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.heaviside
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_heaviside(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.heaviside, other, self)
        else:
            return self._meet(rules.heaviside, other, self)
        b = self.data
        try:
            y = np.heaviside(a, b)
            db = np.where(a == 0.0, 1.0, 0.0)
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.heaviside, (a, b), (1,))
        if state.paused:
            return self._made(rules.heaviside, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.heaviside
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def deg2rad(self) -> Any:
        """deg2rad(a): a degree is pi / 180."""
        a = self.data
        try:
            y = np.deg2rad(a)
            da = 0.017453292519943295
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.deg2rad, (a,), (0,))
        if state.paused:
            return self._made(rules.deg2rad, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.deg2rad
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def rad2deg(self) -> Any:
        """rad2deg(a): a radian is 180 / pi degrees."""
        a = self.data
        try:
            y = np.rad2deg(a)
            da = 57.29577951308232
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.rad2deg, (a,), (0,))
        if state.paused:
            return self._made(rules.rad2deg, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.rad2deg
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def square(self) -> Any:
        """square(a): the slope is twice the input."""
        a = self.data
        try:
            y = np.square(a)
            da = 2.0 * a
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.square, (a,), (0,))
        if state.paused:
            return self._made(rules.square, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.square
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def reciprocal(self) -> Any:
        """reciprocal(a): the slope is -output^2."""
        a = self.data
        try:
            y = np.reciprocal(a)
            da = -y * y
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.reciprocal, (a,), (0,))
        if state.paused:
            return self._made(rules.reciprocal, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.reciprocal
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def sqrt(self) -> Any:
        """sqrt(a): the slope is 1 / (2 output)."""
        a = self.data
        try:
            y = np.sqrt(a)
            da = 0.5 / y
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.sqrt, (a,), (0,))
        if state.paused:
            return self._made(rules.sqrt, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.sqrt
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def cbrt(self) -> Any:
        """cbrt(a): the slope is 1 / (3 output^2)."""
        a = self.data
        try:
            y = np.cbrt(a)
            da = 1.0 / (3.0 * y * y)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.cbrt, (a,), (0,))
        if state.paused:
            return self._made(rules.cbrt, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.cbrt
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def exp(self) -> Any:
        """exp(a): exp is its own slope: the output."""
        a = self.data
        try:
            y = np.exp(a)
            da = y
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.exp, (a,), (0,))
        if state.paused:
            return self._made(rules.exp, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.exp
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def exp2(self) -> Any:
        """exp2(a): the slope is output * ln 2."""
        a = self.data
        try:
            y = np.exp2(a)
            da = y * 0.6931471805599453
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.exp2, (a,), (0,))
        if state.paused:
            return self._made(rules.exp2, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.exp2
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def expm1(self) -> Any:
        """expm1(a): the slope is output + 1."""
        a = self.data
        try:
            y = np.expm1(a)
            da = y + 1.0
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.expm1, (a,), (0,))
        if state.paused:
            return self._made(rules.expm1, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.expm1
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def log(self) -> Any:
        """log(a): the slope is 1 / input."""
        a = self.data
        try:
            y = np.log(a)
            da = 1.0 / a
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.log, (a,), (0,))
        if state.paused:
            return self._made(rules.log, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.log
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def log2(self) -> Any:
        """log2(a): the slope is 1 / (input * ln 2)."""
        a = self.data
        try:
            y = np.log2(a)
            da = 1.0 / (a * 0.6931471805599453)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.log2, (a,), (0,))
        if state.paused:
            return self._made(rules.log2, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.log2
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def log10(self) -> Any:
        """log10(a): the slope is 1 / (input * ln 10)."""
        a = self.data
        try:
            y = np.log10(a)
            da = 1.0 / (a * 2.302585092994046)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.log10, (a,), (0,))
        if state.paused:
            return self._made(rules.log10, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.log10
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def log1p(self) -> Any:
        """log1p(a): the slope is 1 / (1 + input)."""
        a = self.data
        try:
            y = np.log1p(a)
            da = 1.0 / (1.0 + a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.log1p, (a,), (0,))
        if state.paused:
            return self._made(rules.log1p, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.log1p
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def logaddexp(self, other: Any) -> Any:
        """logaddexp(a, b): the slope is this input's share: sigmoid of the difference."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.logaddexp(a, b)
                da = 1.0 / (1.0 + np.exp(-(a - b)))
                db = 1.0 / (1.0 + np.exp(-(b - a)))
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.logaddexp, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.logaddexp, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.logaddexp
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.logaddexp, self, other)
        else:
            return self._meet(rules.logaddexp, self, other)
        try:
            y = np.logaddexp(a, b)
            da = 1.0 / (1.0 + np.exp(-(a - b)))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.logaddexp, (a, b), (0,))
        if state.paused:
            return self._made(rules.logaddexp, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.logaddexp
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_logaddexp(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.logaddexp, other, self)
        else:
            return self._meet(rules.logaddexp, other, self)
        b = self.data
        try:
            y = np.logaddexp(a, b)
            db = 1.0 / (1.0 + np.exp(-(b - a)))
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.logaddexp, (a, b), (1,))
        if state.paused:
            return self._made(rules.logaddexp, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.logaddexp
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def logaddexp2(self, other: Any) -> Any:
        """logaddexp2(a, b): the slope is this input's share: sigmoid of the difference * ln 2."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.logaddexp2(a, b)
                da = 1.0 / (1.0 + np.exp(-((a - b) * 0.6931471805599453)))
                db = 1.0 / (1.0 + np.exp(-((b - a) * 0.6931471805599453)))
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.logaddexp2, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.logaddexp2, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.logaddexp2
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.logaddexp2, self, other)
        else:
            return self._meet(rules.logaddexp2, self, other)
        try:
            y = np.logaddexp2(a, b)
            da = 1.0 / (1.0 + np.exp(-((a - b) * 0.6931471805599453)))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.logaddexp2, (a, b), (0,))
        if state.paused:
            return self._made(rules.logaddexp2, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.logaddexp2
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_logaddexp2(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.logaddexp2, other, self)
        else:
            return self._meet(rules.logaddexp2, other, self)
        b = self.data
        try:
            y = np.logaddexp2(a, b)
            db = 1.0 / (1.0 + np.exp(-((b - a) * 0.6931471805599453)))
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.logaddexp2, (a, b), (1,))
        if state.paused:
            return self._made(rules.logaddexp2, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.logaddexp2
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def sin(self) -> Any:
        """sin(a): the slope is cos(input)."""
        a = self.data
        try:
            y = np.sin(a)
            da = np.cos(a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.sin, (a,), (0,))
        if state.paused:
            return self._made(rules.sin, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.sin
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def cos(self) -> Any:
        """cos(a): the slope is -sin(input)."""
        a = self.data
        try:
            y = np.cos(a)
            da = -np.sin(a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.cos, (a,), (0,))
        if state.paused:
            return self._made(rules.cos, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.cos
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def tan(self) -> Any:
        """tan(a): the slope is 1 + output^2."""
        a = self.data
        try:
            y = np.tan(a)
            da = 1.0 + y * y
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.tan, (a,), (0,))
        if state.paused:
            return self._made(rules.tan, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.tan
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def arcsin(self) -> Any:
        """arcsin(a): the slope is 1 / sqrt(1 - input^2)."""
        a = self.data
        try:
            y = np.arcsin(a)
            da = 1.0 / np.sqrt((1.0 - a) * (1.0 + a))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.arcsin, (a,), (0,))
        if state.paused:
            return self._made(rules.arcsin, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arcsin
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def arccos(self) -> Any:
        """arccos(a): the slope is -1 / sqrt(1 - input^2)."""
        a = self.data
        try:
            y = np.arccos(a)
            da = -1.0 / np.sqrt((1.0 - a) * (1.0 + a))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.arccos, (a,), (0,))
        if state.paused:
            return self._made(rules.arccos, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arccos
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def arctan(self) -> Any:
        """arctan(a): the slope is 1 / (1 + input^2)."""
        a = self.data
        try:
            y = np.arctan(a)
            da = 1.0 / (1.0 + a * a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.arctan, (a,), (0,))
        if state.paused:
            return self._made(rules.arctan, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arctan
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def arctan2(self, other: Any) -> Any:
        """arctan2(a, b): the slope is b / (a^2 + b^2)."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.arctan2(a, b)
                c = np.hypot(a, b)
                da = b / c / c
                db = -a / c / c
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.arctan2, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.arctan2, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.arctan2
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.arctan2, self, other)
        else:
            return self._meet(rules.arctan2, self, other)
        try:
            y = np.arctan2(a, b)
            c = np.hypot(a, b)
            da = b / c / c
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.arctan2, (a, b), (0,))
        if state.paused:
            return self._made(rules.arctan2, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arctan2
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_arctan2(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.arctan2, other, self)
        else:
            return self._meet(rules.arctan2, other, self)
        b = self.data
        try:
            y = np.arctan2(a, b)
            c = np.hypot(a, b)
            db = -a / c / c
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.arctan2, (a, b), (1,))
        if state.paused:
            return self._made(rules.arctan2, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arctan2
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def sinh(self) -> Any:
        """sinh(a): the slope is cosh(input)."""
        a = self.data
        try:
            y = np.sinh(a)
            da = np.cosh(a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.sinh, (a,), (0,))
        if state.paused:
            return self._made(rules.sinh, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.sinh
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def cosh(self) -> Any:
        """cosh(a): the slope is sinh(input)."""
        a = self.data
        try:
            y = np.cosh(a)
            da = np.sinh(a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.cosh, (a,), (0,))
        if state.paused:
            return self._made(rules.cosh, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.cosh
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def tanh(self) -> Any:
        """tanh(a): the slope is 1 - output^2."""
        a = self.data
        try:
            y = np.tanh(a)
            da = 1.0 - y * y
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.tanh, (a,), (0,))
        if state.paused:
            return self._made(rules.tanh, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.tanh
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def arcsinh(self) -> Any:
        """arcsinh(a): the slope is 1 / sqrt(input^2 + 1)."""
        a = self.data
        try:
            y = np.arcsinh(a)
            da = 1.0 / np.hypot(a, 1.0)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.arcsinh, (a,), (0,))
        if state.paused:
            return self._made(rules.arcsinh, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arcsinh
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def arccosh(self) -> Any:
        """arccosh(a): the slope is 1 / sqrt(input^2 - 1)."""
        a = self.data
        try:
            y = np.arccosh(a)
            da = 1.0 / (np.sqrt(a - 1.0) * np.sqrt(a + 1.0))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.arccosh, (a,), (0,))
        if state.paused:
            return self._made(rules.arccosh, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arccosh
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def arctanh(self) -> Any:
        """arctanh(a): the slope is 1 / (1 - input^2)."""
        a = self.data
        try:
            y = np.arctanh(a)
            da = 1.0 / ((1.0 - a) * (1.0 + a))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.arctanh, (a,), (0,))
        if state.paused:
            return self._made(rules.arctanh, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.arctanh
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def hypot(self, other: Any) -> Any:
        """hypot(a, b): the slope is this side / the hypotenuse."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.hypot(a, b)
                c = np.where(y == 0.0, 1.0, y)
                da = a / c
                db = b / c
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.hypot, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.hypot, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.hypot
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.hypot, self, other)
        else:
            return self._meet(rules.hypot, self, other)
        try:
            y = np.hypot(a, b)
            da = a / np.where(y == 0.0, 1.0, y)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.hypot, (a, b), (0,))
        if state.paused:
            return self._made(rules.hypot, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.hypot
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_hypot(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.hypot, other, self)
        else:
            return self._meet(rules.hypot, other, self)
        b = self.data
        try:
            y = np.hypot(a, b)
            db = b / np.where(y == 0.0, 1.0, y)
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.hypot, (a, b), (1,))
        if state.paused:
            return self._made(rules.hypot, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.hypot
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def sinc(self) -> Any:
        """sinc(a): the slope is (cos(pi * input) - output) / input, and 0 at 0."""
        a = self.data
        try:
            c = np.absolute(a) < 0.1
            d = np.where(c, 1.0, a)
            e = 3.141592653589793 * a
            f = a * a
            y = np.where(c, (((((((2.531217404137026e-07 * f + -6.975873661656377e-06) * f + 0.00014842879303107092) * f + -0.0023460810354558226) * f + 0.02614784781765479) * f + -0.1907518241220842) * f + 0.8117424252833535) * f + -1.6449340668482264) * f + 1.0, np.sin(e) / (3.141592653589793 * d))
            da = np.where(c, a * (((((((4.049947846619241e-06 * f + -9.766223126318928e-05) * f + 0.001781145516372851) * f + -0.023460810354558225) * f + 0.20918278254123832) * f + -1.144510944732505) * f + 3.246969701133414) * f + -3.289868133696453), (np.cos(e) - y) / d)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.sinc, (a,), (0,))
        if state.paused:
            return self._made(rules.sinc, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.sinc
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def maximum(self, other: Any) -> Any:
        """maximum(a, b): the larger input passes the gradient on, the smaller gets 0."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.maximum(a, b)
                c = np.where(a == b, 0.5, 0.0)
                da = np.where(a > b, 1.0, c)
                db = np.where(b > a, 1.0, c)
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.maximum, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.maximum, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.maximum
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.maximum, self, other)
        else:
            return self._meet(rules.maximum, self, other)
        try:
            y = np.maximum(a, b)
            da = np.where(a > b, 1.0, np.where(a == b, 0.5, 0.0))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.maximum, (a, b), (0,))
        if state.paused:
            return self._made(rules.maximum, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.maximum
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_maximum(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.maximum, other, self)
        else:
            return self._meet(rules.maximum, other, self)
        b = self.data
        try:
            y = np.maximum(a, b)
            db = np.where(b > a, 1.0, np.where(a == b, 0.5, 0.0))
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.maximum, (a, b), (1,))
        if state.paused:
            return self._made(rules.maximum, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.maximum
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def minimum(self, other: Any) -> Any:
        """minimum(a, b): the smaller input passes the gradient on, the larger gets 0."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.minimum(a, b)
                c = np.where(a == b, 0.5, 0.0)
                da = np.where(a < b, 1.0, c)
                db = np.where(b < a, 1.0, c)
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.minimum, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.minimum, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.minimum
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.minimum, self, other)
        else:
            return self._meet(rules.minimum, self, other)
        try:
            y = np.minimum(a, b)
            da = np.where(a < b, 1.0, np.where(a == b, 0.5, 0.0))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.minimum, (a, b), (0,))
        if state.paused:
            return self._made(rules.minimum, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.minimum
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_minimum(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.minimum, other, self)
        else:
            return self._meet(rules.minimum, other, self)
        b = self.data
        try:
            y = np.minimum(a, b)
            db = np.where(b < a, 1.0, np.where(a == b, 0.5, 0.0))
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.minimum, (a, b), (1,))
        if state.paused:
            return self._made(rules.minimum, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.minimum
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def fmax(self, other: Any) -> Any:
        """fmax(a, b): the larger input passes the gradient on, the smaller and nan get 0."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.fmax(a, b)
                c = a == b
                da = np.where(a > b, 1.0, np.where(c, 0.5, np.where(b != b, 1.0, 0.0)))
                db = np.where(b > a, 1.0, np.where(c, 0.5, np.where(a != a, 1.0, 0.0)))
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.fmax, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.fmax, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.fmax
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.fmax, self, other)
        else:
            return self._meet(rules.fmax, self, other)
        try:
            y = np.fmax(a, b)
            da = np.where(a > b, 1.0, np.where(a == b, 0.5, np.where(b != b, 1.0, 0.0)))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.fmax, (a, b), (0,))
        if state.paused:
            return self._made(rules.fmax, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.fmax
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_fmax(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.fmax, other, self)
        else:
            return self._meet(rules.fmax, other, self)
        b = self.data
        try:
            y = np.fmax(a, b)
            db = np.where(b > a, 1.0, np.where(a == b, 0.5, np.where(a != a, 1.0, 0.0)))
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.fmax, (a, b), (1,))
        if state.paused:
            return self._made(rules.fmax, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.fmax
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def fmin(self, other: Any) -> Any:
        """fmin(a, b): the smaller input passes the gradient on, the larger and nan get 0."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                y = np.fmin(a, b)
                c = a == b
                da = np.where(a < b, 1.0, np.where(c, 0.5, np.where(b != b, 1.0, 0.0)))
                db = np.where(b < a, 1.0, np.where(c, 0.5, np.where(a != a, 1.0, 0.0)))
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.fmin, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.fmin, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.fmin
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.fmin, self, other)
        else:
            return self._meet(rules.fmin, self, other)
        try:
            y = np.fmin(a, b)
            da = np.where(a < b, 1.0, np.where(a == b, 0.5, np.where(b != b, 1.0, 0.0)))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.fmin, (a, b), (0,))
        if state.paused:
            return self._made(rules.fmin, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.fmin
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_fmin(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.fmin, other, self)
        else:
            return self._meet(rules.fmin, other, self)
        b = self.data
        try:
            y = np.fmin(a, b)
            db = np.where(b < a, 1.0, np.where(a == b, 0.5, np.where(a != a, 1.0, 0.0)))
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.fmin, (a, b), (1,))
        if state.paused:
            return self._made(rules.fmin, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.fmin
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def sigmoid(self) -> Any:
        """sigmoid(a): the slope is output * (1 - output)."""
        a = self.data
        try:
            y = 1.0 / (1.0 + np.exp(-a))
            da = y * (1.0 - y)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.sigmoid, (a,), (0,))
        if state.paused:
            return self._made(rules.sigmoid, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.sigmoid
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def relu(self) -> Any:
        """relu(a): 1 if the input is positive, else 0."""
        a = self.data
        try:
            y = np.maximum(a, 0.0)
            da = np.where(a > 0.0, 1.0, 0.0)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.relu, (a,), (0,))
        if state.paused:
            return self._made(rules.relu, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.relu
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def leaky_relu(self, other: Any = 0.01) -> Any:
        """leaky_relu(a, b): 1 if the input is positive, else the small slope."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                c = a > 0.0
                y = np.where(c, a, b * a)
                da = np.where(c, 1.0, b)
                db = np.where(c, 0.0, a)
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.leaky_relu, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.leaky_relu, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.leaky_relu
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.leaky_relu, self, other)
        else:
            return self._meet(rules.leaky_relu, self, other)
        try:
            c = a > 0.0
            y = np.where(c, a, b * a)
            da = np.where(c, 1.0, b)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.leaky_relu, (a, b), (0,))
        if state.paused:
            return self._made(rules.leaky_relu, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.leaky_relu
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_leaky_relu(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.leaky_relu, other, self)
        else:
            return self._meet(rules.leaky_relu, other, self)
        b = self.data
        try:
            c = a > 0.0
            y = np.where(c, a, b * a)
            db = np.where(c, 0.0, a)
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.leaky_relu, (a, b), (1,))
        if state.paused:
            return self._made(rules.leaky_relu, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.leaky_relu
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def elu(self, other: Any = 1.0) -> Any:
        """elu(a, b): 1 if the input is positive, else output + alpha."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                c = np.expm1(np.minimum(a, 0.0))
                d = a > 0.0
                y = np.where(d, a, b * c)
                da = np.where(d, 1.0, y + b)
                db = np.where(d, 0.0, c)
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.elu, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.elu, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.elu
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.elu, self, other)
        else:
            return self._meet(rules.elu, self, other)
        try:
            c = a > 0.0
            y = np.where(c, a, b * np.expm1(np.minimum(a, 0.0)))
            da = np.where(c, 1.0, y + b)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.elu, (a, b), (0,))
        if state.paused:
            return self._made(rules.elu, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.elu
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_elu(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.elu, other, self)
        else:
            return self._meet(rules.elu, other, self)
        b = self.data
        try:
            c = np.expm1(np.minimum(a, 0.0))
            d = a > 0.0
            y = np.where(d, a, b * c)
            db = np.where(d, 0.0, c)
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.elu, (a, b), (1,))
        if state.paused:
            return self._made(rules.elu, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.elu
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node

    def softplus(self) -> Any:
        """softplus(a): the slope is sigmoid(input)."""
        a = self.data
        try:
            y = np.logaddexp(a, 0.0)
            da = 1.0 / (1.0 + np.exp(-a))
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.softplus, (a,), (0,))
        if state.paused:
            return self._made(rules.softplus, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.softplus
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def gelu(self) -> Any:
        """gelu(a): the slope of 0.5 a (1 + t), where t = tanh(0.798 (a + 0.0447 a^3))."""
        a = self.data
        try:
            c = np.tanh(0.7978845608028654 * (a + 0.044715 * a * a * a))
            e = 1.0 + c
            d = 0.5 * a
            y = d * e
            da = 0.5 * e + d * (1.0 - c * c) * 0.7978845608028654 * (1.0 + 0.134145 * a * a)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.gelu, (a,), (0,))
        if state.paused:
            return self._made(rules.gelu, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.gelu
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def silu(self) -> Any:
        """silu(a): the slope is s + output * (1 - s), where s = sigmoid(input)."""
        a = self.data
        try:
            c = 1.0 / (1.0 + np.exp(-a))
            y = a * c
            da = c + y * (1.0 - c)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.silu, (a,), (0,))
        if state.paused:
            return self._made(rules.silu, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.silu
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def identity(self) -> Any:
        """identity(a): passed on unchanged."""
        a = self.data
        y = a
        da = 1.0
        if state.paused:
            return self._made(rules.identity, y, self, da, None, None)
        node = new(self.__class__)
        node.data = y
        node.op = rules.identity
        node.a = self
        node.da = da
        node.b = None
        node.db = None
        node.grad = node.label = None
        node.mark = 0
        return node

    def shield(self, other: Any) -> Any:
        """shield(a, b): the slope is the other factor, and 0 times infinity counts as 0."""
        a, kind = self.data, other.__class__
        if kind is self.__class__:
            b = other.data
            try:
                c = a == 0.0
                y = np.where(c, 0.0, a * b)
                da = np.where(c, np.where(np.absolute(b) < np.inf, b, 0.0), b)
                db = a
            except (ArithmeticError, ValueError):
                y, da, db = exactly(rules.shield, (a, b), (0, 1))
            if state.paused:
                return self._made(rules.shield, y, self, da, other, db)
            node = new(kind)
            node.data = y
            node.op = rules.shield
            node.a = self
            node.da = da
            node.b = other
            node.db = db
            node.grad = node.label = None
            node.mark = 0
            return node
        if kind is float:
            b = other
        elif kind is int:
            try:
                b = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.shield, self, other)
        else:
            return self._meet(rules.shield, self, other)
        try:
            c = a == 0.0
            y = np.where(c, 0.0, a * b)
            da = np.where(c, np.where(np.absolute(b) < np.inf, b, 0.0), b)
        except (ArithmeticError, ValueError):
            y, da = exactly(rules.shield, (a, b), (0,))
        if state.paused:
            return self._made(rules.shield, y, self, da, None, b)
        node = new(self.__class__)
        node.data = y
        node.op = rules.shield
        node.a = self
        node.da = da
        node.b = None
        node.db = b
        node.grad = node.label = None
        node.mark = 0
        return node

    def _r_shield(self, other: Any) -> Any:
        kind = other.__class__
        if kind is float:
            a = other
        elif kind is int:
            try:
                a = other * 1.0
            except OverflowError:  # beyond every float
                return self._meet(rules.shield, other, self)
        else:
            return self._meet(rules.shield, other, self)
        b = self.data
        try:
            y = np.where(a == 0.0, 0.0, a * b)
            db = a
        except (ArithmeticError, ValueError):
            y, db = exactly(rules.shield, (a, b), (1,))
        if state.paused:
            return self._made(rules.shield, y, None, a, self, db)
        node = new(self.__class__)
        node.data = y
        node.op = rules.shield
        node.a = None
        node.da = a
        node.b = self
        node.db = db
        node.grad = node.label = None
        node.mark = 0
        return node
