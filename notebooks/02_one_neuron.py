# %% [markdown]
# # 2 · One neuron
#
# In notebook 1 you found out how strongly a result reacts to each number that it was made from. Now that
# is put to use: a neuron, the smallest thing that learns. It computes, is told how wrong it was, and
# changes its own numbers a little, so that it will be less wrong. At the end you see what happens if
# backpropagation is in too much of a hurry.
#
# You need notebook 1: *multiply along a path, add where paths meet.* You will be able to
#
# - compute what a neuron does, and its loss,
# - carry the gradient back through an activation,
# - take a step against the gradient, and write the loop that is called training,
# - say why a node in the middle of a graph must wait, and what goes wrong if it does not.
#
# Half an hour is enough.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

import viz
from autograd_lite import Value

from course import one_neuron as ex

# %% [markdown]
# ## What a neuron does
#
# A neuron has a **weight** $w$ and a **bias** $b$. It gets an input $x$, multiplies, adds, and bends the result:
#
# $$z = w\,x + b, \qquad y = \tanh(z).$$
#
# The bend is called the **activation**. Here it is the hyperbolic tangent: near 0 it passes $z$ on nearly
# unchanged, and far away it goes no further than -1 or 1. (Why there must be a bend at all is the question
# of notebook 5.)

# %%
s = np.linspace(-4, 4, 200)
plt.figure(figsize=(6, 2.6))
plt.plot(s, np.tanh(s))
plt.plot([0.9], [np.tanh(0.9)], "o")
plt.annotate("z = 0.9, y = 0.7163", (0.9, np.tanh(0.9)), (1.4, 0.2), arrowprops={"arrowstyle": "-"})
plt.axhline(0, color="gray", linewidth=0.7)
plt.xlabel("z")
plt.ylabel("y = tanh(z)")
plt.show()

# %% [markdown]
# Our neuron has $w = -2$ and $b = 6.9$, and the input is $x = 3$. It should answer $t = -0.5$, the **target**.
# How wrong is it? The **loss** says so in one number, here the squared error:
#
# $$L = (y - t)^2.$$
#
# A loss is never negative, is 0 for the right answer, and grows the faster the more wrong the neuron is.
#
# Note that $w$ and $b$ are `Value`s, and $x$ and $t$ are plain numbers. The neuron may change its weight and
# its bias. The data are what they are, so nobody asks how $L$ reacts to them.

# %%
x, t = 3.0, -0.5
w, b = Value(-2.0, label="w"), Value(6.9, label="b")

z = w * x + b
y = np.tanh(z)
e = y - t
L = e**2
viz.draw(L, names=locals())

# %% [markdown]
# `np.tanh` is NumPy's own function. It works on a `Value`, and the graph grows by one node. The powers of
# a number, `e**2`, react as you know from school: $\frac{\partial L}{\partial e} = 2e$.
#
# ## Backward through an activation
#
# One local derivative is new, that of tanh:
#
# $$y = \tanh(z) \quad\Rightarrow\quad \frac{\partial y}{\partial z} = 1 - y^2.$$
#
# It is written with the *output* $y$, which the forward pass has computed already. That is not only elegant
# but cheap: nothing needs to be computed twice.
#
# **Predict:** where does tanh react most strongly, near $z = 0$ or far out? What is the most it can be?

# %% tags=["predict"]
for at in (-4.0, -2.0, 0.0, 0.9, 2.0, 4.0):
    print(f"z = {at:4.1f}   y = {np.tanh(at):7.4f}   slope = 1 - y^2 = {1 - np.tanh(at) ** 2:.4f}")

# %% [markdown]
# It is steepest in the middle, where the slope is 1, and far out it is flat.
#
# **Exercise.** How strongly does our neuron's $y$ react to its $z$? Compute it from the rule, not from the table.

# %% tags=["exercise"]
dy_dz = ...  # at z = 0.9, y = 0.7163
ex.slope(dy_dz)

# %% [markdown]
# Now all the way. **Exercise:** how strongly does $L$ react to $w$? Go back along the arrows: the square,
# the minus, tanh, the plus, the product. You may let Python do the multiplying. Three digits are enough.

# %% tags=["exercise"]
dL_dw = ...
ex.gradient(dL_dw)

# %% [markdown]
# If one of the steps was unclear, here they are. The third phase, *Update*, is what comes next.

# %%
viz.step(L, names=locals(), update=0.1)

# %% [markdown]
# ## The update
#
# The gradient of $w$ is 3.553: raise $w$ a little, and the loss rises 3.553 times as much. So to make the
# loss smaller, $w$ has to go *down*. The rule for both signs is
#
# $$w \leftarrow w - \text{rate} \cdot \frac{\partial L}{\partial w},$$
#
# a step **against** the gradient. The **learning rate** says how far. The gradient is a slope at one
# point, and it is only to be trusted nearby, so the rate is small.
#
# **Predict:** after this step with rate 0.1, is $w$ larger or smaller than -2? And $b$, compared with 6.9?

# %% tags=["exercise"]
new_w = ...
ex.update(new_w)

# %% [markdown]
# Look at it from the side. Below is the loss for every $w$, with $b$ held still at 6.9: a valley. The slope
# at $w = -2$ is what backpropagation computed, without ever seeing the rest of the curve.

# %%
weights = np.linspace(-4.5, -1, 300)
L.backward()
plt.figure(figsize=(6.4, 3.2))
plt.plot(weights, (np.tanh(weights * x + 6.9) - t) ** 2, label="the loss for every w")
near = np.array([-2.35, -1.75])
plt.plot(near, L.data + w.grad * (near + 2), "--", label=f"slope at w = -2: {w.grad:.3f}")
plt.plot([-2], [L.data], "o")
plt.xlabel("w")
plt.ylabel("L")
plt.legend()
plt.show()

# %% [markdown]
# ## Training is a loop
#
# One step makes the neuron a little better. So take many. In each turn:
#
# 1. **forward:** compute $y$ and $L$,
# 2. **clear** the gradients of the last turn,
# 3. **backward,**
# 4. **update** each weight and bias.
#
# Why clear? In notebook 1 you saw that gradients *add up* where arrows meet. `backward()` does the same with
# what is already there: it adds. **Exercise:** suppose that `backward()` is called twice for our neuron, and
# nothing is cleared between. What does `w.grad` hold?

# %% tags=["exercise"]
w_grad = ...
ex.twice(w_grad)

# %% [markdown]
# **Exercise:** write the loop. `w.grad = b.grad = None` clears, `w.data` is the number inside a `Value`, and
# you may set it.


# %% tags=["exercise"]
def train(w, b, x, t, rate, steps):
    w, b = Value(w), Value(b)
    for _ in range(steps):
        ...


ex.training(train)


# %% [markdown]
# The next cell is such a loop, and draws how the loss falls with different rates.
#
# **Predict:** what happens with a large rate? Does the neuron learn faster, or worse?


# %% tags=["predict"]
def losses(rate, steps=40):
    w, b = Value(-2.0), Value(6.9)
    seen = []
    for _ in range(steps):
        L = (np.tanh(w * x + b) - t) ** 2
        seen.append(L.item())
        w.grad = b.grad = None
        L.backward()
        w.data = w.data - rate * w.grad
        b.data = b.data - rate * b.grad
    return seen


plt.figure(figsize=(6.4, 3.2))
for rate, line in ((0.001, ":"), (0.01, "-."), (0.1, "-"), (1.0, "--")):
    plt.plot(losses(rate), line, label=f"rate {rate}")
plt.xlabel("step")
plt.ylabel("loss")
plt.legend()
plt.show()
print(f"after 40 steps: {losses(0.1)[-1]:.1e} with rate 0.1, {losses(1.0)[-1]:.2f} with rate 1")

# %% [markdown]
# With 0.001 it crawls. With 0.1 it is there after a few steps. With 1 it takes one giant leap, over the
# valley and far out to where tanh is flat, and *there it stays for ever*: the slope $1 - y^2$ is nearly 0, so
# the gradient is nearly 0, and so is every step. The neuron is **saturated**. Notebook 5 looks at that
# closely.
#
# Here is the update as a quiz, with another neuron.

# %%
u, bias = Value(0.5, label="u"), Value(-0.5, label="bias")
out = np.tanh(u * 2.0 + bias)
error = (out - 1.0) ** 2
viz.quiz(error, ask="update", lr=0.5, names={"error": error, "out": out})

# %% [markdown]
# ## An activation that can be switched off
#
# The activation that is used most is simpler than tanh. The **ReLU**, the rectified linear unit, lets
# positive numbers through and turns negative ones into 0:
#
# $$\operatorname{relu}(z) = \max(z, 0), \qquad
# \text{slope} = \begin{cases} 1 & z > 0 \\ 0 & z < 0.\end{cases}$$
#
# **Exercise:** $w = 1$, $x = 2$, $b = -5$, so $z = -3$ and $y = \operatorname{relu}(-3) = 0$. The target is 2, so
# $L = (0 - 2)^2 = 4$. How strongly does $L$ react to $w$?

# %% tags=["exercise"]
dL_dw = ...
ex.off(dL_dw)

# %% [markdown]
# ## Why the order matters
#
# Now back to the engine. In notebook 1 it was said that a node must wait until all its arrows have brought
# their share. There, `a` was an input, and it made no difference. Now let `a` itself be computed:
# $a = 2x$ with $x = 1$, and then as before $L = (a\,b + a)\,k$.

# %%
x = Value(1.0, label="x")
b, k = Value(-3.0, label="b"), Value(5.0, label="k")
a = 2 * x
c = a * b
d = c + a
L = d * k
viz.draw(L, names=locals())

# %% [markdown]
# `a` gets 5 from the plus and -15 from the product, -10 in all, and hands $-10 \cdot 2 = -20$ to `x`.
#
# But suppose that somebody is in a hurry. As soon as `a` has the 5 from the plus, it hands on what it has:
# $5 \cdot 2 = 10$. Then the -15 from the product arrives.
#
# **Predict:** what will $\partial L/\partial x$ be in the end, if `a` hands on only once?
#
# The walk below goes *depth first*: from each node straight on to its inputs, without waiting. It marks where
# that goes wrong, beside the order that is right.

# %% tags=["predict"]
viz.step(L, names=locals(), order="naive")

# %% [markdown]
# It says 10, and even the sign is wrong. A learner who trusted it would move `x` in the wrong direction. It
# could be repaired by walking on from `a` a second time when the -15 comes. But then each *path* is walked
# by itself, and a graph with 30 such forks in a row has $2^{30}$ paths, about a billion, where it has
# only 60 arrows.
#
# The right way costs nothing: line the nodes up so that each stands *after all nodes that it was used by*. That
# is called a **topological order**, and going through it every node is complete when its turn comes.
#
# **Exercise:** give such an order of the seven nodes.

# %% tags=["exercise"]
order = ["L", ...]  # for example ["L", "d", "x", ...]: all seven names
ex.ready(order)

# %% [markdown]
# The engine finds one by a search that starts at `L` and lists a node only after everything below it has been
# listed, and then reads that list backward. Here is the same question with another graph: *who is ready?*

# %%
g, h, m = Value(2.0, label="g"), Value(3.0, label="h"), Value(-1.0, label="m")
p = g * h
q = p * m
r = q + p
viz.quiz(r * r, ask="next", names=locals())

# %% [markdown]
# ## More of it
#
# Level 5 asks about order, level 6 about a neuron with its update.

# %%
viz.exercise(6, seed=2)

# %% [markdown]
# ## Summary
#
# - A neuron computes $z = wx + b$ and bends it: $y = \tanh(z)$. The **loss** says how wrong it is.
# - Backward through tanh multiplies by $1 - y^2$, through ReLU by 1 or by 0.
# - **Update:** $w \leftarrow w - \text{rate} \cdot \partial L/\partial w$, against the gradient. Training is the loop forward,
#   clear, backward, update.
# - `backward()` adds to what is there, so clear first. A rate that is too large can leap to where the
#   activation is flat, and there learning stops.
# - A node may hand on its gradient only when **all** its arrows have arrived. A topological order makes sure
#   of it, and each arrow is walked just once.
#
# Next: [a linear layer](03_linear_layer.ipynb), many neurons and many examples at a time.
#
# ## Sources
#
# - F. Rosenblatt, *The perceptron: a probabilistic model for information storage and organization in the
#   brain*, Psychological Review 65, 386-408 (1958). A neuron that learns from its errors.
# - B. Widrow, M. E. Hoff, *Adaptive switching circuits*, IRE WESCON Convention Record 4, 96-104 (1960): the
#   step against the gradient of the squared error.
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating errors*,
#   Nature 323, 533-536 (1986).
# - V. Nair, G. E. Hinton, *Rectified linear units improve restricted Boltzmann machines*, ICML (2010).
# - A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed., SIAM (2008), section 3.2: the reverse order.
#
# The figures are drawn by the cells above.
