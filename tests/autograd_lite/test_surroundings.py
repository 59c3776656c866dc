"""What changes outside a compiled function is noticed, wherever it lies; what does not, is not."""

import array
import collections
import functools
import sys
import types
from dataclasses import astuple, dataclass
from typing import ClassVar

import numpy as np
import pytest
from compiled import agree

import autograd_lite as ag
import nn

X = np.arange(1.0, 4.0)
SCALE, SHIFT = 2.0, np.ones(3)


def written(text, **names):
    """A module with the text in it."""
    module = types.ModuleType("of_the_user")
    vars(module).update(names)
    exec(text, vars(module))
    return module


def to(owner, name, value):
    return lambda: setattr(owner, name, value)


def filled(target, value):
    return lambda: target.__setitem__(..., value)


def attribute_of_a_module():
    settings = written("scale = 2.0")
    return lambda x: x * settings.scale, to(settings, "scale", 5.0)


def attribute_of_a_module_in_a_module():
    inner = written("scale = 2.0")
    outer = written("", inner=inner)
    return lambda x: x * outer.inner.scale, to(inner, "scale", 5.0)


def module_in_place_of_another():
    outer = written("", inner=written("scale = 2.0"))
    return lambda x: x * outer.inner.scale, to(outer, "inner", written("scale = 5.0"))


def array_in_a_module():
    settings = written("scale = np.ones(1)", np=np)
    return lambda x: x * settings.scale.sum(), filled(settings.scale, 5.0)


def what_a_function_of_a_module_reads():
    helpers = written("scale = 2.0\ndef scaled(x):\n    return x * scale")
    return lambda x: helpers.scaled(x), to(helpers, "scale", 5.0)


def function_of_a_module():
    helpers = written("def scaled(x):\n    return x * 2")
    return lambda x: helpers.scaled(x), to(helpers, "scaled", lambda x: x * 5)


def what_a_function_inside_mentions():
    settings = written("scale = 2.0")
    return lambda x: sum([(lambda: x * settings.scale)()]), to(settings, "scale", 5.0)


def attribute_of_a_class():
    class Settings:
        scale = 2.0

    return lambda x: x * Settings.scale, to(Settings, "scale", 5.0)


def array_of_a_class():
    class Settings:
        scale = np.ones(1)

    return lambda x: x * Settings.scale.sum(), filled(Settings.scale, 5.0)


def attribute_of_a_class_read_by_an_object():
    class Model:
        scale = 2.0

    model = Model()
    return lambda x: x * model.scale, to(Model, "scale", 5.0)


def attribute_of_a_base_class():
    class Base:
        scale = 2.0

    class Model(Base):
        pass

    model = Model()
    return lambda x: x * model.scale, to(Base, "scale", 5.0)


def attribute_that_hides_that_of_the_class():
    class Model:
        scale = 2.0

    model = Model()
    return lambda x: x * model.scale, to(model, "scale", 5.0)


def attribute_that_hides_that_of_the_base_class():
    class Base:
        scale = 2.0

    class Model(Base):
        pass

    return lambda x: x * Model.scale, to(Model, "scale", 5.0)


def attribute_of_a_metaclass():
    class Kind(type):
        scale = 2.0

    class Settings(metaclass=Kind):
        pass

    return lambda x: x * Settings.scale, to(Kind, "scale", 5.0)


def class_in_place_of_another():
    class Settings:
        scale = 2.0

    class Other:
        scale = 5.0

    names = types.SimpleNamespace(settings=Settings)
    return lambda x: x * names.settings.scale, to(names, "settings", Other)


def slot():
    class Model:
        __slots__ = ("scale",)

    model = Model()
    model.scale = 2.0
    return lambda x: x * model.scale, to(model, "scale", 5.0)


def array_in_a_slot():
    @dataclass(slots=True)
    class Model:
        scale: np.ndarray

    model = Model(np.ones(1))
    return lambda x: x * model.scale.sum(), filled(model.scale, 5.0)


def private_slot():
    class Model:
        __slots__ = ("__scale",)

        def __init__(self):
            self.__scale = 2.0

        def __call__(self, x):
            return x * self.__scale

    model = Model()
    return model, to(model, "_Model__scale", 5.0)


def member_of_a_set():
    several = {2.0}
    return lambda x: x * sum(several), lambda: several.add(3.0)


def member_of_a_deque():
    last = collections.deque([1.0, 2.0], maxlen=2)
    return lambda x: x * sum(last), lambda: last.append(5.0)


def item_of_a_dict():
    settings = {"scale": 2.0}
    return lambda x: x * settings["scale"], lambda: settings.update(scale=5.0)


def new_key_of_a_dict():
    settings = {"a": 2.0}
    return lambda x: x * sum(settings.values()), lambda: settings.update(b=3.0)


def other_key_of_a_dict():
    settings = {"a": 2.0}

    def change():
        settings["b"] = settings.pop("a")

    return lambda x: x * settings.get("b", 5.0), change


def order_of_a_dict():
    settings = collections.OrderedDict(a=2.0, b=5.0)
    return lambda x: x * next(iter(settings.values())), lambda: settings.move_to_end("a")


def numbers_of_the_standard_library():
    several = array.array("d", [1.0, 2.0])
    return lambda x: x * sum(several), lambda: several.__setitem__(0, 4.0)


def bytes_that_are_written_to():
    several = bytearray(b"\1\2")
    return lambda x: x * sum(several), lambda: several.append(3)


def deep_inside():
    settings = {"scale": 2.0}
    inside = [(settings,)]
    for _ in range(50):
        inside = [inside]

    def f(x):
        at = inside
        while not isinstance(at, dict):
            at = at[0]
        return x * at["scale"]

    return f, lambda: settings.update(scale=5.0)


def mutable_default():
    def f(x, scale=[2.0]):  # noqa: B006
        return x * scale[0]

    return f, lambda: f.__defaults__[0].__setitem__(0, 5.0)


def array_as_default():
    def f(x, scale=np.ones(1)):  # noqa: B008
        return x * scale.sum()

    return f, filled(f.__defaults__[0], 5.0)


def default_of_a_keyword():
    def f(x, *, scale=2.0):
        return x * scale

    return f, lambda: f.__kwdefaults__.update(scale=5.0)


def default_of_a_helper():
    def scaled(x, by=2.0):
        return x * by

    return lambda x: scaled(x), to(scaled, "__defaults__", (5.0,))


def attribute_of_a_function():
    def f(x):
        return x * f.scale

    f.scale = 2.0
    return f, to(f, "scale", 5.0)


def code():
    def f(x):
        return x * 2.0

    return f, to(f, "__code__", (lambda x: x * 5.0).__code__)


def code_of_a_helper():
    def scaled(x):
        return x * 2.0

    return lambda x: scaled(x), to(scaled, "__code__", (lambda x: x * 5.0).__code__)


def what_a_property_reads():
    helpers = written(
        "scale = 2.0\nclass Model:\n    @property\n    def by(self):\n        return scale"
    )
    model = helpers.Model()
    return lambda x: x * model.by, to(helpers, "scale", 5.0)


def what_a_method_reads():
    helpers = written(
        "scale = 2.0\nclass Model:\n    def scaled(self, x):\n        return x * scale"
    )
    model = helpers.Model()
    return lambda x: model.scaled(x), to(helpers, "scale", 5.0)


def what_a_static_method_reads():
    helpers = written(
        "scale = 2.0\nclass Model:\n    @staticmethod\n    def scaled(x):\n        return x * scale"
    )
    return lambda x: helpers.Model.scaled(x), to(helpers, "scale", 5.0)


def what_a_class_method_reads():
    class Model:
        scale = 2.0

        @classmethod
        def scaled(cls, x):
            return x * cls.scale

    return lambda x: Model().scaled(x), to(Model, "scale", 5.0)


def what_an_operator_reads():
    helpers = written(
        "scale = 2.0\nclass Scaled:\n    def __matmul__(self, x):\n        return x * scale"
    )
    scaled = helpers.Scaled()
    return lambda x: scaled @ x, to(helpers, "scale", 5.0)


def what_is_made_inside_reads():
    helpers = written("scale = 2.0\nclass Model:\n    def __init__(self):\n        self.by = scale")
    return lambda x: x * helpers.Model().by, to(helpers, "scale", 5.0)


def method():
    class Model:
        def scaled(self, x):
            return x * 2.0

    model = Model()
    return lambda x: model.scaled(x), to(Model, "scaled", lambda self, x: x * 5.0)


def name_that_is_made_from_a_string():
    class Model:
        scale_by = 2.0

    model = Model()
    return lambda x: x * getattr(model, "_".join(["scale", "by"])), to(Model, "scale_by", 5.0)


def array_bound_by_partial():
    def scaled(by, x):
        return x * by.sum()

    scale = np.ones(1)
    return functools.partial(scaled, scale), filled(scale, 5.0)


def keyword_bound_by_partial():
    def scaled(x, by):
        return x * by

    f = functools.partial(scaled, by=2.0)
    return f, lambda: f.keywords.update(by=5.0)


def what_a_bound_method_of_a_dict_gives():
    settings = {"scale": 2.0}
    get = settings.get
    return lambda x: x * get("scale"), lambda: settings.update(scale=5.0)


def attribute_of_an_object():
    class Model:
        def __init__(self):
            self.scale = 2.0

        def scaled(self, x):
            return x * self.scale

    model = Model()
    return lambda x: model.scaled(x), to(model, "scale", 5.0)


def attribute_that_a_library_s_method_reads():
    class Model(nn.Sequential):
        pass

    model = Model(nn.Linear(1, 1, rng=0, dtype=float), nn.Linear(1, 1, rng=1, dtype=float))
    return (
        lambda x: np.sum(model(np.reshape(x, (-1, 1)))) * np.sum(x),
        lambda: model.layers.append(nn.Sigmoid()),
    )


def attribute_of_an_object_that_is_taken_apart():
    @dataclass
    class Settings:
        scale: float = 2.0

    settings = Settings()
    return lambda x: x * sum(astuple(settings)), to(settings, "scale", 5.0)


def what_a_decorated_function_reads():
    settings = {"scale": 2.0}

    @functools.wraps(np.sum)
    def scaled(x):
        return x * settings["scale"]

    @functools.cache
    def given():
        return scaled

    return lambda x: given()(x), lambda: settings.update(scale=5.0)


def what_a_differentiated_function_reads():
    settings = {"scale": 2.0}
    slope = ag.grad(lambda x: x * x * settings["scale"])
    return lambda x: slope(x) if np.ndim(x) == 0 else x, lambda: settings.update(scale=5.0)


def what_a_compiled_function_reads():
    settings = {"scale": 2.0}
    inner = ag.compile(lambda x: x * x * settings["scale"])
    return lambda x: inner(np.sum(x))[0] * x, lambda: settings.update(scale=5.0)


def number_of_a_value():
    scale = ag.Value(2.0)
    return lambda x: x * scale, to(scale, "data", 5.0)


CASES = [
    case
    for case in list(globals().values())
    if isinstance(case, types.FunctionType)
    and case.__module__ == __name__
    and not case.__code__.co_argcount
    and not case.__code__.co_kwonlyargcount
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("x", [1.5, X], ids=["float", "array"])
def test_what_changes_outside_is_noticed(case, x):
    f, change = case()
    program = ag.compile(f)
    before = program(x)
    agree(program(x), before)
    change()
    after, fresh = program(x), ag.compile(f)(x)
    agree(after, fresh)
    if not (case is what_a_differentiated_function_reads and x is X):
        assert not np.allclose(after[0], before[0])


@pytest.mark.parametrize("x", [1.5, X], ids=["float", "array"])
def test_what_the_function_does_not_read_may_change(x):
    class Model:
        scale = 2.0
        epoch = 0

        def __init__(self):
            self.data, self.step = np.ones(1000), 0

        def scaled(self, x):
            return x * self.scale

        def counted(self):
            return self.epoch, SHIFT[0], self.data, self.step

    helpers = written("scale, epoch = 2.0, 0")
    model = Model()
    program = ag.compile(lambda x: model.scaled(x) * helpers.scale)
    value = program(x)[0]
    made = program._last
    Model.epoch, helpers.epoch = 1, 1
    model.step, model.data[0] = 1, 2.0
    assert np.array_equal(program(x)[0], value)
    assert not made.around.reached.arrays  # large ones would be read before every call
    assert program._last is made
    Model.scale = 3.0
    assert np.array_equal(program(x)[0], value * 1.5)
    assert program._last is not made


def test_of_installed_packages_only_the_function_s_own_is_read(monkeypatch):
    text = "scale = 2.0\ndef f(x):\n    return x * scale"
    packages = [types.ModuleType(name) for name in ("installed_a", "installed_b")]
    for package in packages:
        package.__file__ = f"/lib/site-packages/{package.__name__}.py"
        monkeypatch.setitem(sys.modules, package.__name__, package)
        exec(text, vars(package))
    own, other = packages
    program = ag.compile(own.f)
    assert program(1.5)[0] == 3.0
    own.scale = 5.0
    assert program(1.5)[0] == 7.5
    own.other = other
    other.factor = 2.0
    exec(
        "def g(x):\n    return other.f(x) * other.factor\n"
        "class Model:\n    def g(self, x):\n        return g(x)",
        vars(own),
    )
    for f in (own.g, functools.partial(own.g), own.Model().g):
        other.factor = other.scale = 2.0
        program = ag.compile(f)
        assert program(1.5)[0] == 6.0
        made = program._last
        other.scale = 3.0  # read by another package
        assert program(1.5)[0] == 6.0
        assert program._last is made
        other.factor = 5.0  # read by the function itself
        assert program(1.5)[0] == 22.5


def test_a_name_that_is_gone_is_an_error_of_the_function_itself():
    scale = 2.0

    class Model:
        __slots__ = ("by",)

    model = Model()
    model.by = 2.0
    f, g = lambda x: x * scale, lambda x: x * getattr(model, "by", 5.0)  # noqa: F821
    programs = [ag.compile(f), ag.compile(g)]
    assert [program(1.5)[0] for program in programs] == [3.0, 3.0]
    del scale, model.by
    with pytest.raises(NameError, match="scale"):
        programs[0](1.5)
    assert programs[1](1.5)[0] == 7.5


def test_a_program_does_not_hold_a_buffer_that_it_looks_at():
    several = bytearray(b"\1\2")
    program = ag.compile(lambda x: x * sum(several))
    assert program(X).__class__ is tuple
    several.extend(b"\3" * 100)  # BufferError while somebody holds it
    assert program(X)[0][0] == 303


def test_a_generator_of_random_numbers_is_found_wherever_it_lies():
    rngs = {"noise": [np.random.default_rng(0)]}
    before = rngs["noise"][0].bit_generator.state
    with pytest.raises(ag.AutogradError, match="random numbers"):
        ag.compile(lambda x: x * rngs["noise"][0].random())(1.5)
    assert rngs["noise"][0].bit_generator.state == before


def test_what_is_made_in_a_loop_stays_one_program():
    @dataclass
    class Settings:
        rates: ClassVar[list] = [0.1]
        scale: float = 2.0

    settings = Settings()
    program = ag.compile(lambda x: x * settings.scale * settings.rates[0] + SCALE)
    versions = {id(program._last) for _ in range(5) if program(1.5)}
    assert len(versions) == 1
