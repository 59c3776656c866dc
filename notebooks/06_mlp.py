# %% [markdown]
# # 6 · The MLP, and forward propagation
#
# You have all the parts: a linear layer (notebook 3), softmax and cross-entropy (4), and activations
# (5). Put one behind the other, they are a **multi-layer perceptron**, an MLP. In this notebook you
# compute one by hand, watch one bend its decision boundary, and then train one to read handwritten
# digits. You will be able to
#
# - compute an MLP's output layer by layer (**forward propagation**), with the shape of each array,
# - say what a **hidden layer** is for: it moves the points until a straight line is enough,
# - train a classifier on real data, and read its training curves,
# - look at what it gets wrong, and say whether you would have known better.
#
# You need notebooks 3 and 4, and the gallery of notebook 5. Half an hour is enough. As before: write each
# prediction down before you run the cell.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

import nn
import viz

from course import mlp as ex

# %% [markdown]
# ## 1 · Four points that no line can separate
#
# Here are four points, two of each class. A point is of class 1 if exactly one of its two numbers is
# 1: this is "exclusive or", XOR for short.

# %%
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([0, 1, 1, 0])

fig, ax = plt.subplots(figsize=(3.2, 3))
for label, marker, colour in ((0, "o", "#0072B2"), (1, "^", "#D55E00")):
    ax.scatter(*X[y == label].T, s=120, marker=marker, color=colour, label=f"class {label}")
ax.set(
    xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1]
)
ax.legend(loc="center")
plt.show()

# %% [markdown]
# A linear layer with one output computes $o = w_1 x_1 + w_2 x_2 + b$, and says "class 1" where $o > 0$.
#
# **Predict:** how many of the four points can it get right, with the best weights there are?
#
# Let us try 20,000 random lines.

# %% tags=["predict"]
rng = np.random.default_rng(0)
best = 0
for _ in range(20_000):
    w, b = rng.normal(size=2), rng.normal()
    best = max(best, np.sum((X @ w + b > 0) == y))
print(f"The best of 20,000 random lines gets {best} of 4 right.")

# %% [markdown]
# Three, and it is not bad luck. Add up the outputs at opposite corners of the square:
#
# $$o(0,0) + o(1,1) = (b) + (w_1 + w_2 + b) \qquad o(0,1) + o(1,0) = (w_2 + b) + (w_1 + b)$$
#
# Both sums are $w_1 + w_2 + 2b$. But all four right would need the first sum to be negative or zero and
# the second one to be positive. So **no** linear layer can do it. Minsky and Papert made such facts
# famous in 1969, and for years people thought that neural networks had little future.
#
# ## 2 · A hidden layer: Z, H and O
#
# The way out is to put a second layer behind the first, with an activation $f$ between them. (Without
# $f$, two layers are one: you multiplied the matrices out in notebook 5.) For the whole batch $X$, one
# example in each row:
#
# $$
# \begin{aligned}
# Z &= X W_1 + b_1 && \text{what goes into the activation} \\
# H &= f(Z) && \text{the hidden layer: what comes out of it} \\
# O &= H W_2 + b_2 && \text{the output: one score for each class, or one number}
# \end{aligned}
# $$
#
# Computing $Z$, then $H$, then $O$ is **forward propagation**. The layer is called hidden because
# neither the data nor the labels say what should be in it: the network decides that for itself.
#
# Here are weights for XOR, with two hidden units and $f = \text{ReLU}$. They are from the textbook of
# Goodfellow, Bengio and Courville, section 6.1.
#
# **Predict** by hand, for the last point, $x = (1, 1)$: what are its $Z$, its $H$ and its $O$?

# %% tags=["predict"]
W1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
W2, b2 = np.array([[1.0], [-2.0]]), np.array([0.0])

Z = X @ W1 + b1
H = np.maximum(Z, 0)
O = H @ W2 + b2
for x_row, z_row, h_row, o_row in zip(X, Z, H, O):
    print(f"x = {x_row}   Z = {z_row}   H = {h_row}   O = {o_row}")

# %% [markdown]
# For $x = (1, 1)$: both units get $1 \cdot 1 + 1 \cdot 1$, the second one minus 1, so $Z = (2, 1)$. Both
# are positive, so ReLU leaves them. $O = 1 \cdot 2 - 2 \cdot 1 = 0$.
#
# The output is 0, 1, 1, 0: XOR. Here is the same network as a picture, with the example $x = (1, 0)$
# in it. Each circle is a unit, each arrow one weight.

# %%
model = nn.MLP([2, 2, 1], activation="relu")
model.layers[0].weight.data, model.layers[0].bias.data = W1, b1
model.layers[2].weight.data, model.layers[2].bias.data = W2, b2
viz.network(model, x=[1.0, 0.0])

# %% [markdown]
# What has the hidden layer done? It has **moved the points**. On the left they are where the data has
# them, on the right where $H$ has them.

# %%
fig, axes = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
for ax, points, title in ((axes[0], X, "the input X"), (axes[1], H, "the hidden layer H")):
    for label, marker, colour in ((0, "o", "#0072B2"), (1, "^", "#D55E00")):
        ax.scatter(
            *points[y == label].T, s=120, marker=marker, color=colour, label=f"class {label}"
        )
    ax.set(title=title, xlim=(-0.4, 2.4), ylim=(-0.4, 1.4))
axes[1].plot([0.2, 2.6], [-0.15, 1.05], color="black", linestyle="--")
axes[1].text(1.35, 0.28, "$h_1 - 2 h_2 = 0.5$")
axes[0].legend()
plt.show()

# %% [markdown]
# Both points of class 1 have landed on the same place, $(1, 0)$, and now one line is enough. That is
# what a hidden layer is for: **the last layer can only draw straight lines, so the layers before it
# bend the space until a straight line will do.**
#
# **Exercise.** Somebody changes $b_1$ to $(0, 0)$ and leaves all else as it is. What is the output for
# each of the four points now? Work it out on paper.

# %% tags=["exercise"]
outputs = [..., ..., ..., ...]  # for (0,0), (0,1), (1,0), (1,1)
ex.without_bias(outputs)

# %% [markdown]
# Stuck? Take the `#` away and run this.

# %%
# ex.without_bias.hint()
# ex.without_bias.solution()

# %% [markdown]
# ## 3 · Shapes, and how many numbers there are to learn
#
# With $n$ examples of $d$ features, $h$ hidden units and $k$ outputs:
#
# | array | shape | for 32 digits, $d = 64$, $h = 32$, $k = 10$ |
# |---|---|---|
# | $X$ | $(n, d)$ | (32, 64) |
# | $W_1$, $b_1$ | $(d, h)$, $(h,)$ | (64, 32), (32,) |
# | $Z$, $H$ | $(n, h)$ | (32, 32) |
# | $W_2$, $b_2$ | $(h, k)$, $(k,)$ | (32, 10), (10,) |
# | $O$ | $(n, k)$ | (32, 10) |
#
# The inner sizes of each product have to agree. When they do not, the error says where:

# %% tags=["raises"]
nn.MLP([64, 32, 10])(np.zeros((5, 63)))

# %% [markdown]
# **Exercise.** How many parameters (weights and biases together) has an MLP of the sizes 784, 256,
# 128, 10? Write the function for any list of sizes.


# %% tags=["exercise"]
def count_parameters(sizes):
    # your lines instead of the dots
    ...


ex.counting(count_parameters)

# %%
# ex.counting.hint()
# ex.counting.solution()

# %% [markdown]
# ## 4 · Watch it bend
#
# XOR's weights came from a book. From now on, **training** finds them: forward, loss, backward, update,
# again and again. `nn.fit` is that loop. (Adam, the optimiser of notebook 5, chooses the size of each step;
# `nn.Snapshots` keeps the weights of every epoch, so that we can look at them afterwards.) First on something
# that can be seen: points in the plane, in three arms of a spiral.
#
# **Predict:** how many of these points can a model *without* a hidden layer get right: a third, half,
# nearly all? (It draws straight lines only.)

# %% tags=["predict"]
spirals = nn.datasets.spirals(300, rng=0)


def train(sizes, epochs=100):
    """An MLP, trained on the spirals; with its history, in which snapshots are kept."""
    model = nn.MLP(sizes, activation="tanh", rng=0)
    history = nn.fit(
        model,
        spirals.X,
        spirals.y,
        optimizer=nn.Adam(model.parameters(), lr=0.02),
        epochs=epochs,
        progress=False,
        callbacks=[nn.Snapshots(model)],
    )
    return model, history


linear, _ = train([2, 3])
viz.plot_boundary(linear, spirals.X, spirals.y)

# %% [markdown]
# It does what three straight borders can. Examples on the wrong side have a black ring.
#
# Now with two hidden layers of 16 units each, the pictures show six moments of the training.
#
# **Predict:** the boundary begins nearly straight. Where will it bend first: in the middle, where the
# three arms meet, or outside?

# %% tags=["predict", "varying"]
bent, history = train([2, 16, 16, 3])
viz.plot_boundary(bent, spirals.X, spirals.y, history=history)

# %% [markdown]
# Look at the order of events: broad strokes first, then the details. (To see every epoch as a film,
# run `viz.animate_boundary(bent, spirals.X, spirals.y, history).save("spirals.gif")`.)
#
# And the hidden layers: do they still move the points until straight lines are enough? Let us give the
# network one more hidden layer, of only two units, so that it can be drawn. `narrow[:-1]` is the network
# without its last layer, `narrow[-1:]` is the last layer alone.
#
# **Predict:** what will the borders look like, in the plane of these two units?

# %% tags=["predict"]
narrow, _ = train([2, 16, 16, 2, 3])
H = nn.predict(narrow[:-1], spirals.X)
viz.plot_boundary(narrow[-1:], H, spirals.y)

# %% [markdown]
# Straight, as they must be: the last layer is linear. All the bending was done before. The arms of the
# spiral have been unrolled into heaps, most of them pressed against an edge (tanh lies between -1 and
# 1), and straight lines can tell heaps apart.
#
# ## 5 · Real digits
#
# Now something real: 1,797 digits, written by 43 people, scanned, and shrunk to 8 × 8 pixels. Each is
# a row of 64 numbers from 0 (paper) to 1 (ink).

# %%
digits = nn.datasets.digits()
X_train, X_test, y_train, y_test = digits.split()
print(f"{len(X_train)} to learn from, {len(X_test)} to be tested on")

fig, axes = plt.subplots(2, 10, figsize=(9, 2.2), layout="constrained")
for ax, image, label in zip(axes.ravel(), X_train, y_train):
    ax.imshow(image.reshape(8, 8), cmap="gray_r")
    ax.set_title(label, fontsize=10)
    ax.axis("off")
plt.show()

# %% [markdown]
# The test digits are kept aside: the network never learns from them, so they tell what it makes of
# handwriting that it has not seen.
#
# **Predict:** before training, the network knows nothing: it gives each of the ten classes about the
# same probability. What is its cross-entropy loss, $-\log p_\text{true}$, then? And how many digits
# does it get right?

# %% tags=["predict"]
model = nn.MLP([64, 32, 10], activation="relu", rng=0)
loss, share = nn.evaluate(model, X_test, y_test)
print(f"loss {loss:.3f}, {share:.1%} right;  -log(1/10) = {-np.log(1 / 10):.3f}")

# %% [markdown]
# The loss is near $\log 10 \approx 2.303$, as it should be. This is worth remembering: **a fresh
# classifier of $k$ classes should begin near $\log k$.** If yours begins at 15, something is wrong before
# the training starts.
#
# `nn.fit` does the rest. An **epoch** is one pass over the training digits, 32 at a time. After each, it
# also looks at the test digits, without learning from them: `validation=`.

# %%
history = nn.fit(
    model,
    X_train,
    y_train,
    optimizer=nn.Adam(model.parameters(), lr=0.003),
    epochs=30,
    validation=(X_test, y_test),
    progress=False,
)
viz.plot_history(history)

# %% tags=["varying"]
loss, share = nn.evaluate(model, X_test, y_test)
print(f"on the test digits: loss {loss:.3f}, {share:.1%} right")

# %% [markdown]
# Look at both curves on the left. The training loss keeps falling, towards 0. The loss on digits that
# the network has not seen falls too, but flattens out above it. The distance between the two is what
# the network has learned by heart, rather than understood.
#
# **Predict:** how good is a *linear* model here, no hidden layer at all? And a hidden layer of only 2
# units? Order them: 64-10, 64-2-10, 64-8-10, 64-32-10.

# %% tags=["predict", "varying"]
for sizes in ([64, 10], [64, 2, 10], [64, 8, 10], [64, 32, 10]):
    shares = []
    for seed in range(2):
        other = nn.MLP(sizes, rng=seed)
        optimizer = nn.Adam(other.parameters(), lr=0.003)
        nn.fit(other, X_train, y_train, optimizer=optimizer, epochs=20, progress=False, seed=seed)
        shares.append(nn.evaluate(other, X_test, y_test)[1])
    shown = "  ".join(f"{share:.1%}" for share in shares)
    print(f"{'-'.join(map(str, sizes)):>9}:  {shown}   (two seeds)")

# %% [markdown]
# Two lessons. A linear model is not bad at all here, so **try it first**: it says what your network has
# to beat. And a hidden layer can also do harm: with 2 units, all that is known of a digit has to pass
# through two numbers before the last layer sees it, and ten digits do not fit through. (Between seeds
# there is a difference too. One run is an anecdote.)
#
# ## 6 · Look at the mistakes
#
# A share of right answers hides what is going on. The **confusion matrix** says which digit (row) was
# taken for which (column).

# %% tags=["varying"]
logits = nn.predict(model, X_test)
guess = logits.argmax(axis=1)
viz.plot_confusion(y_test, guess)

# %% [markdown]
# Most of it lies on the diagonal. And what lies beside it? Here are the digits that the network got
# wrong, those first where it was most sure of itself.
#
# **Predict:** would you get them right?

# %% tags=["predict", "varying"]
p = nn.softmax(logits, axis=1)
wrong = np.flatnonzero(guess != y_test)
wrong = wrong[np.argsort(-p[wrong, guess[wrong]])]

fig, axes = plt.subplots(2, 8, figsize=(9, 3), layout="constrained")
for ax in axes.ravel():
    ax.axis("off")
for ax, i in zip(axes.ravel(), wrong):
    ax.imshow(X_test[i].reshape(8, 8), cmap="gray_r")
    ax.set_title(f"{y_test[i]}, taken for {guess[i]}\n({p[i, guess[i]]:.0%} sure)", fontsize=8)
plt.show()

# %% [markdown]
# Some of these are hard for a person too, at 8 × 8 pixels. Others are plain errors, made with great
# confidence. Always look at the mistakes of a model: they tell you more than its score.
#
# What do the hidden units look at? Each has 64 weights, one for each pixel, so they can be drawn as an
# image: blue where ink excites the unit, red where ink holds it back.

# %%
W = model.layers[0].weight.data
size = np.abs(W).max()
fig, axes = plt.subplots(2, 8, figsize=(9, 2.5), layout="constrained")
for j, ax in enumerate(axes.ravel()):
    ax.imshow(W[:, j].reshape(8, 8), cmap="RdBu", vmin=-size, vmax=size)
    ax.set_title(f"unit {j}", fontsize=8)
    ax.axis("off")
plt.show()

# %% [markdown]
# You may see a stroke here and a hole there, but nothing as clear as "the loop of a 6". Nobody asked for
# units that make sense to people. They are good together, not one by one.
#
# ## 7 · The way back
#
# Training needs the gradient of the loss for each weight. You know how to get it: backward through the
# same layers, one rule at a time (notebook 3 for the linear layers, 4 for the loss). With $Y$ the labels
# as one-hot rows and $P = \text{softmax}(O)$:
#
# $$
# \begin{aligned}
# \frac{\partial L}{\partial O} &= (P - Y) / n &
# \frac{\partial L}{\partial W_2} &= H^\top \frac{\partial L}{\partial O} &
# \frac{\partial L}{\partial H} &= \frac{\partial L}{\partial O} W_2^\top \\
# & &
# \frac{\partial L}{\partial W_1} &= X^\top \frac{\partial L}{\partial Z} &
# \frac{\partial L}{\partial Z} &= \frac{\partial L}{\partial H} \odot f'(Z)
# \end{aligned}
# $$
#
# and each bias gets the column sums of the gradient beside it ($\odot$ is entry by entry). Note what the
# way back *reads*: $X$, $H$, and the sign of $Z$. That is why forward propagation has to keep them, and
# why training takes more memory than using a network. (Notebook 9 measures it.)
#
# Step through it, on a network small enough to see every entry.

# %%
tiny = nn.MLP([3, 2, 2], activation="relu", rng=3, dtype="float64")
few = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]])
viz.step(nn.cross_entropy(tiny(few), [0, 1]))

# %% [markdown]
# ## Exercises
#
# **Forward, by yourself.** Write forward propagation with NumPy alone. `weights` is the model's
# `state_dict()`: a dictionary with `layers.0.weight`, `layers.0.bias`, `layers.2.weight` and
# `layers.2.bias` (the ReLU between them is layer 1 and has none). Return the scores $O$.

# %% tags=["exercise"]
weights = model.state_dict()


def forward(weights, X):
    # your lines instead of the dots
    ...


ex.forward(forward)

# %%
# ex.forward.hint()
# ex.forward.solution()

# %% [markdown]
# **Backward, by yourself.** Now the five formulas above. Return the gradients of the mean cross-entropy
# as a dictionary with the same four names. It is compared with what the engine computes.


# %% tags=["exercise"]
def backward(weights, X, labels):
    # your lines instead of the dots
    ...


ex.backward(backward)

# %%
# ex.backward.hint()
# ex.backward.solution()

# %% [markdown]
# **Top two.** Often the right digit is the network's second choice. Write a function that gives the
# share of examples whose true label is among the two largest scores.


# %% tags=["exercise"]
def top_two(logits, labels):
    # your lines instead of the dots
    ...


ex.top_two(top_two)

# %%
# ex.top_two.hint()
# ex.top_two.solution()

# %% [markdown]
# **To try, without a right answer.** Turn all test digits upside down (`X_test[:, ::-1]`). How many does
# the network still read? Which ones? And how sure is it when you show it pure noise,
# `rng.uniform(size=(5, 64))`?
#
# ## Summary
#
# - **Forward propagation**: $Z = XW_1 + b_1$, $H = f(Z)$, $O = HW_2 + b_2$, and so on for more layers.
# - The last layer draws straight lines. The **hidden layers** move the points so that this is enough.
# - A fresh classifier of $k$ classes begins at a loss near $\log k$.
# - Data kept aside says what was learned, and what was only learned by heart.
# - Compare with a linear model, look at more than one seed, and look at the mistakes.
#
# ## Sources
#
# - M. Minsky and S. Papert, *Perceptrons*, MIT Press (1969): what a single layer cannot do.
# - D. Rumelhart, G. Hinton and R. Williams, *Learning representations by back-propagating errors*,
#   Nature 323 (1986): hidden units that find their own meaning.
# - I. Goodfellow, Y. Bengio and A. Courville, *Deep Learning*, MIT Press (2016), section 6.1: the weights
#   for XOR, and the picture of the points before and after. deeplearningbook.org
# - E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
#   Repository (1998): the digits.
#
# All figures are drawn by the cells above them.
#
# **Next:** two layers are enough for anything, in principle. So why does anybody build deep networks?
# Notebook 7.
