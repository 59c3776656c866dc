# %% [markdown]
# # 8 · Why not deeper? Harder to train
#
# Notebook 7 said what depth is worth: pieces multiply. Then why not a hundred layers? Because a deep
# network is hard to *train*. The gradient has to come all the way back from the loss to the first layer,
# and on each layer it is multiplied by something. In this notebook you will be able to
#
# - say why gradients **vanish** or **explode**, and measure it layer by layer,
# - choose how weights **begin**, so that signals keep their size,
# - use **normalisation** and **residual connections**, and say what each does to the gradient,
# - see with your own eyes that a network of 20 layers which learns nothing, learns with each of them.
#
# All curves are of real training runs, on the digits of notebook 6, which you need. Half an hour is enough.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn
import viz
from autograd_lite import Value

from course import deeper as ex

digits = nn.datasets.digits()
X_train, X_test, y_train, y_test = digits.split()

# %% [markdown]
# ## 1 · A chain of single neurons
#
# The smallest deep network: one number, through one sigmoid after the other, each with the weight 1.

# %%
x = Value(0.5, label="x")
out = x
for _ in range(3):
    out = ag.sigmoid(out)
out.backward()
viz.draw(out)

# %% [markdown]
# Look at the gradient in each box, from right to left: every sigmoid multiplies it by its slope. And the
# slope of the sigmoid, $y\,(1 - y)$, is at most $1/4$ (where $y = 1/2$).
#
# **Predict:** what is left of the gradient after 5 sigmoids? After 20? (Give a power of ten.)

# %% tags=["predict"]
for depth in (1, 2, 3, 5, 10, 20, 50):
    x = Value(0.5)
    out = x
    for _ in range(depth):
        out = ag.sigmoid(out)
    out.backward()
    print(f"{depth:2} sigmoids: dy/dx = {x.grad:.1e}   at most (1/4)^{depth} = {0.25**depth:.1e}")

# %% [markdown]
# This is the **vanishing gradient**: multiply many numbers that are smaller than 1, and nothing is left.
# If each factor is larger than 1, the same happens the other way, and the gradient **explodes**. Both
# were described by Hochreiter in his diploma thesis in 1991.
#
# **Exercise.** After how many sigmoids (with weight 1) is the factor *surely* below one millionth,
# whatever the input is?

# %% tags=["exercise"]
sigmoids = ...
ex.sigmoids(sigmoids)

# %%
# ex.sigmoids.hint()
# ex.sigmoids.solution()

# %% [markdown]
# ## 2 · Whole layers
#
# In a network of layers the weights are matrices, but the story is the same. With $Z_i = H_{i-1} W_i + b_i$
# and $H_i = f(Z_i)$, one step of the way back is
#
# $$\frac{\partial L}{\partial Z_i} = \left(\frac{\partial L}{\partial Z_{i+1}} W_{i+1}^\top\right) \odot f'(Z_i).$$
#
# So from layer to layer there are two factors: the **weights** $W$ and the **slope** $f'$. Let us measure
# what comes out. `viz.plot_gradients` shows the size of each parameter's gradient, here for 6 hidden
# layers of 32 sigmoids that have not been trained yet.
#
# **Predict:** the last layer's bias has a gradient of some size. By what factor is the first layer's
# smaller?

# %% tags=["predict"]
model = nn.MLP([64] + [32] * 6 + [10], activation="sigmoid", rng=0)
nn.cross_entropy(model(X_train[:256]), y_train[:256]).backward()
viz.plot_gradients(model)

# %% [markdown]
# A straight staircase on a logarithmic scale: each layer loses the same *factor*. The first layer hardly
# hears of the loss at all. Here is the same for different depths, as curves. (From now on we look at the
# gradients of the weight matrices, since these are what training uses.)


# %%
def gradient_sizes(model):
    """The root mean square of dL/dW of each linear layer, from the first to the last."""
    nn.cross_entropy(model(X_train[:256]), y_train[:256]).backward()
    weights = [p for _, p in model.named_parameters() if p.data.ndim == 2]
    sizes = [float(np.sqrt(np.mean(p.grad**2))) for p in weights]
    model.zero_grad()
    return sizes


depths = (2, 5, 10, 20)
looks = dict(zip(depths, (("#009E73", "o"), ("#0072B2", "s"), ("#D55E00", "^"), ("#333333", "D"))))


def sigmoids(depth):
    return nn.MLP([64] + [32] * depth + [10], activation="sigmoid", rng=0)


fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for depth in depths:
    sizes = gradient_sizes(sigmoids(depth))
    colour, marker = looks[depth]
    ax.plot(range(1, depth + 2), sizes, color=colour, marker=marker, label=f"{depth} hidden layers")
ax.set(yscale="log", xlabel="layer", ylabel="size of dL/dW", xticks=range(1, 22, 4))
ax.set_title("Sigmoid, before training")
ax.legend()
plt.show()

# %% [markdown]
# ## 3 · Does it matter? The training curves
#
# A small gradient is not yet a catastrophe. Adam divides each gradient by its usual size, so even tiny
# ones make steps. Let us train all four.
#
# **Predict:** which of these four learns to tell digits apart within 10 epochs? (Guessing costs a loss of
# $\log 10 \approx 2.3$.)


# %% tags=["predict", "varying"]
def train(model, lr, epochs=10):
    """Train with Adam; gives the history."""
    optimizer = nn.Adam(model.parameters(), lr=lr)
    return nn.fit(model, X_train, y_train, optimizer=optimizer, epochs=epochs, progress=False)


fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for depth in depths:
    history = train(sigmoids(depth), lr=0.002)
    colour, marker = looks[depth]
    ax.plot(range(1, 11), history.loss, color=colour, marker=marker, label=f"{depth} hidden layers")
    print(f"{depth:2} hidden layers: {history.metric[-1]:.0%} of the training digits right")
ax.axhline(np.log(10), color="gray", linestyle=":")
ax.set(xlabel="epoch", ylabel="training loss", title="Sigmoid, trained")
ax.legend()
plt.show()

# %% [markdown]
# The deeper, the worse; with 20 layers nothing is learned at all. And note that this is the loss on the
# *training* digits. It is not that the deep network learns them by heart and fails on others. It fails to
# learn them. A deeper network *could* do whatever a flatter one does; training does not find it.
#
# What can be done? Look at the two factors again, the weights and the slope.
#
# ## 4 · First cure: begin with the right weights
#
# Take ReLU instead of the sigmoid: its slope is 1 for every unit that is active, not 1/4. Then the
# weights decide. Take $d$ inputs and weights with mean 0. A sum of $d$ independent terms has $d$ times
# the variance of one, so
#
# $$\operatorname{Var}(Z) = d \cdot \operatorname{Var}(W) \cdot \overline{H^2}.$$
#
# ReLU sets one half to 0, so $\overline{H^2}$ is half of the variance of the $Z$ before it. From layer
# to layer the variance is multiplied by $\tfrac{d}{2} \operatorname{Var}(W)$. It stays as it is if
#
# $$\operatorname{Var}(W) = \frac{2}{d}.$$
#
# That is the initialisation of **He** and colleagues (2015), `init="he_normal"` here. Without ReLU's
# half it is that of **Glorot** (2010), also called Xavier's, who takes the mean of a layer's inputs and
# outputs for $d$. Test it: random weights with half the
# standard deviation, with just this one, and with twice as much.
#
# **Predict:** after 20 layers, by what factor has the signal become smaller or larger in each case?


# %% tags=["predict"]
def scaled_he(scale):
    def init(d, p, rng):
        return rng.normal(0.0, scale * np.sqrt(2 / d), (d, p))

    return init


fig, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
for scale, colour, marker in ((0.5, "#0072B2", "o"), (1.0, "#009E73", "s"), (2.0, "#D55E00", "^")):
    model = nn.MLP([64] + [256] * 20 + [10], init=scaled_he(scale), rng=0)
    signal, sizes = X_train[:256], []
    for layer in model.layers:
        signal = nn.predict(layer, signal)
        if isinstance(layer, nn.ReLU):
            sizes.append(signal.std())
    ax.plot(range(1, 21), sizes, color=colour, marker=marker, label=f"{scale} × He")
    print(
        f"{scale} × He: after 20 layers {sizes[-1] / sizes[0]:8.1e} of layer 1; {scale}^19 = {scale**19:.1e}"
    )
ax.set(
    yscale="log", xlabel="hidden layer", ylabel="standard deviation of H", xticks=range(1, 21, 3)
)
ax.legend()
plt.show()

# %% [markdown]
# Just as computed: a factor of 1/2 or 2 *for each layer*. The gradient on its way back goes through the
# same matrices, so it shrinks and grows alike.
#
# **Exercise.** A layer takes 50 features and is followed by ReLU. What standard deviation should its
# weights begin with?

# %% tags=["exercise"]
deviation = ...
ex.deviation(deviation)

# %%
# ex.deviation.hint()
# ex.deviation.solution()

# %% [markdown]
# ## 5 · Second cure: normalisation
#
# Instead of hoping that signals keep their size, one can *make* them. **Batch normalisation** (Ioffe and
# Szegedy 2015) takes each unit's values over the batch, subtracts their mean and divides by their standard
# deviation, and does so in every layer:
#
# $$\hat z_{ij} = \frac{z_{ij} - \mu_j}{\sqrt{\sigma_j^2 + \varepsilon}}, \qquad
# \mu_j,\ \sigma_j^2: \text{ mean and variance of column } j$$
#
# (then it lets the network scale and shift the result, by two learned numbers for each unit). This works
# on the gradient too: where signals became small, dividing by a small $\sigma$ makes the gradient large
# again. **Layer normalisation** does the same along each row, so that an example needs no batch.
#
# **Exercise.** Write it, without the learned numbers, and with $\varepsilon = 10^{-5}$. Use the variance
# that divides by $n$, as `np.var` does.


# %% tags=["exercise"]
def normalise(Z):
    # your lines instead of the dots
    ...


ex.normalise(normalise)

# %%
# ex.normalise.hint()
# ex.normalise.solution()

# %% [markdown]
# ## 6 · Third cure: residual connections
#
# The third idea is the simplest, and it changed the field (He and colleagues, 2016): let each layer compute
# only a **change** to what comes in.
#
# $$H_{i+1} = H_i + F(H_i)$$
#
# What does the plus do on the way back? You know it since notebook 1: it hands the gradient on to *both*
# sides, unchanged. So there is a path from the loss to the first layer on which nothing is multiplied at
# all:
#
# $$\frac{\partial L}{\partial H_i} = \frac{\partial L}{\partial H_{i+1}} + \big(\text{what comes back through } F\big).$$
#
# Here is the chain of single neurons again, now with a way past each sigmoid.
#
# **Predict:** 20 of these. What has become of the gradient?

# %% tags=["predict"]
for depth in (1, 5, 20):
    x = Value(0.5)
    out = x
    for _ in range(depth):
        out = out + 0.1 * ag.sigmoid(out)
    out.backward()
    print(f"{depth:2} residual sigmoids: dy/dx = {x.grad:.3f}")

# %% [markdown]
# Every factor is now 1 + something small, instead of something small. (The 0.1 is there for a reason,
# see the next exercise.)
#
# **Exercise.** A residual block adds $F(H)$ to $H$. Suppose $F$ keeps the variance of what it gets, as with
# He's weights, and is independent of it. Then the sum has twice the variance. By what factor has the
# *variance* grown after 20 blocks?

# %% tags=["exercise"]
factor = ...
ex.factor(factor)

# %%
# ex.factor.hint()
# ex.factor.solution()

# %% [markdown]
# So the branches should begin small. With weights $1/\sqrt{20}$ as large, each of 20 blocks multiplies the
# variance by $1 + 1/20$, and all together by about 2.7. (Zhang, Dauphin and Ma, 2019, go into this.)
#
# ## 7 · All cures, measured
#
# Twenty hidden layers of 32 units, the same data, the same optimiser. First the gradients that reach each
# layer before training.


# %%
def deep(activation, init, norm=False, residual=False, depth=20):
    """A stack of `depth` hidden layers of 32 units, with the cures that are asked for."""
    rng = np.random.default_rng(0)
    layers = [nn.Linear(64, 32, init=init, rng=rng)]
    for _ in range(depth - 1):
        if norm:
            layers.append(nn.BatchNorm1d(32))
        if residual:
            layers.append(nn.Residual(activation(), nn.Linear(32, 32, init=init, rng=rng)))
        else:
            layers += [activation(), nn.Linear(32, 32, init=init, rng=rng)]
    if norm:
        layers.append(nn.BatchNorm1d(32))
    return nn.Sequential(*layers, activation(), nn.Linear(32, 10, init="xavier_uniform", rng=rng))


def candidates():
    return {
        "sigmoid": deep(nn.Sigmoid, "xavier_uniform"),
        "ReLU, half of He": deep(nn.ReLU, scaled_he(0.5)),
        "ReLU, He": deep(nn.ReLU, "he_normal"),
        "sigmoid, batch norm": deep(nn.Sigmoid, "xavier_uniform", norm=True),
        "ReLU, residual": deep(nn.ReLU, scaled_he(1 / np.sqrt(20)), residual=True),
    }


looks = dict(zip(candidates(), ("#333333", "#8C6D1F", "#0072B2", "#009E73", "#D55E00")))
marks = dict(zip(candidates(), "osD^v"))

fig, ax = plt.subplots(figsize=(7.5, 3.8), layout="constrained")
for name, model in candidates().items():
    sizes = gradient_sizes(model)
    ax.plot(range(1, 22), sizes, color=looks[name], marker=marks[name], markersize=5, label=name)
ax.set(yscale="log", xlabel="layer", ylabel="size of dL/dW", xticks=range(1, 22, 4))
ax.set_title("20 hidden layers, before training")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# **Predict:** in which order will their training losses fall? Which of them will not move?

# %% tags=["predict", "varying"]
fig, ax = plt.subplots(figsize=(7.5, 3.8), layout="constrained")
print("20 hidden layers            training digits   test digits")
for name, model in candidates().items():
    history = train(model, lr=0.001)
    share = nn.evaluate(model, X_test, y_test)[1]
    print(f"{name:26}  {history.metric[-1]:15.1%}   {share:11.1%}")
    ax.plot(range(1, 11), history.loss, color=looks[name], marker=marks[name], label=name)
ax.axhline(np.log(10), color="gray", linestyle=":")
ax.set(xlabel="epoch", ylabel="training loss", title="20 hidden layers, trained")
ax.legend()
plt.show()

flat = nn.MLP([64, 32, 10], rng=0)
train(flat, lr=0.001)
print(
    f"\nFor comparison, ONE hidden layer: {nn.evaluate(flat, X_test, y_test)[1]:.1%} of the test digits"
)

# %% [markdown]
# Each of the three cures turns a network that learns nothing into one that learns. They do not do the same
# thing, and they can be combined; networks of a hundred layers use all of them. (ReLU with half of He's
# size is a case between: its gradients are tiny, but alike in all layers. Adam, which scales each one, gets
# it to move in the end. Plain gradient descent would not.)
#
# And the last line? These digits do not need 20 layers: one hidden layer does as well, or better, and far
# sooner. **The cures make depth possible. They do not make it necessary.** Use as much depth as the
# problem pays for, and find out by trying.
#
# Two more things worth knowing:
#
# - Where gradients *explode*, one can cut them: `nn.fit(..., clip_norm=1.0)` scales the whole gradient down
#   if it is longer than 1. That mends a bad step now and then, not a bad beginning.
# - Look before you train for a night: `viz.plot_gradients(model)` takes a second.
#
# ## Exercises
#
# **An instrument.** Write a function that sends `X` through the modules of a model, one after the other, and
# returns a list: the standard deviation of what comes out of each `nn.Linear` in it. (`for layer in model`
# goes through them; `nn.predict(layer, X)` computes one without a graph.)


# %% tags=["exercise"]
def signal_sizes(model, X):
    # your lines instead of the dots
    ...


ex.signal_sizes(signal_sizes)

# %%
# ex.signal_sizes.hint()
# ex.signal_sizes.solution()

# %% [markdown]
# **To try, without a right answer.** Give the residual network weights of the full He size,
# `deep(nn.ReLU, "he_normal", residual=True)`. What is its loss after the first epoch? Why? Then put
# `nn.LayerNorm` in the place of `nn.BatchNorm1d` in `deep`. Does it rescue the sigmoids as well? (When we
# tried, it did not. A cure is not a cure for everything.)
#
# ## Summary
#
# - On its way back the gradient is multiplied by weights and slopes, layer after layer: it **vanishes** or
#   **explodes** exponentially with depth.
# - A deep sigmoid network fails on its *training* data. That is a failure to learn, not to generalise.
# - **Initialisation**: $\operatorname{Var}(W) = 2/d$ for ReLU keeps signals, and so gradients, at their size.
# - **Normalisation** gives every layer signals of size 1.
# - **Residual connections** let the gradient pass unchanged through a plus.
#
# ## Sources
#
# - S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU Munich (1991);
#   Y. Bengio, P. Simard and P. Frasconi, *Learning long-term dependencies with gradient descent is
#   difficult*, IEEE Transactions on Neural Networks 5 (1994).
# - X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   AISTATS (2010).
# - K. He, X. Zhang, S. Ren and J. Sun, *Delving deep into rectifiers*, ICCV (2015), and *Deep residual
#   learning for image recognition*, CVPR (2016).
# - S. Ioffe and C. Szegedy, *Batch normalization*, ICML (2015); J. L. Ba, J. R. Kiros and G. Hinton,
#   *Layer normalization* (2016), arXiv:1607.06450.
# - H. Zhang, Y. Dauphin and T. Ma, *Fixup initialization: residual learning without normalization*,
#   ICLR (2019).
#
# All figures are drawn by the cells above them.
#
# **Next:** you have computed gradients by hand and by engine for eight notebooks. Notebook 9 opens the
# engine.
