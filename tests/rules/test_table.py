"""What every row has, and that every row is tested."""

import inspect
from pathlib import Path

import numpy as np
import pytest
from oracles import ELEMENTWISE, ENGINE, KINKED, KINKS, MPMATH, STRUCTURAL, SYMPY

import autograd_lite as ag
from autograd_lite import errors, print_operators, rules, value_operators
from autograd_lite.rows import TABLE, Elementwise

NAMES = """add subtract multiply divide power negative absolute sign square reciprocal sqrt cbrt exp
exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh
arccosh arctanh hypot logaddexp maximum minimum clip where sigmoid relu leaky_relu elu softplus gelu
silu floor ceil rint trunc floor_divide remainder fmod copysign heaviside deg2rad rad2deg logaddexp2
fmax fmin sinc""".split()
ids = [rule.name for rule in ELEMENTWISE]


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_that_is_promised_is_an_elementwise_row_and_a_public_function(name):
    assert isinstance(TABLE[name], Elementwise)
    assert getattr(ag, name) is TABLE[name] is getattr(rules, name)
    assert name in ag.__all__


def test_every_builtin_row_is_tested_here_or_is_a_fusion_of_rows_that_are():
    for name, rule in TABLE.items():
        if rule.builtin:
            assert ENGINE.get(name) is rule or rule.composed is not None, name


def test_every_elementwise_row_has_an_oracle():
    names = set(ids)
    assert names <= set(MPMATH), f"add to oracles.MPMATH: {names - set(MPMATH)}"
    assert names <= set(SYMPY), f"add to oracles.SYMPY: {names - set(SYMPY)}"
    kinked = {rule.name for rule in KINKED}
    assert kinked == set(KINKS), f"oracles.KINKS and the rows differ: {kinked ^ set(KINKS)}"


@pytest.mark.parametrize("rule", ELEMENTWISE, ids=ids)
def test_a_row_says_all_there_is_to_say(rule):
    assert rule.name.isidentifier()
    assert rule.builtin
    assert rule.badge
    assert rule.arity == len(rule.partials) == len(rule.why) == len(rule.domain)
    assert 1 <= rule.arity <= 3
    assert all(why and "\n" not in why for why in rule.why)
    assert all(low < high for low, high in rule.domain)
    for slot, name in enumerate("abc"):
        assert (f"{{{name}}}" in rule.latex) == (slot < rule.arity)
        if slot < rule.arity and rule.partials[slot] is not None:
            found = inspect.signature(rule.partials[slot]).parameters
            assert list(found) == [*"abc"[: rule.arity], "y"]


@pytest.mark.parametrize("rule", STRUCTURAL, ids=lambda rule: rule.name)
def test_a_structural_row_has_a_name_a_badge_and_vjps(rule):
    assert rule.badge
    assert rule.latex
    assert callable(rule.vjps) or len(rule.vjps) == rule.arity


def test_the_printed_operators_are_what_the_table_prints_byte_for_byte():
    file = Path(value_operators.__file__)
    assert file.read_bytes() == print_operators.source().encode()


def test_an_unknown_row_is_an_error_that_names_the_nearest():
    from autograd_lite.rows import find

    with pytest.raises(errors.RuleError, match=r"tahn.*tanh"):
        find("tahn")


@pytest.mark.parametrize("rule", ELEMENTWISE, ids=ids)
def test_a_call_with_too_few_or_too_many_operands_is_a_type_error(rule):
    with pytest.raises(TypeError, match=rule.name):
        rule()
    with pytest.raises(TypeError, match=rule.name):
        rule(*[1.0] * (rule.arity + 1))
    with pytest.raises(TypeError, match=rule.name):
        rule(*[1.0] * rule.arity, axis=0)


@pytest.mark.parametrize("rule", [r for r in ELEMENTWISE if r.defaults], ids=lambda r: r.name)
def test_an_operand_that_is_left_out_is_its_default(rule):
    x = np.array([-1.5, 2.0])
    assert np.array_equal(rule(x), rule(x, *rule.defaults))
    assert rule(ag.Value(-1.5)).data == rule(-1.5, *rule.defaults)
    assert np.array_equal(rule(ag.Tensor(x)).data, rule(x))
    assert getattr(ag.Value(-1.5), rule.name)().data == rule(-1.5)
