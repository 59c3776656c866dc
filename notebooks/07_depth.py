# %% [markdown]
# # 7 · Why deep? Fewer neurons
#
# One hidden layer is enough for any continuous function: that is a theorem, and you will prove most of
# it here by building. So why does nobody stop at one? Because "enough" may mean a million neurons where
# a deep network needs forty. In this notebook you will be able to
#
# - build any function of one number from **steps**, or from **ramps**, with one hidden layer,
# - build a **sawtooth** with two neurons a layer, which doubles its teeth with each layer,
# - say how many pieces a ReLU network can have, and so how many neurons a shallow one needs,
# - tell apart what a network **can** compute and what training **finds**.
#
# That last one needs care, so every figure here says whether its network was *built by hand*, *fitted*
# (only the last layer, by least squares) or *trained*. You need notebook 6. Half an hour is enough.

# %% tags=["setup"]
import itertools

import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn

from course import depth as ex

# %% [markdown]
# ## 1 · Anything, from steps
#
# Take a neuron $\sigma(w x + b)$ with a very large $w$. Left of $x = -b/w$ it gives 0, right of it 1: it is
# a **step**, and $b$ says where. A sum of steps of different heights is a staircase, and a staircase can
# follow any curve that does not jump. Let us build one for this curve.


# %%
def curve(x):
    return np.sin(7 * x) * np.exp(-x) + 0.5 * x


def staircase(n):
    """One hidden layer of n sigmoid neurons that climbs along the curve, built by hand."""
    model = nn.MLP([1, n, 1], activation="sigmoid", dtype="float64")
    edges = np.linspace(0, 1, n + 1)
    heights = curve(edges)
    steep = 1000.0 * n
    places = (edges[:-1] + edges[1:]) / 2  # a step in the middle between two points
    first, last = model.layers[0], model.layers[2]
    first.weight.data, first.bias.data = np.full((1, n), steep), -steep * places
    last.weight.data, last.bias.data = np.diff(heights)[:, None], heights[:1]
    return model


x = np.linspace(0, 1, 2001)[:, None]
fig, axes = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="constrained")
for ax, n in zip(axes, (5, 20, 100)):
    ax.plot(x, curve(x), color="#D55E00", linestyle="--", label="the curve")
    ax.plot(x, nn.predict(staircase(n), x), color="#0072B2", label="the network")
    ax.set_title(f"{n} steps (built by hand)", fontsize=10)
axes[0].legend()
plt.show()

# %% [markdown]
# ReLU neurons do better than steps. $\text{ReLU}(x - c)$ is flat up to $c$ and rises from there: a
# **ramp**. Add ramps, and you get straight pieces that change direction at each $c$: you can connect
# dots. The weight of a ramp is the *change of slope* at its dot.


# %%
def connect_dots(n):
    """One hidden layer of n ReLU neurons through n + 1 dots on the curve, built by hand."""
    model = nn.MLP([1, n, 1], activation="relu", dtype="float64")
    dots = np.linspace(0, 1, n + 1)
    slopes = np.diff(curve(dots)) * n
    first, last = model.layers[0], model.layers[2]
    first.weight.data, first.bias.data = np.ones((1, n)), -dots[:-1]
    last.weight.data, last.bias.data = np.diff(slopes, prepend=0)[:, None], curve(dots[:1])
    return model


fig, axes = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="constrained")
for ax, n in zip(axes, (3, 6, 12)):
    ax.plot(x, curve(x), color="#D55E00", linestyle="--", label="the curve")
    ax.plot(x, nn.predict(connect_dots(n), x), color="#0072B2", label="the network")
    ax.set_title(f"{n} ramps (built by hand)", fontsize=10)
axes[0].legend()
plt.show()

# %% [markdown]
# **Predict:** double the number of neurons. By what does the error of the staircase get smaller, and by
# what the error of the ramps?

# %% tags=["predict"]
print("neurons   steps      ramps      (largest error on [0, 1])")
for n in (10, 20, 40, 80, 160):
    steps, ramps = (nn.predict(build(n), x) - curve(x) for build in (staircase, connect_dots))
    print(f"{n:7}   {np.abs(steps).max():.6f}   {np.abs(ramps).max():.6f}")

# %% [markdown]
# By 2 for the steps, by 4 for the ramps. In both cases: **as close as you like, with one hidden layer, if
# you take enough neurons.** This is the *universal approximation theorem* (Cybenko 1989; Hornik,
# Stinchcombe and White 1989), which holds for functions of many numbers as well.
#
# Read its small print, though. It does not say that training finds these weights. And it does not say
# how many neurons are enough. With steps on a grid, a function of 10 numbers and 10 steps along each
# takes $10^{10}$ of them.
#
# **Exercise.** A neuron computes $\text{ReLU}(3x - 1.5)$. At which $x$ does its ramp begin?

# %% tags=["exercise"]
kink = ...
ex.kink(kink)

# %%
# ex.kink.hint()
# ex.kink.solution()

# %% [markdown]
# ## 2 · Folding paper
#
# Take a strip of paper and fold it in the middle. A cut through it is now a cut at two places. Fold it
# again: four. After 10 folds a single cut goes through 1,024 layers of paper.
#
# A layer of a network can fold, too. Two ReLU neurons make a **tent**, which lays the right half of
# $[0, 1]$ onto the left half:
#
# $$t(x) = 2\,\text{ReLU}(x) - 4\,\text{ReLU}(x - \tfrac12)$$
#
# It rises with slope 2 up to the middle, and falls with slope 2 - 4 = -2 from there.
#
# **Predict:** what does $t(t(x))$ look like? And $t(t(t(x)))$?


# %% tags=["predict"]
def tent(x):
    return 2 * np.maximum(x, 0) - 4 * np.maximum(x - 0.5, 0)


fig, axes = plt.subplots(1, 4, figsize=(10, 2.2), sharey=True, layout="constrained")
y = x
for folds, ax in enumerate(axes, 1):
    y = tent(y)
    ax.plot(x, y, color="#0072B2")
    ax.set_title(f"{folds} fold{'s' * (folds > 1)}, {2 * folds} neurons", fontsize=10)
plt.show()

# %% [markdown]
# Each fold doubles the number of teeth, because a whole tooth of the next tent fits on each slope of
# the last one. That is a deep network: $k$ hidden layers of two neurons each. Here it is as an `nn.MLP`,
# with the weights set by hand. ($t$'s own output weights, 2 and -4, are multiplied into the next layer,
# since two linear maps in a row are one.)


# %%
def sawtooth(folds):
    """The tent, `folds` times: an MLP with two neurons in each of `folds` hidden layers."""
    model = nn.MLP([1] + [2] * folds + [1], activation="relu", dtype="float64")
    for i, layer in enumerate(model.layers[0::2]):
        into = np.array([[1.0]]) if i == 0 else np.array([[2.0], [-4.0]])  # the tent before it
        if i == folds:
            layer.weight.data, layer.bias.data = into, np.array([0.0])
        else:
            layer.weight.data, layer.bias.data = into * [1.0, 1.0], np.array([0.0, -0.5])
    return model


def teeth(x, folds):
    for _ in range(folds):
        x = tent(x)
    return x


deep = sawtooth(10)
same = np.array_equal(nn.predict(deep, x), teeth(x, 10))
print(f"{deep}\n\nthe same as the tent ten times: {same}")

# %% [markdown]
# How many straight pieces has it? The slope of a network at $x$ is its derivative with respect to its
# *input*, so the engine can tell it: `ag.grad(f)` is a function that gives the gradient of `f`. Count where
# the slope changes.
#
# **Predict:** 10 hidden layers of two neurons. How many pieces?

# %% tags=["predict"]
middles = (np.arange(2**14) + 0.5)[:, None] / 2**14  # no kink of ours lies on one of these


def count_pieces(model):
    """In how many straight pieces the network's output falls on [0, 1], as the slopes say."""
    slopes = ag.grad(lambda x: np.sum(model(x)))(middles).ravel()
    return 1 + np.count_nonzero(~np.isclose(slopes[1:], slopes[:-1], rtol=1e-6))


for folds in (1, 2, 3, 5, 10):
    print(f"{folds:2} folds, {2 * folds:2} neurons: {count_pieces(sawtooth(folds)):4} pieces")

# %% [markdown]
# $2^k$ pieces from $2k$ neurons. **Depth makes pieces multiply.**
#
# ## 3 · What one hidden layer can do at most
#
# And with a single hidden layer? Its output is $\sum_j v_j\,\text{ReLU}(w_j x + b_j) + c$. Each neuron has
# one kink, at $-b_j / w_j$. Between the kinks all is straight. So $N$ neurons make **at most $N + 1$
# pieces**, whatever their weights are: no training, however clever, can change that.

# %%
for n in (5, 20, 100):
    shallow = nn.MLP([1, n, 1], rng=0, dtype="float64")
    kinks = np.random.default_rng(0).uniform(size=n)
    shallow.layers[0].bias.data = -shallow.layers[0].weight.data[0] * kinks
    print(f"one layer of {n:3} neurons, random: {count_pieces(shallow):3} pieces; at most {n + 1}")

# %% [markdown]
# So the sawtooth with 1,024 pieces, which a deep network makes with 20 neurons, needs at least 1,023 in
# one hidden layer.
#
# And a network of several layers? Where the first layer has made $p$ pieces, each neuron of the second
# one can put one more kink in each of them. So a layer of $w$ neurons makes of $p$ pieces at most
# $p\,(w + 1)$, and a network with the widths $w_1, w_2, \dots, w_L$ has
#
# $$\text{at most}\quad (w_1 + 1)(w_2 + 1) \cdots (w_L + 1) \quad\text{pieces.}$$
#
# **Exercise.** Write it as a function of the list of widths.


# %% tags=["exercise"]
def most_pieces(widths):
    # your lines instead of the dots
    ...


ex.most_pieces(most_pieces)

# %%
# ex.most_pieces.hint()
# ex.most_pieces.solution()

# %% [markdown]
# ## 4 · The experiment: error against neurons, for depth 1 to 6
#
# Counting pieces is one thing; but perhaps a shallow network with fewer pieces comes *close*? Let us
# measure. The target is the sawtooth with 8 folds: 256 pieces. For each depth and each number of neurons
#
# - the hidden layers are **built by hand**: a layer of $m$ neurons is a zigzag of $m$ pieces, so layers of
#   $m_1, m_2, \dots$ make $m_1 m_2 \cdots$ pieces with $m_1 + m_2 + \dots$ neurons;
# - the last, linear layer is **fitted** by least squares: the best one there is for these hidden layers;
# - we try all ways to divide the neurons over the layers (in powers of two) and keep the best.

# %%
FOLDS, MOST = 8, 6
grid = np.linspace(0, 1, 4 * 2**FOLDS + 1)
target = teeth(grid, FOLDS)


def last_hidden(widths):
    """What comes out of the last hidden layer, if layer i is a zigzag of widths[i] pieces."""
    x = grid
    for m in widths:
        H = np.maximum(x[:, None] - np.arange(m) / m, 0)
        x = H @ np.concatenate([[m], 2.0 * m * (-1.0) ** np.arange(1, m)])  # up, down, up, ...
    return H


def fitted_error(H):
    """The mean distance from the target, with the last layer fitted to H by least squares."""
    H = np.column_stack([H, np.ones(len(grid))])
    v = np.linalg.lstsq(H, target, rcond=None)[0]
    return np.mean(np.abs(H @ v - target))


measured = {}
for depth in range(1, MOST + 1):
    best = {}
    for exponents in itertools.combinations_with_replacement(range(1, FOLDS + 1), depth):
        if sum(exponents) <= FOLDS:
            widths = [2**e for e in exponents]
            error = fitted_error(last_hidden(widths))
            best[sum(widths)] = min(best.get(sum(widths), 1.0), error)
    exact = min(n for n, error in best.items() if error < 1e-6)
    measured[depth] = [(n, best[n]) for n in sorted(best) if n <= exact]

# %% [markdown]
# An even zigzag may be a bad use of too few neurons. So for depth 1 we also try to be clever: put all
# kinks **side by side** on the first teeth, to get at least those right.
#
# And we draw a **floor** that no network with one hidden layer gets below, however it came about. Around
# each of the 255 kinks of the target, look at the window that reaches half a piece to each side. In it
# the target is a small tent of height 1/2. A straight line through it is off by 1/8 on average, at best
# (the best one is level, half-way up). A shallow network of $N$ neurons has at most $N$ kinks, so in at
# least $255 - N$ windows it is straight: its mean error is at least $(255 - N) / 256 \cdot \tfrac18$.
#
# **Predict:** the curves of the six depths. Where does each reach 0? And what happens before?

# %% tags=["predict"]
counts = 2 ** np.arange(1, FOLDS + 1)
side_by_side = [
    fitted_error(np.maximum(grid[:, None] - np.arange(n) / 2**FOLDS, 0)) for n in counts
]

fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
colours = ["#333333", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"]
for depth, points in measured.items():
    look = {"marker": "os^Dv*"[depth - 1], "color": colours[depth - 1], "markersize": 5}
    ax.plot(*zip(*points), drawstyle="steps-post", label=f"depth {depth}", **look)
ax.plot(counts, side_by_side, "o--", color="#333333", markersize=4, label="depth 1, side by side")
some = np.arange(1, 256)
ax.plot(some, (255 - some) / 256 / 8, color="#333333", linestyle=":", label="floor for depth 1")
ax.set(xscale="log", xlabel="number of neurons", ylabel="mean error (last layer fitted)")
ax.set(title="The sawtooth with 256 pieces", xlim=(1.8, 300), ylim=(-0.01, 0.27))
ax.legend(loc="lower left")
plt.show()
for depth, points in measured.items():
    print(f"depth {depth}: exact from {points[-1][0]:3} neurons")

# %% [markdown]
# With even zigzags there is no "close": until there are enough pieces, the best fit runs level through
# the middle of the teeth, at an error of 1/4. Then it drops to 0 at once. Side by side, a shallow network
# gets as many pieces right as it has neurons, and none of the others: half the error takes half of
# *all* the neurons. No trick gets below the dotted floor.
#
# And the number of neurons for an error of 0 falls from 256 to 16 as the depth goes from 1 to 4.
# Then it stays at 16, and this is worth a thought: four layers of 4 neurons fold as much as eight layers
# of 2, because $4 = 2 \cdot 2 = 2 + 2$. For *this* target, more depth would be of no more use.
#
# But let the target grow. With $k$ folds it has $2^k$ pieces. How many neurons does each depth need?


# %%
def needed(folds, depth):
    """The fewest neurons that make 2**folds pieces by zigzags in `depth` layers."""
    low, extra = divmod(folds, depth)
    return (depth - extra) * 2**low + extra * 2 ** (low + 1)


folds = np.arange(1, 21)
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for depth, colour in zip(range(1, 7), colours):
    chosen = folds[folds >= depth]
    ax.plot(chosen, [needed(k, depth) for k in chosen], color=colour, label=f"depth {depth}")
ax.plot(folds, 2 * folds, color="black", linestyle="--", linewidth=2, label="depth = folds")
ax.set(
    yscale="log",
    xlabel="folds of the target (its pieces: 2 to this power)",
    ylabel="neurons needed",
)
ax.set_xticks(folds[1::2])
ax.legend()
plt.show()
print("20 folds, 1,048,576 pieces:")
print(", ".join(f"depth {d}: {needed(20, d):,}" for d in (1, 2, 3, 4, 5, 6, 20)))

# %% [markdown]
# On this scale a straight line is exponential growth. At **any fixed depth** $L$ the number of neurons
# grows exponentially with the folds, as $L \cdot 2^{k/L}$. Only where the depth grows **with** the target
# does it stay linear, $2k$. That is Telgarsky's theorem (2016): there are functions that a network of
# some depth computes with few neurons, and a shallower one only with exponentially many.
#
# **Exercise.** A target has $2^{30}$ pieces, about a billion. How many neurons do zigzags need in 1 layer,
# in 2, in 3, in 5, and in 30?

# %% tags=["exercise"]
neurons = [..., ..., ..., ..., ...]
ex.billion(neurons)

# %%
# ex.billion.hint()
# ex.billion.solution()

# %% [markdown]
# ## 5 · Can, and does
#
# All these networks were built by a person who knew the answer. Does **training** find them? Let us be
# kind: only 3 folds, 8 pieces, for which 6 neurons are enough. And let us be generous: 48 neurons, eight
# times as many, divided over 1 to 6 layers. Adam, two seeds each.
#
# **Predict:** which depth comes closest? Does any reach an error near 0?

# %% tags=["predict", "varying"]
points = np.linspace(0, 1, 257)[:, None]
wanted = teeth(points, 3)


def trained(depth, seed):
    model = nn.MLP([1] + [48 // depth] * depth + [1], rng=seed)
    how = {"optimizer": nn.Adam(model.parameters(), lr=0.01), "epochs": 200, "batch_size": 64}
    inputs = 2 * points - 1  # centred: easier to learn from
    nn.fit(model, inputs, wanted, **how, progress=False, seed=seed)
    found = nn.predict(model, inputs)
    return found, np.mean(np.abs(found - wanted))


results = {depth: [trained(depth, seed) for seed in range(2)] for depth in (1, 2, 3, 4, 6)}
for depth, runs in results.items():
    errors = ", ".join(f"{error:.3f}" for _, error in runs)
    print(f"depth {depth}, {48 // depth:2} a layer, 48 neurons, trained: error {errors}")

fig, axes = plt.subplots(1, 5, figsize=(11, 2.2), sharey=True, layout="constrained")
for ax, (depth, runs) in zip(axes, results.items()):
    found, error = min(runs, key=lambda run: run[1])
    ax.plot(points, wanted, color="#D55E00", linestyle="--")
    ax.plot(points, found, color="#0072B2")
    ax.set_title(f"depth {depth} (trained)\nerror {error:.3f}", fontsize=9)
plt.show()

# %% [markdown]
# A sober picture. Each deeper one does better than depth 1, with the same number of neurons. But none
# finds the sawtooth, though each could represent it several times over, and the deepest is not the best.
# (Look where they fail: at the ends. The biases begin at 0, so at first all kinks of the first layer are
# in the middle, and they do not wander far.) That a network *can* compute something does not mean that gradient descent *finds* it: the
# notebook after this one asks why.
#
# There is a second half to this truth. How many of its possible pieces does a network use, as it is
# when training begins?
#
# **Predict:** three layers of 16 neurons can have up to $17^3 = 4{,}913$ pieces. How many has a random one?

# %% tags=["predict"]
counts = []
for seed in range(20):
    random = nn.MLP([1, 16, 16, 16, 1], rng=seed, dtype="float64")
    rng = np.random.default_rng(seed)
    for layer in random.layers[0::2]:
        layer.bias.data = 0.3 * rng.normal(size=layer.bias.data.shape)
    counts.append(count_pieces(random))
print(f"20 random networks of 48 neurons: {min(counts)} to {max(counts)} pieces")

# %% [markdown]
# Fewer than it has neurons. Random networks are far from the extreme cases; Hanin and Rolnick (2019) show
# that typically the number of pieces grows with the number of neurons, *not* exponentially with depth. So
# the sawtooth proves that depth can be worth exponentially much. It does not prove that it is, for your
# data. For that there is only the experiment, and for images, speech and text it has been made many
# times: there, depth pays.
#
# ## Exercises
#
# **Connect the dots.** Give the weights of one hidden ReLU layer that runs through the dots
# `(xs[i], ys[i])`, with `xs` in rising order: where each ramp begins (all dots but the last), how much
# the slope changes there, and the height at the first dot. Then
# $f(x) = \text{height} + \sum_i \text{change}_i \cdot \text{ReLU}(x - \text{begin}_i)$.


# %% tags=["exercise"]
def ramps(xs, ys):
    """Three results: begins, changes, height."""
    # your lines instead of the dots
    ...


ex.ramps(ramps)

# %%
# ex.ramps.hint()
# ex.ramps.solution()

# %% [markdown]
# **A smooth function from folds.** Sawtooths are not only good for sawtooths. With $t_s$ the tent applied
# $s$ times, $x^2$ on $[0, 1]$ is
#
# $$x^2 = x - \sum_{s=1}^{\infty} \frac{t_s(x)}{4^s}.$$
#
# (Yarotsky 2017. Connect the dots of $x^2$ at the multiples of $1/2^m$; in the middle of each piece the
# line is too high by $1/4^{m+1}$, and one more tooth takes just that away.) Write the sum of the first
# `m` terms. Each fold makes the error four times smaller, for two neurons more, where ramps side by side
# would need *twice as many* neurons for that.


# %% tags=["exercise"]
def square(x, m):
    """x squared, nearly: m folds. You may use tent(x)."""
    # your lines instead of the dots
    ...


ex.square(square)

# %%
# ex.square.hint()
# ex.square.solution()

# %% [markdown]
# ## Summary
#
# - One hidden layer is **enough** for any continuous function: build it from steps, or connect dots.
# - A ReLU network of one hidden layer has at most $N + 1$ pieces; with layers of $w_i$ neurons at most
#   $\prod (w_i + 1)$. Along the width pieces **add**, along the depth they **multiply**.
# - The sawtooth with $2^k$ pieces takes $2k$ neurons in $k$ layers, and at least $2^k - 1$ in one. With
#   fewer, a shallow network is not nearly right: it is wrong by a fixed amount.
# - What can be computed is one question, what training finds is another one.
#
# ## Sources
#
# - G. Cybenko, *Approximation by superpositions of a sigmoidal function*, Mathematics of Control, Signals
#   and Systems 2 (1989); K. Hornik, M. Stinchcombe and H. White, *Multilayer feedforward networks are
#   universal approximators*, Neural Networks 2 (1989).
# - M. Telgarsky, *Benefits of depth in neural networks*, COLT (2016): the sawtooth, and the theorem.
# - G. Montúfar, R. Pascanu, K. Cho and Y. Bengio, *On the number of linear regions of deep neural
#   networks*, NeurIPS (2014): folding.
# - D. Yarotsky, *Error bounds for approximations with deep ReLU networks*, Neural Networks 94 (2017).
# - B. Hanin and D. Rolnick, *Complexity of linear regions in deep networks*, ICML (2019).
#
# All figures are drawn by the cells above them.
#
# **Next:** if depth is worth so much, why not a hundred layers? Notebook 8.
