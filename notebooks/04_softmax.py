# %% [markdown]
# # 4 · Softmax and classification
#
# Is it a cat, a dog or a fox? A network cannot say a word; its last layer gives three numbers, a **score**
# for each class. This notebook is about what comes after: how scores become probabilities, how a loss is
# made from them, and why its gradient turns out to be the simplest formula in the whole field:
# **prediction minus truth**.
#
# You need notebooks 1 to 3, and that $\exp$ and $\log$ undo each other. You will be able to
#
# - turn scores into probabilities, without overflow, and say why that changes nothing,
# - say when you need no softmax at all,
# - derive $\partial L/\partial z = p - y$, compute it by hand, and read it in generated code,
# - make a prediction bolder or more careful with a temperature.
#
# Half an hour is enough.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor, Value

from course import softmax as ex

# %% [markdown]
# ## From scores to probabilities
#
# The layer's outputs for one example are the scores $z_1, \dots, z_k$, also called **logits**. They may be
# negative, and they add up to anything. Probabilities are positive and add up to 1. Two steps do it: make
# them positive with $\exp$, and divide by the sum.
#
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# This is **softmax**: "max", because the largest score takes the most, and "soft", because the others keep
# something. What stands above the line is the numerator, what stands below it the denominator. (In some
# printed versions of this code the two names are swapped. Do not let that confuse you.)


# %%
def softmax_plain(z):
    numerator = np.exp(z)
    denominator = np.sum(numerator, axis=-1, keepdims=True)
    return numerator / denominator


# %% [markdown]
# `axis=-1` sums along each row, so that many examples can be given at once, and `keepdims=True` keeps the
# sums as a column that fits beside them.
#
# **Predict:** the scores of cat, dog and fox are 2, 1 and 0. Roughly, how much does each get? And what if all
# three scores rise by 100?

# %% tags=["predict"]
z = np.array([2.0, 1.0, 0.0])
print("z:      ", softmax_plain(z).round(3))
print("z + 100:", softmax_plain(z + 100).round(3))

# %% [markdown]
# One point more is $e \approx 2.7$ times the probability, and only *differences* count: adding the same
# number to all scores changes nothing.
#
# **Exercise.** Here are scores with which one can reckon in one's head: $z = (\log 1, \log 2, \log 3)$. What is
# $p$? (`log` is the natural logarithm throughout.)

# %% tags=["exercise"]
p = ...  # three numbers: [..., ..., ...]
ex.probabilities(p)

# %% [markdown]
# ## The overflow, and its cure
#
# **Predict:** what is `np.exp(1000)` in floating point? What then is `softmax_plain` of the scores
# (1000, 999, 0)? (`np.errstate` keeps NumPy from printing a warning.)

# %% tags=["predict"]
with np.errstate(all="ignore"):
    print("exp(709) =", np.exp(709.0))
    print("exp(710) =", np.exp(710.0))
    print("in float32, exp(88) =", np.exp(np.float32(88)), " exp(89) =", np.exp(np.float32(89)))
    print("softmax:  ", softmax_plain(np.array([1000.0, 999.0, 0.0])))

# %% [markdown]
# Numbers larger than about $10^{308}$ do not fit, and become infinite. Infinity divided by infinity is `nan`,
# "not a number". And one `nan` in the loss makes every weight `nan` at the next update: the whole training
# is lost. In float32, in which networks are trained, a score of 89 is enough.
#
# The cure is what you just saw: adding the same number to all scores changes nothing. So **subtract the
# largest one**, $m = \max_j z_j$:
#
# $$\frac{e^{z_i - m}}{\sum_j e^{z_j - m}} = \frac{e^{-m}\, e^{z_i}}{e^{-m} \sum_j e^{z_j}} = \frac{e^{z_i}}{\sum_j e^{z_j}} = p_i.$$
#
# Now the largest exponent is 0, so nothing can overflow; and the sum is at least 1, so nothing is divided
# by 0.
#
# **Exercise.** Write it.


# %% tags=["exercise"]
def softmax(z):
    # z: scores, one row or many. np.max has axis= and keepdims= too.
    ...


ex.stable(softmax)

# %% [markdown]
# `nn.softmax` is that function:

# %%
print(nn.softmax(np.array([1000.0, 999.0, 0.0])).round(3))
print(nn.softmax(np.array([-1000.0, -1001.0, -2000.0])).round(3))

# %% [markdown]
# ## When you need no softmax
#
# Suppose that the network is trained, and all that you want is its answer: which class?
#
# **Predict:** for how many of 10,000 random rows of scores does the largest probability belong to another class
# than the largest score?

# %% tags=["predict"]
rows = np.random.default_rng(0).normal(size=(10_000, 3)) * 300
by_score = np.argmax(rows, axis=-1)
by_probability = np.argmax(nn.softmax(rows), axis=-1)
print("different answers:", int(np.sum(by_score != by_probability)))

# %% [markdown]
# For none. $\exp$ rises everywhere, and dividing a row by a positive number does not change its order. So to
# *use* a classifier, `np.argmax(z)` is enough: no softmax, no maximum to subtract, nothing to overflow.
#
# Then why not learn from the argmax as well, and count mistakes? Because its slope is 0 nearly everywhere.
# Here is a classifier for three species of irises, written by hand: small petals make it say *setosa*,
# large ones *virginica*, and if neither is sure, it is *versicolor*. Below, one of its weights is moved. The
# number of mistakes is a staircase: a little nudge changes nothing, so the gradient says nothing. The loss
# that we come to now, made from the probabilities, is a smooth valley that leads down from everywhere.

# %%
flowers = nn.datasets.iris()
petals = flowers.X[:, 2:]  # length and width, in centimetres
petals = (petals - petals.mean(axis=0)) / petals.std(axis=0)
moved = np.linspace(-3.0, 5.0, 201)
mistakes, losses = [], []
for change in moved:
    W = np.array([[-2.0, 0.0, 2.0 + change], [-2.0, 0.0, 2.0]])
    scores = petals @ W + np.array([-2.0, 0.0, -2.4])
    mistakes.append(np.sum(np.argmax(scores, axis=-1) != flowers.y))
    losses.append(nn.cross_entropy(scores, flowers.y))

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
left.step(moved, mistakes)
left.set_title("mistakes, of 150 (argmax)")
right.plot(moved, losses)
right.set_title("cross-entropy (probabilities)")
for panel in (left, right):
    panel.set_xlabel("change of one weight")
plt.show()

# %% [markdown]
# ## Cross-entropy
#
# The loss of a classifier is how *surprised* it is by the truth:
#
# $$L = -\log p_{\text{true class}}.$$
#
# If it gave the true class probability 1, it is not surprised: $-\log 1 = 0$. With 1/2 it is
# $\log 2 \approx 0.69$. And if it was sure of the wrong thing, the loss grows without limit. Over a batch, the
# loss is the mean. This is the **cross-entropy**.

# %%
shares = np.linspace(0.005, 1, 300)
plt.figure(figsize=(5, 2.6))
plt.plot(shares, -np.log(shares))
plt.xlabel("probability given to the true class")
plt.ylabel("L = -log p")
plt.show()

# %% [markdown]
# **Exercise.** Before training, a network knows nothing, and gives each of the 10 digits the same
# probability. What is its loss? (It is a good habit to check the first loss of a training run against that.)

# %% tags=["exercise"]
L = ...
ex.guess(L)

# %% [markdown]
# ## The gradient: prediction minus truth
#
# Put the two together. With $p_i = e^{z_i} / \sum_j e^{z_j}$, and $c$ for the true class,
#
# $$L = -\log p_c = -\log e^{z_c} + \log \sum_j e^{z_j} = \log \sum_j e^{z_j} - z_c.$$
#
# The $\log$ has undone the $\exp$ of the true class. How does $L$ react to a score $z_i$? There are two places
# where it may stand:
#
# - In the sum, always. The logarithm hands back $1/\text{sum}$, and $\exp$ multiplies by $e^{z_i}$: together
#   $e^{z_i}/\sum_j e^{z_j}$, and that is $p_i$.
# - In $-z_c$, if $i$ is the true class: -1.
#
# Where paths meet, add. Write $y$ for the truth as a row with a 1 at the true class and 0 elsewhere (**one-hot**).
# Then
#
# $$\boxed{\;\frac{\partial L}{\partial z} = p - y\;}$$
#
# **Exercise.** $p = (\frac16, \frac13, \frac12)$, and the *third* class is true. What is $\partial L/\partial z$?

# %% tags=["exercise"]
dL_dz = ...  # three numbers
ex.gradient(dL_dz)

# %% [markdown]
# Now see it happen, one arrow at a time, with those scores. Watch `z3`: it gets its share of the sum,
# and the -1 from where it stands alone.

# %%
z1, z2, z3 = (Value(np.log(n), label=f"z{n}") for n in (1, 2, 3))
total = np.exp(z1) + np.exp(z2) + np.exp(z3)
L = np.log(total) - z3
viz.step(L, names={"L": L, "total": total})

# %% [markdown]
# With arrays the same is one node, `nn.cross_entropy`, and one arrow. It takes the scores and the number of
# the true class, counted from 0.

# %%
z = Tensor(np.log([[1.0, 2.0, 3.0]]), label="z")
L = nn.cross_entropy(z, [2])
viz.step(L, names={"L": L})

# %% [markdown]
# ## The same, read as code
#
# `ag.compile` follows a function once, and prints the backward pass as a program. Read it from top to bottom;
# it is what you did by hand.
#
# **Predict:** which line will have the -1, and where will you find $p_1$?


# %% tags=["predict"]
def loss(z1, z2, z3):
    return np.log(np.exp(z1) + np.exp(z2) + np.exp(z3)) - z3


program = ag.compile(loss, argnums=(0, 1, 2))
print(program.source)
value, gradients = program(np.log(1.0), np.log(2.0), np.log(3.0))
print("L =", round(float(value), 4), "  gradient:", np.round(gradients, 4))

# %% [markdown]
# `dz1` is $\frac{1}{\text{sum}} \cdot e^{z_1} = p_1$, and `dz3` is $-1 + p_3$. (Behind each line stands which line of
# your function it came from.)
#
# Arrays have such a program too, for a whole batch at once. Look for its last line but one: numerator by
# denominator, which is $p$, minus a row with a 1 at the true class, which is $y$.

# %%
batch = ag.compile(lambda z: nn.cross_entropy(z, [2]))
batch(np.log([[1.0, 2.0, 3.0]]))  # it is written when it sees the first array
print(batch.source)

# %% [markdown]
# ## From the scores, not from the probabilities
#
# There is one more trap. If softmax gives the true class a probability so small that it is rounded to 0, then
# $-\log 0$ is infinite, however stable the softmax was.
#
# **Predict:** the scores are (1000, 0), and the second class is true. What *should* the loss be? Look at
# $L = \log \sum_j e^{z_j} - z_c$.

# %% tags=["predict"]
z = np.array([1000.0, 0.0])
with np.errstate(all="ignore"):
    print("-log(softmax):   ", -np.log(nn.softmax(z)[1]))
print("nn.cross_entropy:", nn.cross_entropy(z[None, :], [1]))

# %% [markdown]
# The network was wrong by 1000 points, and 1000 is the loss. It is finite, and so is its gradient. The trick
# is again to take out the maximum, this time from the logarithm of the sum:
# $\log \sum_j e^{z_j} = m + \log \sum_j e^{z_j - m}$.
#
# **Exercise.** Write the cross-entropy of one example, from its scores.


# %% tags=["exercise"]
def cross_entropy(z, label):
    # z: the scores, label: the number of the true class
    ...


ex.from_scores(cross_entropy)

# %% [markdown]
# ## Temperature
#
# Divide all scores by a number $T$ before softmax. It is called the **temperature**, after physics, where the
# same formula says how often a warm gas is in each of its states (Boltzmann, 1868).
#
# **Predict:** what happens to the probabilities when $T$ goes to 0? And when $T$ becomes very large?

# %% tags=["predict"]
viz.plot_softmax([2.0, 1.0, 0.0], names=["cat", "dog", "fox"])

# %% [markdown]
# Cold, the winner takes all: softmax becomes the argmax. Hot, everybody gets the same. The order never
# changes. A low temperature makes a language model repeat what is most likely, a high one makes it inventive;
# and a network that is too sure of itself can be made honest by a temperature that fits (Guo and others,
# 2017).
#
# **Exercise.** The scores $(\log 1, \log 2, \log 3)$ at $T = \frac12$.

# %% tags=["exercise"]
p_sharp = ...  # three numbers
ex.sharper(p_sharp)

# %% [markdown]
# ## A classifier that learns
#
# Everything together: 150 irises of three species (Fisher, 1936), four lengths measured on
# each, and one linear layer from 4 to 3. It is the loop that you know; only the loss is new. A part of the
# flowers is kept back for the test.
#
# **Predict:** the first loss should be near that of somebody who knows nothing about 3 classes. What number is
# that?

# %% tags=["predict"]
X_train, X_test, y_train, y_test = flowers.split()
mean, spread = X_train.mean(axis=0), X_train.std(axis=0)


def scaled(X):
    return (X - mean) / spread  # each feature around 0, so that one rate suits all


model = nn.Linear(4, 3, init="zeros")  # all weights 0: it knows nothing
optimizer = nn.SGD(model.parameters(), lr=0.5)
for step in range(201):
    loss = nn.cross_entropy(model(scaled(X_train)), y_train)
    if step % 50 == 0:
        print(f"step {step:3d}   loss {loss.item():.3f}")
    model.zero_grad()
    loss.backward()
    optimizer.step()

answers = np.argmax(model(scaled(X_test)).data, axis=-1)
print(f"right: {np.sum(answers == y_test)} of {len(y_test)} flowers that it has never seen")

# %% [markdown]
# In the last line there is an argmax, and no softmax.
#
# ## More of it
#
# Level 8: softmax with cross-entropy, and a whole classifier.

# %%
viz.exercise(8, seed=1)

# %% [markdown]
# ## Summary
#
# - **Softmax** makes positive numbers that add up to 1: $p_i = e^{z_i}/\sum_j e^{z_j}$. Only differences of
#   scores count, so subtract the maximum, and nothing overflows.
# - To *use* a classifier, argmax of the scores is enough. To *learn*, you need the probabilities: the argmax
#   has no slope.
# - **Cross-entropy** is $-\log p$ of the true class: $\log k$ for somebody who knows nothing about $k$ classes.
# - Its gradient is $p - y$, prediction minus truth. Compute it from the scores, never from the probabilities.
# - A **temperature** below 1 makes bolder, above 1 more careful; the order stays.
#
# Next: [activations](05_activations.ipynb), without which many layers are no more than one.
#
# ## Sources
#
# - J. S. Bridle, *Probabilistic interpretation of feedforward classification network outputs*, in
#   *Neurocomputing*, Springer (1990): where softmax got its name.
# - L. Boltzmann, *Studien über das Gleichgewicht der lebendigen Kraft zwischen bewegten materiellen Punkten*,
#   Wiener Berichte 58 (1868): the formula.
# - P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA
#   Journal of Numerical Analysis 41 (2021): why one subtracts the maximum.
# - C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, *On calibration of modern neural networks*, ICML (2017).
# - R. A. Fisher, *The use of multiple measurements in taxonomic problems*, Annals of Eugenics 7 (1936). The
#   flowers were collected and measured by E. Anderson.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), sections 4.1 and 6.2.2.3.
#
# The figures are drawn by the cells above.
