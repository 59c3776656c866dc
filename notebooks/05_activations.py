# %% [markdown]
# # 5 · Activations
#
# Between two linear layers stands an activation, a small bend that is applied to each number by itself. It
# looks like a detail. In this notebook you prove that without it a network of a hundred layers can do no more
# than a single one, get to know the bends that are used, and watch in a real training run how units die of
# a bad one.
#
# You need notebooks 1 to 4. You will be able to
#
# - multiply linear layers out into one,
# - say the derivative of each common activation, and derive it,
# - recognise saturated and dead units, and measure them,
# - choose an activation, and say why.
#
# Half an hour is enough.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn
import viz
from autograd_lite import Value

from course import activations as ex

# %% [markdown]
# ## Without a bend, depth is one layer
#
# Take two linear layers, one after the other, with nothing between:
#
# $$H = X W_1 + b_1, \qquad O = H W_2 + b_2.$$
#
# Put the first into the second and multiply out:
#
# $$O = (X W_1 + b_1)\, W_2 + b_2 = X\, \underbrace{W_1 W_2}_{W} + \underbrace{b_1 W_2 + b_2}_{b}.$$
#
# That is a *single* linear layer. What two layers can compute, one can. With three layers, take the first
# two together, and so on: however deep, it is one layer.
#
# **Exercise.** Write the function that makes one layer of two.


# %% tags=["exercise"]
def one_layer(W1, b1, W2, b2):
    W = ...
    b = ...
    return W, b


ex.collapse(one_layer)

# %% [markdown]
# See it. Five layers of random numbers, 2 → 8 → 8 → 8 → 8 → 1, against the one layer that they multiply
# out to.
#
# **Predict:** on 1,000 random examples, how far apart will the two be?

# %% tags=["predict"]
dice = np.random.default_rng(0)
sizes = [(2, 8), (8, 8), (8, 8), (8, 8), (8, 1)]
layers = [(dice.normal(size=(d, p)), dice.normal(size=p)) for d, p in sizes]

X = dice.normal(size=(1000, 2))
deep = X
W, b = np.eye(2), np.zeros(2)  # the layer that changes nothing
for W_next, b_next in layers:
    deep = deep @ W_next + b_next
    W, b = W @ W_next, b @ W_next + b_next

print(
    f"weights: {sum(W.size + b.size for W, b in layers)} in five layers, {W.size + b.size} in one"
)
print("the same to 10 digits:", np.allclose(deep, X @ W + b, rtol=1e-10))

# %% [markdown]
# 249 numbers that do the work of 3. Now let such networks *learn* something that is not a line. Below both
# have the same sizes, the same data, and the same optimizer (Adam, a cleverer step against the gradient). One
# has a tanh between its layers, the other has nothing.
#
# **Predict:** draw what each of them will make of the points.

# %% tags=["predict"]
x = np.linspace(-3, 3, 60)[:, None]
target = np.sin(2 * x)


def learned(model, steps=600):
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        loss = nn.mse(model(x), target)
        model.zero_grad()
        loss.backward()
        optimizer.step()
    return model(x).data


straight = nn.Sequential(nn.Linear(1, 16, rng=0), nn.Linear(16, 16, rng=1), nn.Linear(16, 1, rng=2))
bent = nn.MLP([1, 16, 16, 1], activation="tanh", rng=0)

plt.figure(figsize=(7, 3))
plt.plot(x, target, ".", color="gray", label="the points")
plt.plot(x, learned(straight), "--", label="three layers, no activation")
plt.plot(x, learned(bent), label="three layers, tanh between")
plt.legend()
plt.show()

# %% [markdown]
# Without an activation, three layers draw a straight line, and no training will bend it. With one, each
# unit contributes a bend of its own, at a place of its own, and the last layer adds them up. (How far that
# goes is the subject of notebook 7.)
#
# ## The gallery
#
# Each curve is the activation; dashed is its slope, which is what a gradient is multiplied by on its way
# back. Grey is where the slope is below 0.05: hardly anything gets through there. A unit that sits in the
# grey is called **saturated**.

# %%
viz.plot_activations()

# %% [markdown]
# | name | $y = f(z)$ | slope | |
# |---|---|---|---|
# | sigmoid | $\frac{1}{1 + e^{-z}}$ | $y\,(1 - y)$ | between 0 and 1: a probability. Flat at both ends |
# | tanh | $\tanh z$ | $1 - y^2$ | the same, between -1 and 1, and steeper |
# | ReLU | $\max(z, 0)$ | 1 or 0 | cheap, never flat on the right; blind on the left |
# | leaky ReLU | $z$, or $0.01\,z$ if $z < 0$ | 1 or 0.01 | never quite blind |
# | ELU | $z$, or $e^z - 1$ if $z < 0$ | 1 or $y + 1$ | smooth, and its mean is nearer to 0 |
# | softplus | $\log(1 + e^z)$ | sigmoid$(z)$ | a ReLU with a rounded corner |
# | SiLU (swish) | $z \cdot$ sigmoid$(z)$ | see below | smooth, dips below 0; in many vision models |
# | GELU | $z \cdot \Phi(z)$ | $\Phi(z) + z\,\varphi(z)$ | the same idea with the normal distribution; in language models |
#
# ($\Phi$ is the share of a normal distribution below $z$, and $\varphi$ its density.)
#
# Where do the slopes come from? From the rules that you know. The sigmoid, for example, is $y = 1/u$ with
# $u = 1 + e^{-z}$. The first reacts with $-1/u^2 = -y^2$, the second with $-e^{-z} = -(u - 1) = -(\frac1y - 1)$.
# Multiply along the path:
#
# $$\frac{\partial y}{\partial z} = y^2 \left(\frac1y - 1\right) = y\,(1 - y).$$
#
# **Exercise.** What is this slope at most, at the steepest point?

# %% tags=["exercise"]
slope = ...
ex.steepest(slope)

# %% [markdown]
# **Exercise.** A gradient goes back through ten layers of sigmoids. By which factor do their slopes alone
# shrink it, at least? (The weights multiply it too. Let us leave them out.)

# %% tags=["exercise"]
factor = ...
ex.ten(factor)

# %% [markdown]
# **Exercise.** One of the modern ones. SiLU is $y = z \cdot \text{sigmoid}(z)$. There are two paths from
# $z$ to $y$. What is its slope?


# %% tags=["exercise"]
def silu_slope(z):
    # np.exp is there
    ...


ex.modern(silu_slope)

# %% [markdown]
# A quiz with three of them in a row. All the slopes are in the table above.

# %%
w = Value(0.5, label="w")
p = ag.relu(w * 2.0 + 1.0)
q = ag.sigmoid(p - 2.0)
r = np.tanh(q * 2.0)
viz.quiz(r, names=locals())

# %% [markdown]
# ## Saturation, measured
#
# Now a real network: 64 pixels, two hidden layers of 32 units, 10 digits, trained on 1,198 handwritten
# digits. After each round through the data (an **epoch**) we look inside: which share of the hidden
# outputs sits where the slope is below 0.05? And which units are dead, which means that their slope is 0 for
# *every* example?

# %%
X_train, X_test, y_train, y_test = nn.datasets.digits().split()
SLOPES = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: (z > 0) * 1.0,
    "leaky_relu": lambda z: np.where(z > 0, 1.0, 0.01),
}


def inside(model, activation):
    """The slopes of all hidden units for all examples: (n, 64)."""
    h, found = X_train, []
    for layer in model:
        h = layer(h)
        if isinstance(layer, nn.Linear):
            found.append(SLOPES[activation](h.data))
    return np.concatenate(found[:-1], axis=1)


def trained(activation, rate, spread=1.0, epochs=12):
    """Train, and keep for each epoch the loss, the share saturated, and the share dead."""
    model = nn.MLP([64, 32, 32, 10], activation=activation, rng=0)
    for layer in model:
        if isinstance(layer, nn.Linear):
            layer.weight.data = layer.weight.data * spread
    optimizer = nn.SGD(model.parameters(), lr=rate)
    dice = np.random.default_rng(0)
    rows = []
    for epoch in range(epochs + 1):
        slopes = inside(model, activation)
        saturated, dead = np.mean(slopes < 0.05), np.mean(np.all(slopes == 0, axis=0))
        rows.append((nn.cross_entropy(model(X_train), y_train).item(), saturated, dead))
        for batch in np.array_split(dice.permutation(len(X_train)), 37):
            loss = nn.cross_entropy(model(X_train[batch]), y_train[batch])
            model.zero_grad()
            loss.backward()
            optimizer.step()
    right = np.mean(np.argmax(model(X_test).data, axis=-1) == y_test)
    return np.array(rows), right


# %% [markdown]
# First tanh, three times. The weights begin as they should, or five times as large, or twenty times.
#
# **Predict:** large weights make large $z$. Where on the curve of tanh does that put the units? Which of the
# three will learn fastest?


# %% tags=["predict", "varying"]
def compare(runs, column, title):
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    for (name, (rows, share)), line in zip(runs.items(), ("-", "--", "-."), strict=False):
        left.plot(rows[:, 0], line, label=name)
        right.plot(rows[:, column], line, label=name)
        print(
            f"{name:22} {rows[0, column]:4.0%} -> {rows[-1, column]:4.0%}   test: {share:.1%} right"
        )
    left.set(xlabel="epoch", title="loss", ylim=(0, 4))
    right.set(xlabel="epoch", title=title, ylim=(-0.03, 1.03))
    left.legend()
    plt.show()


compare(
    {
        "tanh, usual weights": trained("tanh", 0.1),
        "tanh, weights x 5": trained("tanh", 0.1, spread=5),
        "tanh, weights x 20": trained("tanh", 0.1, spread=20),
    },
    1,
    "share of saturated outputs",
)

# %% [markdown]
# With weights twenty times too large, about nine of ten outputs start on the flat ends of tanh. Hardly any
# gradient gets through to the layers before, so those hardly learn, and the units stay where they are. The
# loss starts far above the top of the picture, and comes down slowly.
#
# That is why one does not begin with just any random weights. Their size is chosen so that $z$ stays where
# the slope is not small (Glorot and Bengio, 2010). `nn.MLP` does so unasked.
#
# ## Dead units
#
# ReLU does not saturate on the right, and so it learns fast. Its trouble is the left: if one bad step makes
# the bias so negative that $z < 0$ for *every* example, the slope is 0 for every example, no gradient ever
# comes, and the unit stays as it is for ever. It is **dead**.
#
# **Exercise.** `H` holds the outputs of a layer of ReLUs, an example in each row and a unit in each column.
# How many units are dead?


# %% tags=["exercise"]
def dead(H):
    # how many columns are 0 throughout
    ...


ex.dead(dead)

# %% [markdown]
# **Predict:** the same network with ReLU, at rates 0.1, 0.5 and 1. How many of the 64 hidden units will be dead
# at the end?

# %% tags=["predict", "varying"]
compare(
    {f"relu, rate {rate}": trained("relu", rate) for rate in (0.1, 0.5, 1.0)},
    2,
    "share of dead units",
)

# %% [markdown]
# A few units are dead from the beginning, and nobody misses them. But the large rate kills nearly all, in the
# first few epochs. After that the network gives the same answer to every picture, is right one time in
# ten, and no patience will bring it back: there is no gradient left to learn from.
#
# Cures: a smaller rate; weights that begin well; or an activation that is nowhere quite flat. In notebook 2
# you had a ReLU unit with $w = 1$, $x = 2$, $b = -5$, $t = 2$, and $\partial L/\partial w$ was 0.
#
# **Exercise.** The same unit with leaky ReLU: $z = -3$, $y = 0.01 \cdot (-3)$, $L = (y - 2)^2$. What is
# $\partial L/\partial w$ now?

# %% tags=["exercise"]
dL_dw = ...
ex.leaky(dL_dw)

# %% [markdown]
# ## Which one?
#
# - **Hidden layers:** ReLU is the usual start; it is cheap and learns fast. SiLU or GELU are as good or a little
#   better in large networks. tanh is good for small and smooth problems. The sigmoid is not used in hidden
#   layers any more: you computed why.
# - **Last layer:** none. It gives scores to `nn.cross_entropy`, or values to `nn.mse`. For a
#   probability by itself there is the sigmoid, and its loss takes scores as well (`nn.binary_cross_entropy`).
#
# You may also invent one. In this library an activation is one row of a table, and notebook 9 shows you how
# to write your own.
#
# ## Summary
#
# - Linear layers one after the other multiply out to **one**: $W = W_1 W_2$, $b = b_1 W_2 + b_2$. The bend
#   between them is what makes depth worth having.
# - On the way back an activation multiplies by its slope: $y(1-y)$ for the sigmoid, $1 - y^2$ for tanh, 1
#   or 0 for ReLU.
# - Where the slope is nearly 0 a unit is **saturated**, and nothing before it learns. Weights that begin too
#   large do that to tanh.
# - A ReLU that is 0 for every example is **dead** and stays dead. Rates that are too large do that.
# - ReLU, SiLU or GELU inside, nothing at the end.
#
# Next: [the MLP and forward propagation](06_mlp.ipynb), where all the parts become a network that reads.
#
# ## Sources
#
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS
#   (2010): saturation layer by layer, and how weights should begin.
# - X. Glorot, A. Bordes, Y. Bengio, *Deep sparse rectifier neural networks*, AISTATS (2011): ReLU.
# - A. L. Maas, A. Y. Hannun, A. Y. Ng, *Rectifier nonlinearities improve neural network acoustic models*,
#   ICML (2013): the leaky one.
# - D.-A. Clevert, T. Unterthiner, S. Hochreiter, *Fast and accurate deep network learning by exponential
#   linear units (ELUs)*, ICLR (2016).
# - D. Hendrycks, K. Gimpel, *Gaussian error linear units (GELUs)*, arXiv:1606.08415 (2016).
# - S. Elfwing, E. Uchibe, K. Doya, *Sigmoid-weighted linear units for neural network function approximation in
#   reinforcement learning*, Neural Networks 107 (2018): SiLU.
# - L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, *Dying ReLU and initialization: theory and numerical examples*,
#   Communications in Computational Physics 28 (2020).
# - E. Alpaydin, C. Kaynak, *Optical recognition of handwritten digits*, UCI Machine Learning Repository
#   (1998): the digits.
#
# The figures are drawn by the cells above.
