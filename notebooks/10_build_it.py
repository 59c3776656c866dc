# %% [markdown]
# # 10 · Build it yourself
#
# The last notebook is the shortest to read and the longest to do. You begin with an empty cell and end with
# **your own automatic differentiation**, about a hundred lines, that learns to read handwritten digits. Nine
# steps, each tested against `autograd_lite`, on cases that you have not seen. You will be able to say that you
# have built it, and so that you know it.
#
# Only NumPy is allowed. Each step has an empty cell, hints and a solution. A step needs the ones before it, so
# each is followed by a line `ex.go_on(...)`: it keeps what you have made if it is right, and else puts the
# solution in its place, so that you can go on and come back. You need notebooks 1 to 4
# and 6. An hour is a good time; take two evenings if you like.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

import nn

from course import engine as ex

# %% [markdown]
# ## 1 · A node
#
# All begins with a thing that remembers. A node holds
#
# - `data`: an array of floats (a single number is an array, too, of shape `()`),
# - `grad`: how strongly the result reacts to it; `None` until somebody asks,
# - `inputs`: a tuple of the nodes that it was computed from, `()` for a leaf,
# - `pull`: a **function** from its own gradient to the gradients of its inputs, `None` for a leaf.
#
# That last one is the whole trick. If $c = a \cdot b$, and somebody tells $c$ its gradient $g$, then its pull
# says what $a$ and $b$ get: $(g \cdot b,\ g \cdot a)$. Upstream times local.


# %% tags=["exercise"]
class Node:
    def __init__(self, data, inputs=(), pull=None):
        # your lines instead of the dots
        ...


ex.node(Node)

# %%
# ex.node.hint()
# ex.node.solution()
ex.go_on(ex.node, globals())

# %% [markdown]
# ## 2 · Two operations
#
# `add(a, b)` and `multiply(a, b)` take nodes and return a node: the value, the inputs, the pull. (Numbers are
# enough for now.)


# %% tags=["exercise"]
def add(a, b):
    # your line instead of the dots
    ...


def multiply(a, b):
    # your line instead of the dots
    ...


ex.operations((add, multiply))

# %%
# ex.operations.hint()
# ex.operations.solution()
ex.go_on(ex.operations, globals())

# %% [markdown]
# **Predict:** here is $L = (a \cdot b + a) \cdot k$ with your operations. What does `L.pull(1.0)` say?

# %% tags=["predict"]
a, b, k = Node(2.0), Node(-3.0), Node(5.0)
L = multiply(add(multiply(a, b), a), k)
print("L =", L.data)
print("L.pull(1.0) =", tuple(float(g) for g in L.pull(1.0)))

# %% [markdown]
# The gradient of $d = ab + a$ is $k = 5$, and that of $k$ is $d = -4$. Now somebody has to carry these on.
#
# ## 3 · The order
#
# A node may hand its gradient on only when all arrows have arrived at it (notebook 2). So the nodes are put in
# an **order**: each one *after* all of its inputs. Walk through it from the end, and each node comes after
# everything that it was used for. Write `order(root)`, which returns such a list of the root and everything
# below it, each node once.
#
# It should also work for a chain of 10,000 operations, and there Python's recursion gives up.


# %% tags=["exercise"]
def order(root):
    # your lines instead of the dots
    ...


ex.order(order)

# %%
# ex.order.hint()
# ex.order.solution()
ex.go_on(ex.order, globals())

# %% [markdown]
# ## 4 · Backward
#
# And this is backpropagation. Set the gradients of all nodes to zeros, that of the root to ones; go through
# the order from its end; let each node pull; **add** where gradients arrive. (Nothing is returned: the result
# is in every node's `.grad`.)


# %% tags=["exercise"]
def backward(root):
    # your lines instead of the dots
    ...


ex.backward(backward)

# %%
# ex.backward.hint()
# ex.backward.solution()
ex.go_on(ex.backward, globals())

# %% [markdown]
# **Predict:** $\partial L / \partial a$, once more, and for the last time in this course.

# %% tags=["predict"]
backward(L)
print("dL/da =", a.grad, "  dL/db =", b.grad, "  dL/dk =", k.grad)

# %% [markdown]
# That was the engine. All that is left is more operations.
#
# ## 5 · Arrays, and what NumPy stretches
#
# When NumPy adds a bias of shape (3,) to a batch of shape (4, 3), it uses each of the three numbers four
# times. What is used four times gets four gradients, added up. So on the way back, where something was
# stretched, there is a **sum**. Write `unbroadcast(g, shape)`: it sums the gradient `g` down to `shape`, the
# shape that the input had.
#
# NumPy stretches in two ways: it puts new axes in front, and it repeats axes of size 1.
#
# **Predict:** a gradient of shape (2, 4, 3), for an input of shape (4, 1). Over which axes must be summed?


# %% tags=["exercise"]
def unbroadcast(g, shape):
    # your lines instead of the dots
    ...


ex.unbroadcast(unbroadcast)

# %%
# ex.unbroadcast.hint()
# ex.unbroadcast.solution()
ex.go_on(ex.unbroadcast, globals())

# %% [markdown]
# (Over axis 0, which is new, and over the last one, which was 1.)
#
# ## 6 · The operations of an MLP
#
# `add` and `multiply` again, now for arrays, and `matmul` and `relu`. For $O = AB$ you derived in notebook 3
# that $A$ gets $G B^\top$ and $B$ gets $A^\top G$. ReLU has the slope 1 where its input is positive, and 0
# elsewhere.


# %% tags=["exercise"]
def add(a, b):
    # your lines instead of the dots
    ...


def multiply(a, b):
    # your lines instead of the dots
    ...


def matmul(a, b):
    # your lines instead of the dots
    ...


def relu(a):
    # your lines instead of the dots
    ...


ex.arrays((add, multiply, matmul, relu))

# %%
# ex.arrays.hint()
# ex.arrays.solution()
ex.go_on(ex.arrays, globals())

# %% [markdown]
# A convenience: from now on one may write `X @ W + b` with your nodes.

# %%
Node.__add__, Node.__mul__, Node.__matmul__ = add, multiply, matmul

X, W, bias = Node(np.ones((4, 3))), Node(np.eye(3, 2)), Node([0.5, -0.5])
O = relu(X @ W + bias)
backward(O)  # of the sum of all entries, since the root's gradient is all ones
print(O.data)
print("gradient of the bias:", bias.grad)

# %% [markdown]
# ## 7 · The loss
#
# Softmax and cross-entropy in **one** operation, since together their gradient is so simple: $(P - Y)/n$
# (notebook 4). `logits` is a node of shape $(n, k)$, `labels` an array of $n$ whole numbers. Return a node with
# the mean loss. Scores of 1000 must not overflow.


# %% tags=["exercise"]
def cross_entropy(logits, labels):
    # your lines instead of the dots
    ...


ex.cross_entropy(cross_entropy)

# %%
# ex.cross_entropy.hint()
# ex.cross_entropy.solution()
ex.go_on(ex.cross_entropy, globals())

# %% [markdown]
# ## 8 · The network
#
# `parameters_of(sizes, rng)` returns a list of nodes: weight, bias, weight, bias, ... with He's weights
# (notebook 8: standard deviation $\sqrt{2/d}$) and biases of 0. `scores(parameters, X)` is forward propagation:
# linear, ReLU, linear, ..., and a linear layer at the end.


# %% tags=["exercise"]
def parameters_of(sizes, rng):
    # your lines instead of the dots
    ...


def scores(parameters, X):
    # your lines instead of the dots
    ...


ex.mlp((parameters_of, scores))

# %%
# ex.mlp.hint()
# ex.mlp.solution()
ex.go_on(ex.mlp, globals())

# %% [markdown]
# ## 9 · Training
#
# Batches of shuffled examples; forward, backward, and a step against the gradient. Return the list of the mean
# losses, one for each epoch.


# %% tags=["exercise"]
def train(parameters, X, y, epochs, lr, batch_size, rng):
    # your lines instead of the dots
    ...


ex.train(train)

# %%
# ex.train.hint()
# ex.train.solution()
ex.go_on(ex.train, globals())

# %% [markdown]
# ## The digits
#
# Now everything together, on the digits of notebook 6.
#
# **Predict:** how many of 599 digits that it has never seen will your own engine read correctly, after 30
# epochs? (`nn` had about 96% of them.)

# %% tags=["predict", "varying"]
digits = nn.datasets.digits()
X_train, X_test, y_train, y_test = digits.split()

rng = np.random.default_rng(0)
parameters = parameters_of([64, 32, 10], rng)
losses = train(parameters, X_train, y_train, epochs=30, lr=0.2, batch_size=32, rng=rng)

guess = scores(parameters, X_test).data.argmax(axis=1)
right = np.count_nonzero(guess == y_test)
print(f"{right} of {len(y_test)} right: {right / len(y_test):.1%}")

plt.figure(figsize=(5, 3))
plt.plot(range(1, 31), losses)
plt.xlabel("epoch")
plt.ylabel("training loss")
plt.title("Learned with an engine of your own")
plt.show()

# %% [markdown]
# If these are your own nine steps: congratulations. Every line between the pixels and that number is yours.
#
# ## How far is it to a real engine?
#
# The solutions together:

# %%
source = ex.whole()
lines = [line for line in source.splitlines() if line.strip()]
print(len(lines), "lines")

# %% [markdown]
# That is the heart of it, and large libraries have the same heart. What else does `autograd_lite` do, and where
# can you read it?
#
# | your engine | `autograd_lite` | where |
# |---|---|---|
# | a `pull` for each call, a new function each time | rules stand once, in a table, and know nothing of the graph | `rules.py` |
# | a pull holds on to its inputs for as long as the graph lives | keeps only what a rule reads | `memory.py`, `reads.py` |
# | `pull` computes with arrays, so no second derivative | rules are called with nodes, so a gradient is a graph again | `graph.py` |
# | only backward | forward mode from the same rules | `forward.py` |
# | four operations and a loss | over a hundred, and NumPy's own functions | `numpy_api.py` |
# | silent if you change `.data` in between | notices and says so | `mutation.py` |
# | runs the graph each time | can print the gradient as Python and run that | `source.py`, `program.py` |
#
# You could add any of these to yours. To see the solution as a whole, run `print(ex.whole())`.
#
# ## Exercises without a right answer
#
# - Add `tanh`, and train with it. Add `exp`, `log` and `sum`, and build cross-entropy from them. What happens
#   with scores of 1000?
# - Momentum: keep a velocity for each parameter, $v \leftarrow 0.9\,v + g$, and step along $v$. Is it faster?
# - Take the `+` out of `x.grad = x.grad + g`. Does the network still learn? Which of its nodes are used twice?
# - Time it, against `nn.fit` with `nn.SGD`.
#
# ## Summary
#
# - A node remembers its inputs and how to **pull** a gradient back to them.
# - The order makes sure that a gradient is complete before it is handed on.
# - `backward` is one loop: pull, and **add** where gradients arrive.
# - What NumPy stretches forward is summed backward.
# - An MLP needs four operations and a loss, and the rest is a loop with a minus sign.
#
# ## Sources
#
# - A. Karpathy, *micrograd* (2020), github.com/karpathy/micrograd: the engine in a hundred lines that has
#   taught many people, on single numbers.
# - D. Maclaurin, D. Duvenaud and R. Adams, *Autograd: effortless gradients in NumPy*, AutoML workshop, ICML
#   (2015): the same on arrays; and M. Johnson, *Autodidact*, a version of it to read.
# - A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd edition, SIAM (2008).
# - K. He, X. Zhang, S. Ren and J. Sun, *Delving deep into rectifiers*, ICCV (2015): the weights at the start.
#
# The figure is drawn by the cell above it.
#
# **That was the course.** You can compute any gradient by hand, say what it costs, see when it vanishes, and
# you have built the machine that does it for you. Now use it on something that you care about.
