# %% [markdown]
# # 9 · Backprop is automatic differentiation
#
# You have watched the engine work for eight notebooks. Now open it. There is less inside than you may
# think: a **table of rules**, one row for each operation, and **one loop**. Everything else that you have
# seen, the pictures, the steps, the formulas, the second derivatives, is that table read in another way.
# You will be able to
#
# - read a row of the table, and write one yourself,
# - say what the engine records, and run that record **backward** (backprop) and **forward**,
# - count what each costs, and say which to use when,
# - take derivatives of derivatives,
# - measure the memory that backprop needs, and trade it for time,
# - read a gradient as LaTeX, and as Python.
#
# You need notebooks 1 to 4; 6 helps. Forty minutes is enough.

# %% tags=["setup"]
import ast

import numpy as np

import autograd_lite as ag
import nn
import viz
from autograd_lite import Value
from autograd_lite.symbols import Symbol, latex

from course import autodiff as ex

# %% [markdown]
# ## 1 · The table
#
# Here is everything that the engine knows about the hyperbolic tangent.

# %%
row = ag.TABLE["tanh"]
print("name:    ", row.name)
print("value:   ", row.value(0.5), "at 0.5")
print("partial: ", row.partials[0](0.5, row.value(0.5)), "at 0.5")
print("why:     ", row.why[0])
print("latex:   ", row.latex)

# %% [markdown]
# `value` computes it. `partials` holds one function for each input: the **local derivative**, as a function
# of the input $a$ and the output $y$. For tanh it is `lambda a, y: 1 - y * y`. No graph, no upstream, no
# chain rule: a row knows nothing of what comes before it or after it.
#
# That function is ordinary Python. So it can be called with other things than numbers.
#
# **Predict:** what does it give if $a$ and $y$ are letters? And how many rows has the table: 10, 50, or 100?

# %% tags=["predict"]
a, y = Symbol("a"), Symbol("y")
print("called with letters:", latex(row.partials[0](a, y)))
print("rows in the table:  ", len(ag.TABLE))
for name in ("multiply", "divide", "exp", "relu", "sqrt"):
    partials = ag.TABLE[name].partials
    letters = [Symbol(letter) for letter in "abc"[: len(partials)]]
    print(f"{name:9}", "   ".join(latex(partial(*letters, y)) for partial in partials))

# %% [markdown]
# That is how a rule that was written **once** serves for everything: called with numbers it computes, called
# with letters it prints, and called with `Value`s it builds a graph, as you will see below.
#
# ## 2 · Write your own row
#
# Say you want the bell curve $e^{-a^2}$ as one operation. Its derivative is $-2a\,e^{-a^2}$, which is
# $-2 a y$. First with a mistake, a forgotten 2:

# %% tags=["raises"]
ag.define("bell", value=lambda a: ag.exp(-a * a), partials=(lambda a, y: -a * y,))

# %% [markdown]
# The engine does not believe you: it nudges the value and compares. Once more.

# %%
bell = ag.define(
    "bell",
    value=lambda a: ag.exp(-a * a),
    partials=(lambda a, y: -2 * a * y,),
    latex="e^{-{a}^2}",
    why="the slope is -2 * input * output",
)
viz.plot_activations("bell", "tanh")

# %% [markdown]
# And now this row is in every reading of the table. It steps:

# %%
w, x = Value(0.5, label="w"), Value(-1.0, label="x")
viz.step(bell(w * x + 1.0))

# %% [markdown]
# **Exercise.** A smooth relative of ReLU is $y = \tfrac12\big(a + \sqrt{a^2 + 4}\big)$, called *squareplus*
# (Barron 2021). Write its local derivative as a function of `a` and `y`. It may use `ag.sqrt`.


# %% tags=["exercise"]
def slope(a, y):
    # your line instead of the dots
    ...


ex.slope(slope)

# %%
# ex.slope.hint()
# ex.slope.solution()

# %% [markdown]
# ## 3 · The record, backward
#
# Computing with `Value`s leaves a record: which operation, from which inputs, and the local derivatives,
# as numbers. `ag.steps` shows what `backward` does with it, one entry for each **arrow**. Here it is for the
# function that you know from notebook 1.

# %%
a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
c = a * b
d = c + a
L = d * k
c.label, d.label, L.label = "c", "d", "L"


def table(steps):
    print("arrow     upstream     local        adds     total")
    for s in steps:
        arrow = f"{s.node.label} -> {s.input.label}"
        print(f"{arrow}  {s.upstream:10}{s.local:10}{s.contribution:12}{s.after:10}")


table(ag.steps(L))

# %% [markdown]
# The whole of backpropagation is one line for each arrow:
#
# $$\text{total of the input} \mathrel{+}= \text{total of the node} \cdot \text{local derivative}$$
#
# and the only thing to take care of is the order: a node comes when all arrows from above have arrived.
#
# **Exercise.** Write that loop. `steps` is such a list, in the right order. Use nothing of a step but
# `.node`, `.input` and `.local`. Return a dictionary from node to gradient, in which the result itself has
# the gradient 1.


# %% tags=["exercise"]
def backward(steps):
    gradient = {steps[0].node: 1.0}  # the first arrow starts at the result
    # your lines instead of the dots
    ...


ex.backward(backward)

# %%
# ex.backward.hint()
# ex.backward.solution()

# %% [markdown]
# ## 4 · The same record, forward
#
# Now turn the record around and read it from the inputs up. If $a$ moves by $\dot a$, how much does
# everything else move?
#
# $$\text{move of the node} \mathrel{+}= \text{local derivative} \cdot \text{move of the input}$$
#
# The same arrows, the same local derivatives, the other direction. This is **forward mode**.
#
# **Predict:** with $\dot a = 1$ and $\dot b = \dot k = 0$: what does forward mode give for $L$? And which
# derivatives has it *not* found?


# %% tags=["predict"]
def forward(steps, moves):
    moves = dict(moves)
    for s in reversed(steps):
        moves[s.node] = moves.get(s.node, 0.0) + s.local * moves.get(s.input, 0.0)
    return moves


moves = forward(ag.steps(L), {a: 1.0})
for node in (a, c, d, L):
    print(f"{node.label} moves by {moves[node]}")

print("the engine says", ag.jvp(lambda a, b, k: (a * b + a) * k, (2.0, -3.0, 5.0), (1.0, 0.0, 0.0)))

# %% [markdown]
# -10: the same $\partial L/\partial a$ as ever. But $\partial L/\partial b$ and $\partial L/\partial k$ are
# not there. One run of forward mode gives how *everything* reacts to *one* input; one run of backward (or
# **reverse**) mode gives how *one* result reacts to *everything*:
#
# | | one run gives | for $f: \mathbb{R}^n \to \mathbb{R}^m$ the whole Jacobian takes |
# |---|---|---|
# | forward | one column: all results, one input | $n$ runs |
# | reverse | one row: one result, all inputs | $m$ runs |
#
# Each run is one multiplication and one addition for each arrow. So let us count arrows, not seconds.
#
# **Predict:** a loss with 10, 100, 1000 parameters. How much more does its gradient cost in forward mode
# than in reverse mode?


# %% tags=["predict"]
def loss(weights):
    total = Value(0.0)
    for i, w in enumerate(weights):
        total = total + ag.tanh(w * (i + 1.0)) * w
    return total


print("parameters   reverse mode        forward mode")
for n in (10, 100, 1000):
    weights = [Value(0.1) for _ in range(n)]
    arrows = len(ag.steps(loss(weights)))
    print(f"{n:10}   1 x {arrows:5} = {arrows:5}   {n:4} x {arrows:5} = {n * arrows:10,}")

# %% [markdown]
# A neural network has one loss and very many parameters. That is why it is trained in reverse mode, and
# why reverse mode has a name of its own there: **backpropagation**.
#
# How much does a gradient cost, compared with the function itself? The engine can print the gradient as
# code (more on that in section 7), and operations in code can be counted.


# %%
def count_operations(source):
    counted = (ast.BinOp, ast.UnaryOp, ast.Call)
    return sum(isinstance(node, counted) for node in ast.walk(ast.parse(source)))


def neurons(*w):
    total = 0.0
    for i in range(0, len(w), 2):
        total = total + ag.tanh(w[i] * w[i + 1])
    return total


for n in (2, 20, 200):
    program = ag.compile(neurons, argnums=tuple(range(n)))
    program(*np.linspace(0.1, 1, n).tolist())
    function_alone = count_operations(program.source.partition("    # backward")[0])
    both = count_operations(program.source)
    print(
        f"{n:3} inputs: function {function_alone:3}, with all {n:3} derivatives {both:3} operations"
    )

# %% [markdown]
# The gradient, *all of it*, costs a small multiple of the function, however many inputs there are. This is
# the **cheap gradient principle** (Baur and Strassen 1983; Griewank and Walther 2008, who give a bound of
# 4 to 5). Without it there would be no deep learning: a gradient by nudging costs one more run of the
# function *for each parameter*.
#
# **Exercise.** How many runs does the whole Jacobian take at least, with the better mode of the two, for
# (1) a loss of a million parameters; (2) the position (3 numbers) of a robot's hand as a function of time;
# (3) a layer from 64 to 10 numbers, with respect to its input?

# %% tags=["exercise"]
runs = [..., ..., ...]
ex.runs(runs)

# %%
# ex.runs.hint()
# ex.runs.solution()

# %% [markdown]
# ## 5 · Derivatives of derivatives
#
# A partial is ordinary Python. Called with numbers it gives a number. Called with `Value`s, it computes with
# `Value`s, and so **the gradient is a graph as well**, which can be differentiated. That is all there is to
# `ag.grad(ag.grad(f))`.
#
# **Predict:** $f(x) = x^4$ at $x = 2$: $f'$, $f''$, $f'''$ and $f''''$?

# %% tags=["predict"]
f = lambda x: x**4
for order in range(5):
    print(f"derivative {order}: {f(2.0)}")
    f = ag.grad(f)

# %% [markdown]
# What for? A second derivative says how the slope itself changes, so one can jump to where the slope is zero,
# instead of creeping there. This is Rosenbrock's valley, a classic trap for gradient descent: narrow, bent,
# with its lowest point at (1, 1).


# %%
def valley(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


x = np.array([-1.0, 1.0])
for step in range(5_000):
    x = x - 0.001 * ag.grad(valley)(x)
    if step + 1 in (10, 100, 1_000, 5_000):
        print(f"gradient descent, {step + 1:5} steps: {x.round(4)}")

# %% [markdown]
# **Predict:** Newton's method takes $x - H^{-1} g$, with the gradient $g$ and the Hessian $H$, the matrix of
# all second derivatives. How many steps?

# %% tags=["predict"]
x = np.array([-1.0, 1.0])
for step in range(3):
    gradient, hessian = ag.grad(valley)(x), ag.hessian(valley)(x)
    x = x - np.linalg.solve(hessian, gradient)
    print(f"Newton's method, {step + 1} step{'s' * (step > 0)}: {x.round(6)}")

# %% [markdown]
# So why does nobody train networks like this? With a million parameters the Hessian has $10^{12}$ entries.
# (A Hessian *times a vector* costs only as much as a few gradients: `ag.hvp`.)
#
# ## 6 · What it costs in memory
#
# Reverse mode has a price. It starts at the end, and then needs what was computed on the way, last things
# first. So everything has to be **remembered** until backward comes. Here is a network of 16 hidden layers,
# and a batch of 256 digits: one bar for each node, in the order of computation.
#
# **Predict:** which takes more memory, the weights or what is remembered?

# %% tags=["predict", "varying"]
digits = nn.datasets.digits()
X, labels = digits.X[:256], digits.y[:256]
model = nn.MLP([64] + [128] * 16 + [10], rng=0)
plain = nn.cross_entropy(model(X), labels)
kept = ag.memory(plain)
print(
    f"weights {kept.parameters / 1e6:.1f} MB, remembered {(kept.total - kept.parameters) / 1e6:.1f} MB"
)
viz.plot_memory(plain)

# %% [markdown]
# And what is remembered grows with the batch and with the depth. The way out is a trade: remember only a
# few layers' outputs, **checkpoints**, and when backward comes to a part in between, *compute that part
# again*. `ag.checkpoint(f)` makes one node of a whole call of `f`.


# %% tags=["varying"]
def in_parts(model, X, size):
    """The model's output, with a checkpoint behind every `size` modules."""
    for start in range(0, len(model), size):
        X = ag.checkpoint(model[start : start + size])(X)
    return X


saving = nn.cross_entropy(in_parts(model, X, 8), labels)
viz.plot_memory(plain, saving)

# %% [markdown]
# **Predict:** the gradients: the same, nearly the same, or different? And how often is each layer computed?

# %% tags=["predict"]
calls = 0


def counted(x):
    global calls
    calls += 1
    return model[2](x)


plain.backward()
first = [p.grad for p in model.parameters()]
model.zero_grad()
saving.backward()
print(
    "all gradients equal:",
    all(np.array_equal(p.grad, g) for p, g in zip(model.parameters(), first)),
)

model.zero_grad()
np.sum(ag.checkpoint(counted)(model[:2](X))).backward()
print(f"a checkpointed layer was computed {calls} times")

# %% [markdown]
# Less memory, one more forward pass, the same gradients, to the last bit.
#
# How large should the parts be? Take $n$ layers in parts of $s$. Between forward and backward we hold the
# $n / s$ checkpoints; while backward works on one part, the $s$ layers of that part as well. The sum
# $n/s + s$ is smallest at $s = \sqrt n$.
#
# **Exercise.** A network has 100 layers. How large should a part be, how many layers' outputs are held at
# most ($n/s + s$), and how many would it be without checkpoints?

# %% tags=["exercise"]
parts = [..., ..., ...]
ex.parts(parts)

# %%
# ex.parts.hint()
# ex.parts.solution()

# %% [markdown]
# ## 7 · Read the gradient
#
# The record can be written out as mathematics. This is one tanh neuron, with every step; select it, and you
# have the LaTeX for your homework (`.latex`).

# %%
w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.9, label="b")
viz.derivation(ag.tanh(w * x + b), wrt=w)

# %% [markdown]
# And it can be written out as **code**, as in notebook 4. Now you can say how that is done: `ag.compile` calls
# the function once with letters, applies the rules to the letters, and prints what comes out as Python.
#
# **Predict:** write the backward lines for $y = \tanh(wx + b)$, with respect to $w$ and $b$, before you look.

# %% tags=["predict"]
g = ag.compile(lambda w, x, b: ag.tanh(w * x + b), argnums=(0, 2))
print(g.source)
print(g(-3.0, 2.0, 6.9))

# %% [markdown]
# That is not a picture of what the engine does: it *is* what runs when you call `g`. There is no graph left,
# no `Value`, only the arithmetic, and that is why it is fast. (The comments say which line of your function
# each line comes from, and by which row of the table.) Your own row from section 2 is in it too:

# %%
print(ag.compile(lambda x: bell(3 * x)).source)

# %% [markdown]
# It works for arrays as well. The program of a layer is written for the shapes of its first call.
#
# **Predict:** $H = \tanh(XW + b)$ and $L$ is the mean of the squares of $H - Y$. You derived $X^\top G$ for the
# weights and a sum over the examples for the bias, in notebook 3. Find them in the program.


# %% tags=["predict"]
def layer_loss(W, b, X, Y):
    H = np.tanh(X @ W + b)
    return np.mean((H - Y) ** 2)


g = ag.compile(layer_loss, argnums=(0, 1))
rng = np.random.default_rng(0)
value, (dW, db) = g(rng.normal(size=(3, 2)), np.zeros(2), rng.normal(size=(5, 3)), np.zeros((5, 2)))
print(g.source)
print("dW has the shape", dW.shape, "and db", db.shape)

# %% [markdown]
# You could have written this by hand, after notebook 3. Nobody needs to any more, but you can read it.

# %% [markdown]
# ## Exercises
#
# **Newton for one number.** Write a function that makes `steps` Newton steps, $x - f'(x) / f''(x)$, from `x`,
# with the help of `ag.grad`. It finds a place where $f' = 0$.


# %% tags=["exercise"]
def newton(f, x, steps):
    # your lines instead of the dots
    ...


ex.newton(newton)

# %%
# ex.newton.hint()
# ex.newton.solution()

# %% [markdown]
# **To try, without a right answer.** Read the engine: `autograd_lite/rules.py` is the table, and the loop
# stands in `autograd_lite/graph.py`. How many lines can you point at and say what they are for?
#
# ## Summary
#
# - **Automatic differentiation** = local derivatives from a table + the chain rule along a record. It is
#   neither nudging (inexact, one run for each input) nor algebra (formulas that grow and grow).
# - The record read **backward** gives one result's derivatives for all inputs; **forward**, all results' for
#   one input. One loss and many weights: reverse mode, which is backpropagation.
# - A gradient costs a small multiple of the function's operations, whatever the number of inputs.
# - Rules that are ordinary code can be differentiated again.
# - Reverse mode pays in **memory**; checkpoints trade some of it for computing again.
#
# ## Sources
#
# - S. Linnainmaa, *Taylor expansion of the accumulated rounding error*, BIT 16 (1976; thesis 1970): reverse
#   mode. B. Speelpenning, PhD thesis, University of Illinois (1980).
# - W. Baur and V. Strassen, *The complexity of partial derivatives*, Theoretical Computer Science 22 (1983).
# - A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd edition, SIAM (2008): modes, costs,
#   checkpointing.
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul and J. M. Siskind, *Automatic differentiation in machine
#   learning: a survey*, JMLR 18 (2018): the best place to go on reading.
# - T. Chen, B. Xu, C. Zhang and C. Guestrin, *Training deep nets with sublinear memory cost* (2016),
#   arXiv:1604.06174: checkpoints every $\sqrt n$ layers.
# - J. T. Barron, *Squareplus: a softplus-like algebraic rectifier* (2021), arXiv:2112.11687.
#
# All figures are drawn by the cells above them.
#
# **Next:** you know how it works. Build it. Notebook 10.
