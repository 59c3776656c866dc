# %% [markdown]
# # 1 · The chain rule, by hand
#
# A neural network learns by asking one question many times: *if I change this number a little, how
# much does the result change?* The answer is a derivative, and **backpropagation** is the way to get
# all the answers at once. In this notebook you do it with your own hands, on five numbers. All that
# comes later, up to networks with a million numbers, is this and nothing else.
#
# You need multiplication, negative numbers, and a rough memory of what a derivative is. You will be
# able to
#
# - say what each operation does to a small change (its **local derivative**),
# - carry a change through a chain of operations (**multiply along a path**),
# - say what happens where a number is used twice (**add where paths meet**),
# - check any derivative by nudging.
#
# **How to work through it.** Run the cells one by one with Shift+Enter. Where it says *predict*, write
# your guess down before you run the cell: a guess that turns out wrong teaches more than a page that
# you nod at. Where a cell has `...`, put your answer there and run it; it tells you whether it is
# right, and if not, often why. `.hint()` helps, and `.solution()` is the way out. Half an hour is enough.

# %% tags=["setup"]
import viz
from autograd_lite import Value

from course import chain_rule as ex

# %% [markdown]
# ## Five numbers
#
# Here is the computation that we stay with:
#
# $$L = (a \cdot b + a) \cdot k \qquad\text{with } a = 2,\; b = -3,\; k = 5.$$
#
# A `Value` is a number that remembers where it came from. You calculate with it as with any number.

# %%
a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")

c = a * b
d = c + a
L = d * k
c, d, L

# %% [markdown]
# Because each `Value` remembers its inputs, the whole computation can be drawn: one box for each
# number, one arrow from each input to the operation that uses it. This is the **computation graph**.
# Computing the values from left to right is the **forward pass**. Note that two arrows leave `a`:
# it is used twice.

# %%
viz.draw(L, names=locals())

# %% [markdown]
# In each box, the upper row is the value. The lower row, $\partial L/\partial\,\cdot$, is still a dash:
# nobody has asked yet how strongly $L$ reacts to this number. That is what we are going to find out.
#
# ## 1 · One operation: how strongly does it react?
#
# Look at $c = a \cdot b = 2 \cdot (-3) = -6$ alone.
#
# **Predict:** hold `b` still at -3 and raise `a` by 0.01, from 2 to 2.01. By how much does `c` change?
# Up or down?

# %% tags=["predict"]
before = 2.0 * -3.0
after = 2.01 * -3.0
print(f"c goes from {before} to {after:.2f}: a change of {after - before:.2f}")
print(f"for each unit of a: {(after - before) / 0.01:.1f}")

# %% [markdown]
# `a` went up by 0.01 and `c` went *down* by 0.03. That is -3 for each unit, and -3 is `b`. Of course:
# with `b` held still, $c$ is "-3 times $a$".
#
# This ratio, change of the output for each unit of change of the input with all else held still, is the
# **local derivative**, written $\dfrac{\partial c}{\partial a}$. The round ∂ is read "del" and says: the
# other inputs stay where they are. (For a curve, the ratio depends a little on how far you go. The derivative
# is what it comes to when the change gets smaller and smaller.) For a product it is *the other factor*:
#
# $$c = a\,b \quad\Rightarrow\quad \frac{\partial c}{\partial a} = b, \qquad \frac{\partial c}{\partial b} = a.$$
#
# **Exercise.** How strongly does `c` react to `b`? (Here, and below: at $a = 2$, $b = -3$, $k = 5$.)

# %% tags=["exercise"]
dc_db = ...
ex.reaction(dc_db)

# %% [markdown]
# Stuck? Take the `#` away and run this. Run it again for the next hint.

# %%
# ex.reaction.hint()
# ex.reaction.solution()

# %% [markdown]
# The next page asks for the local derivatives of products with new numbers. Answer in the field and
# press Enter.
#
# (If you see only a picture here, you are reading a saved notebook. Run the cell to get the quiz.)

# %%
p, q, r = Value(-4.0, label="p"), Value(7.0, label="q"), Value(3.0, label="r")
s = p * q
t = s * r
viz.quiz(t, ask="local", names=locals())

# %% [markdown]
# ## 2 · A chain: multiply along a path
#
# Now let $c$ go on into another product: $m = c \cdot k$ with $k = 5$. So `a` moves `c`, and `c` moves `m`.
#
# **Predict:** raise `a` by 0.01 again. You know that `c` falls by 0.03. By how much does `m` change?

# %% tags=["predict"]
for a_now in (2.0, 2.01):
    c_now = a_now * -3.0
    m_now = c_now * 5.0
    print(f"a = {a_now:.2f}   c = {c_now:.2f}   m = {m_now:.2f}")

# %% [markdown]
# `m` falls by 0.15: for each unit of `a`, `c` moves by -3, and for each unit of `c`, `m` moves by 5.
# One reaction after the other, so they **multiply**. That is the chain rule:
#
# $$\frac{\partial m}{\partial a} = \underbrace{\frac{\partial m}{\partial c}}_{\text{upstream}}
# \cdot \underbrace{\frac{\partial c}{\partial a}}_{\text{local}}.$$
#
# The first factor comes from further on, nearer to the result: it is the **upstream** gradient. The
# second is what the operation itself does: the local derivative. Each step of backpropagation is one
# such product, of two numbers, and no step is ever harder than that.
#
# **Exercise.** So how strongly does `m` react to `a`?

# %% tags=["exercise"]
dm_da = ...
ex.chain(dm_da)

# %% [markdown]
# Why "back"? We could begin at `a` and go forward, and would learn how everything reacts to `a`. But a
# network has one result, the error, and millions of inputs that it could be changed by. Going backward
# from the result, each node is told *once* how strongly the result reacts to it, whatever its number of
# inputs, and hands that on. All derivatives together cost no more than a few forward passes.
#
# ## 3 · Plus copies
#
# Back to our $L$. In $d = c + a$, what is the local derivative for $c$? Raise `c` by 1, and `d` rises by
# 1, whatever the numbers are. The same for `a`. So both are 1, and for a minus, $d = c - a$, they are 1
# and -1. A plain number that stands in a formula, as the 3 in $3a$, is a factor like any other; only
# nobody asks how $L$ would react to it.
#
# **Predict:** suppose that $\dfrac{\partial L}{\partial d} = 5$. Does the plus split that 5 between `c` and `a`,
# 2.5 to each, or do both get 5?

# %% tags=["predict"]
for c_now, a_now in ((-6.0, 2.0), (-5.0, 2.0), (-6.0, 3.0)):
    print(f"c = {c_now:2.0f}, a = {a_now:.0f}:   L = (c + a) * 5 = {(c_now + a_now) * 5:3.0f}")

# %% [markdown]
# One more of either lifts $L$ by the whole 5. A plus does not split the gradient, it **copies** it.
#
# **Exercise.** With $\partial L/\partial d = 5$, what does the plus hand to `c`, and what to `a`?

# %% tags=["exercise"]
dL_dc = ...
dL_da_here = ...  # what the plus hands to a; the product will hand a something too
ex.plus([dL_dc, dL_da_here])

# %% [markdown]
# ## 4 · Used twice: add where paths meet
#
# Now the heart of it. `a` is used twice: inside the product, and in the plus. When `a` moves, $L$ is
# moved along **two paths**:
#
# - $a \to d \to L$ brings $5 \cdot 1 = 5$,
# - $a \to c \to d \to L$ brings $5 \cdot 1 \cdot (-3) = -15$.
#
# **Predict:** is $\dfrac{\partial L}{\partial a}$ the last that arrives, the larger of the two, the product, or the sum?
# And when you nudge `a` by 0.01, where does $L$ go from -20?

# %% tags=["predict"]
for a_now in (2.0, 2.01):
    print(f"a = {a_now:.2f}   L = {(a_now * -3 + a_now) * 5:.2f}")

# %% [markdown]
# **Exercise.** What is $\partial L/\partial a$?

# %% tags=["exercise"]
dL_da = ...
ex.total(dL_da)

# %% [markdown]
# A node that is used in several places must wait until *all* its arrows have brought their share.
# Only then is its gradient complete, and only then may it hand anything on. (`a` hands nothing on: it
# was not computed from anything. Notebook 2 shows what goes wrong when a node in the middle does not
# wait.)
#
# Two rules are all there is, and you have them both:
#
# > **Multiply along a path. Add where paths meet.**
#
# ## The whole walk
#
# `viz.step` walks through both passes. Backward takes one arrow at a time: the filled box hands over,
# the dashed box receives, and the arrow says what it multiplies by. Go through it slowly with *Next*. At
# each step say to yourself, before you press: *which upstream, which local derivative, what product?*
# The button *Nudge* raises a number by a little and shows where $L$ goes.

# %%
viz.step(L, names=locals())

# %% [markdown]
# And this is how the engine is asked for it: `L.backward()` takes the same walk and leaves with each
# `Value` what it has collected, as `.grad`.

# %%
L.backward()
for name, node in {"L": L, "d": d, "c": c, "k": k, "b": b, "a": a}.items():
    print(f"dL/d{name} = {node.grad:g}")

# %% [markdown]
# ## Your turn
#
# Here are other numbers, and each question comes before its answer. You may type a number, or how you
# get it, such as `5*-3` or `b*5`. If an answer is wrong, the page says which slip gives that number, if it
# knows one.

# %%
u, v, w = Value(4.0, label="u"), Value(-2.0, label="v"), Value(3.0, label="w")
R = (u * v + u) * w
viz.quiz(R, names={"R": R})

# %% [markdown]
# Now write it. **Exercise:** a function that goes forward through $L = (a\,b + a)\,k$ and then backward, one
# line for each arrow, and returns $\partial L/\partial a$, $\partial L/\partial b$ and $\partial L/\partial k$. The forward pass
# is there.


# %% tags=["exercise"]
def gradients(a, b, k):
    c = a * b
    d = c + a
    L = d * k

    dL = 1.0  # how strongly does L react to L?
    ...


ex.by_hand(gradients)

# %% [markdown]
# The rule for powers that you learned by heart at school follows from *add where paths meet*.
# **Exercise:** $y = x \cdot x \cdot x$ at $x = 2$. How many arrows end at `x`, what does each bring, and what
# is the sum?

# %%
x = Value(2.0, label="x")
y = x * x * x
viz.draw(y, names=locals())

# %% tags=["exercise"]
dy_dx = ...
ex.cube(dy_dx)

# %% [markdown]
# ## A witness for every gradient
#
# How do you know that a gradient is right? Nudge, and look. For a small step $h$ to both sides,
#
# $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}.$$
#
# To both sides, because the errors of the two halves then cancel for the most part. **Exercise:** write it.


# %% tags=["exercise"]
def nudge(f, x, h=1e-6):
    # f is a function of one number, x a number
    ...


ex.nudging(nudge)

# %% [markdown]
# Nudging needs two forward passes for *each* number, which for a million weights would be two million
# passes. Backpropagation needs one forward pass and one backward pass for all of them together. So we
# learn with the one, and check it with the other. The project does so with each of its own rules.


# %%
def L_of(a, b, k):
    return (a * b + a) * k


h, at = 1e-6, (2.0, -3.0, 5.0)
for i, node in enumerate((a, b, k)):
    up, down = list(at), list(at)
    up[i] += h
    down[i] -= h
    nudged = (L_of(*up) - L_of(*down)) / (2 * h)
    print(f"dL/d{node.label}: backward {node.grad:5.1f}   nudged {nudged:9.4f}")

# %% [markdown]
# ## More of it
#
# Skill comes from a few dozen of these, in two sittings rather than one. `viz.exercise(level, seed)`
# makes new ones for ever: watch one, complete one, do two alone, and one of an earlier level. Levels 1
# to 4 are the four sections above. Change the level and the seed as you like.

# %%
viz.exercise(4, seed=1)

# %% [markdown]
# ## Summary
#
# - A `Value` remembers its inputs. The forward pass computes values, from the inputs to the result.
# - The **local derivative** says how an operation reacts to one input while the others stay still: for
#   $c = ab$ it is the other factor, for a plus it is 1.
# - The backward pass begins with $\partial L/\partial L = 1$. At each arrow it multiplies **upstream by local**.
# - Where several arrows arrive, their shares **add up**. A node hands on only when all have come.
# - Nudging checks any gradient; backward gives all of them for the price of a few forward passes.
#
# Next: [one neuron](02_one_neuron.ipynb), which learns from its gradients, and a look at what happens
# when a node does not wait.
#
# ## Sources
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating errors*,
#   Nature 323, 533-536 (1986). The paper that made it known.
# - S. Linnainmaa, *Taylor expansion of the accumulated rounding error*, BIT 16, 146-160 (1976). The
#   reverse walk through a computation, from his thesis of 1970.
# - A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed., SIAM (2008), chapter 3: why all the
#   derivatives cost no more than a small multiple of the function.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), section 6.5.
# - R. K. Atkinson, A. Renkl, M. M. Merrill, *Transitioning from studying examples to solving problems*,
#   Journal of Educational Psychology 95 (2003): why you watch one, complete one, and then do two alone.
#
# The figures are drawn by the cells above.
