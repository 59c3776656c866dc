# %% [markdown]
# # 3 · A linear layer
#
# One neuron with one input was enough to see how learning works. Real networks have thousands of neurons,
# and look at hundreds of examples at a time. They would be slow, and the formulas a mess of indices, if
# there were not a better way of writing it: **one matrix product is a whole layer**. In this notebook you
# find out what that product means, and derive what its backward pass is, with the two rules that you know.
#
# You need notebooks 1 and 2, and how to multiply matrices: row times column. You will be able to
#
# - say what each number in $O = XW + b$ is, and which shapes fit,
# - derive $\partial L/\partial W = X^\top \,\partial L/\partial O$ from "add where paths meet", and compute it by hand,
# - run the same line of code on plain arrays, on `Tensor`s, and on arrays of `Value`s, and say what is
#   recorded each time.
#
# Half an hour is enough.

# %% tags=["setup"]
import numpy as np

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor, Value

from course import linear_layer as ex

# %% [markdown]
# ## From a neuron to a layer
#
# A neuron with $d$ inputs has $d$ weights. It multiplies each input by its weight, adds everything up, and
# adds its bias:
#
# $$o = x_1 w_1 + x_2 w_2 + \dots + x_d w_d + b.$$
#
# (The activation comes after this. In this notebook we leave it out.) A **layer** is $p$ neurons beside
# each other, which all look at the same $d$ inputs, each with weights of its own. That is $d \cdot p$ weights.
# Put them into a matrix $W$ with one *column* for each neuron.
#
# Here is a layer from $d = 3$ inputs to $p = 2$ neurons. $W_{ij}$ is on the arrow from input $i$ to neuron $j$.

# %%
viz.network(nn.Linear(3, 2, rng=1))

# %% [markdown]
# And the examples? One example is a row of $d$ numbers. Put $n$ of them below each other, and you have the
# matrix $X$ with one *row* for each example. Then all neurons for all examples are one line:
#
# $$\underset{(n,\,p)}{O} = \underset{(n,\,d)}{X}\;\underset{(d,\,p)}{W} + \underset{(p)}{b},
# \qquad O_{ij} = \sum_{k=1}^{d} X_{ik} W_{kj} + b_j.$$
#
# Row $i$ of $O$ is what the layer says about example $i$, and column $j$ is what neuron $j$ says about all of
# them. The layer maps $d$ numbers to $p$ numbers, and the number of examples $n$ passes through.
#
# Here are two examples with three features, and a layer with one neuron: $n = 2$, $d = 3$, $p = 1$. They are
# different on purpose, so that you always see which is which.
#
# **Predict:** compute the two entries of `O` by hand. They are row times column, plus 0.5.

# %% tags=["predict"]
X = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
W = np.array([[1.0], [-1.0], [2.0]])
b = np.array([0.5])


def layer(X, W, b):
    return X @ W + b


print(layer(X, W, b))

# %% [markdown]
# In Python `@` is the matrix product. The bias has only one entry for each neuron. NumPy adds it to every row;
# this is called **broadcasting**, and it will matter on the way back.
#
# **Exercise.** 100 images of 64 pixels go through a layer of 10 neurons. What is the shape of $O$? And how
# many numbers does the layer have to learn?

# %% tags=["exercise"]
shape = ...  # for example (3, 7)
ex.shape(shape)

# %% tags=["exercise"]
parameters = ...
ex.count(parameters)

# %% [markdown]
# ## The data change, so the outputs change
#
# The weights stay the same from one example to the next. What is different is the data, and so the answer.
# If one feature grows by 1, every output moves by the weight on its arrow: that is all that "linear" says.
#
# **Predict:** feature 3 of the first example grows from 3 to 4. Which entries of `O` change, and by how much?

# %% tags=["predict"]
changed = X.copy()
changed[0, 2] = 4.0
print(layer(changed, W, b) - layer(X, W, b))

# %% [markdown]
# Only the first row: examples do not see each other. And by 2, which is $W_{31}$.
#
# ## The same line on three kinds of data
#
# `layer` is one line of NumPy. What it *does* is decided by the data that you give it.
#
# | the data | what `X @ W + b` does |
# |---|---|
# | a plain array | computes. Nothing is recorded: this is how a finished network is used |
# | a `Tensor` | computes, and records one node for each *array* operation: this is how it is trained |
# | an array of `Value`s | computes, and records one node for each *single* multiplication and addition |
#
# **Predict:** how many operations does the graph of `layer(X, W, b)` have, if `W` and `b` are `Tensor`s? And how
# many, if they are arrays of `Value`s? Count: each of the two outputs is $x_1 w_1 + x_2 w_2 + x_3 w_3 + b$.

# %% tags=["predict"]
Wt, bt = Tensor(W, label="W"), Tensor(b, label="b")
Wv = np.array([[Value(w, label=f"w{i + 1}")] for i, w in enumerate(W[:, 0])])
bv = np.array([Value(0.5, label="b")])

for kind, weights, biases in (("array", W, b), ("Tensor", Wt, bt), ("Values", Wv, bv)):
    O = layer(X, weights, biases)
    print(f"{kind:7} gives {type(O).__name__:8} of shape {O.shape}")


def operations(node, seen):
    """All nodes below a node that were computed."""
    if node.op is not None and id(node) not in seen:
        seen[id(node)] = node.op.name
        for each in node.inputs:
            operations(each, seen)
    return seen


values = layer(X, Wv, bv)
for kind, roots in (("Tensor", [layer(X, Wt, bt)]), ("Values", [values[0, 0], values[1, 0]])):
    seen = {}
    for root in roots:
        operations(root, seen)
    print(f"{kind}: {len(seen)} operations: {', '.join(sorted(seen.values()))}")

# %% [markdown]
# Two against twelve. Here is the large graph for the first example: every number that the matrix product
# hides.

# %%
first = layer(X, Wv, bv)[0, 0]
viz.draw(first, names={"O1": first})

# %% [markdown]
# For a layer from 64 to 32 and a batch of 32 examples, the graph of `Values` has $2 \cdot 64 \cdot 32 \cdot 32$, more
# than a hundred thousand operations, and that of `Tensor`s still has two. So we learn with `Value`s and train with `Tensor`s. What is
# missing is the backward pass of a *whole* matrix product. Let us derive it.
#
# ## The chain rule in matrix form
#
# Suppose that we know how $L$ reacts to each entry of $O$. Call this $G = \partial L/\partial O$. It has the shape of $O$,
# $(n, p)$: one number for each number.
#
# **How does $L$ react to one weight, $W_{kj}$?** Look at where it is used. In
#
# $$O_{ij} = \sum_k X_{ik} W_{kj} + b_j$$
#
# it stands in column $j$ of $O$, *once for each example* $i$, and each time it is multiplied by $X_{ik}$. So
# there are $n$ paths from $W_{kj}$ to $L$, one through each $O_{ij}$. Along a path, multiply: upstream $G_{ij}$
# times local $X_{ik}$. Where the paths meet, add:
#
# $$\frac{\partial L}{\partial W_{kj}} = \sum_{i=1}^{n} X_{ik}\, G_{ij}
# \qquad\text{and that is}\qquad \frac{\partial L}{\partial W} = X^\top G, \quad (d,n)(n,p) \to (d,p).$$
#
# (Entry $k, j$ of $X^\top G$ is row $k$ of $X^\top$, which is column $k$ of $X$, times column $j$ of $G$.)
#
# **And to one bias, $b_j$?** It is added to every example of column $j$, with local derivative 1:
#
# $$\frac{\partial L}{\partial b_j} = \sum_{i=1}^{n} G_{ij}.$$
#
# What broadcasting copied forward, the gradient adds up backward.
#
# **And to one input, $X_{ik}$?** It is used once by each neuron $j$, with weight $W_{kj}$:
#
# $$\frac{\partial L}{\partial X_{ik}} = \sum_{j=1}^{p} G_{ij}\, W_{kj}
# \qquad\text{and that is}\qquad \frac{\partial L}{\partial X} = G\,W^\top, \quad (n,p)(p,d) \to (n,d).$$
#
# You need not learn these by heart. A gradient always has the shape of its array, and there is only one way
# to make that shape from what is there.
#
# **Exercise.** With the $X$ from above and $G = \begin{pmatrix}4\\-1\end{pmatrix}$: compute $\partial L/\partial W$, entry by
# entry. Entry 2, for example, is column 2 of $X$ times $G$: $2 \cdot 4 + 1 \cdot (-1) = 7$.
# And then $\partial L/\partial b$.

# %% tags=["exercise"]
dL_dW = ...  # three rows of one number each: [[...], [...], [...]]
ex.weights(dL_dW)

# %% tags=["exercise"]
dL_db = ...  # a row with one number: [...]
ex.bias(dL_db)

# %% [markdown]
# ## Step through it
#
# Now with a loss. The targets are 1.5 and -1.5, and $L = \frac12 \sum (O - T)^2$; the $\frac12$ is there so that the 2
# of the square cancels, and $G$ is just $O - T$. In the page below, go to *Backward*, and on to where $XW$ hands
# $W$ its share. Click on any entry of the result: it opens to the row and the column that it was made from.

# %%
W, b = Tensor(W, label="W"), Tensor(b, label="b")
T = np.array([[1.5], [-1.5]])

O = X @ W + b
E = O - T
L = np.sum(E**2) / 2
viz.step(L, names=locals())

# %% [markdown]
# The same walk can be written down as a calculation, as you would write it in an exam:

# %%
viz.derivation(L, W, names=locals())

# %% [markdown]
# Both kinds of graph must give the same gradients, as one is only a shorter way to write the other.

# %%
L.backward()
Lv = np.sum((layer(X, Wv, bv) - T) ** 2) / 2
Lv.backward()
print("Tensor:", W.grad.ravel(), b.grad)
print("Values:", np.array([w.grad for w in Wv[:, 0]]), np.array([bv[0].grad]))
print(f"steps of backprop: {len(ag.steps(L))} and {len(ag.steps(Lv))}")

# %% [markdown]
# **Exercise.** Write the backward pass of a linear layer for any $X$, $W$ and $G$: three lines. Check the
# shapes as you go.


# %% tags=["exercise"]
def linear_backward(X, W, G):
    dW = ...
    db = ...
    dX = ...
    return dW, db, dX


ex.backward(linear_backward)

# %% [markdown]
# And as a quiz, with other numbers: three examples of two features. It asks for whole arrays; write them
# as `[[1, 2], [3, 4]]`.

# %%
Xq = np.array([[1.0, -2.0], [3.0, 0.0], [2.0, 1.0]])
Wq = Tensor(np.array([[2.0], [1.0]]), label="W")
bq = Tensor(np.array([-1.0]), label="b")
Oq = Xq @ Wq + bq
M = np.array([[1.0], [-2.0], [3.0]])
Lq = np.sum(Oq * M)
viz.quiz(Lq, names={"L": Lq, "O": Oq, "X": Xq, "M": M})

# %% [markdown]
# ## It learns
#
# `nn.Linear(d, p)` is this layer, with $W$ and $b$ as `Tensor`s that start at random (and at 0). Below, somebody
# has a secret $W$ and $b$, and shows us 50 examples with their outputs. Can the layer find the secret by
# steps against the gradient? It is the loop of notebook 2, word for word; `optimizer.step()` updates all
# parameters at once.
#
# **Predict:** the first loss is large. Will the layer find the secret numbers exactly, nearly, or not at all?

# %% tags=["predict"]
dice = np.random.default_rng(0)
secret_W, secret_b = np.array([[2.0, 0.0], [-1.0, 1.0], [0.5, 3.0]]), np.array([1.0, -2.0])
examples = dice.normal(size=(50, 3))
answers = layer(examples, secret_W, secret_b)

model = nn.Linear(3, 2, rng=0, dtype="float64")
optimizer = nn.SGD(model.parameters(), lr=0.2)
for step in range(81):
    loss = nn.mse(model(examples), answers)  # the mean of the squared errors
    if step % 20 == 0:
        print(f"step {step:2d}   loss {loss.item():.6f}")
    model.zero_grad()
    loss.backward()
    optimizer.step()

print(model.weight.data.round(3))
print(model.bias.data.round(3))

# %% [markdown]
# It finds them, since the answers really come from such a layer, and nothing disturbs them. Real data are
# noisy and are not linear, and that is why there are activations, and more than one layer.
#
# ## More of it
#
# Level 7: shapes, and the bias as a sum.

# %%
viz.exercise(7, seed=1)

# %% [markdown]
# ## Summary
#
# - A layer is $O = XW + b$: a row of $X$ for each example, a column of $W$ for each neuron, $(n,d)(d,p) \to (n,p)$.
# - Plain arrays compute, `Tensor`s record one node for each array operation, arrays of `Value`s one for
#   each number. The code is the same.
# - With $G = \partial L/\partial O$: $\;\partial L/\partial W = X^\top G$, $\;\partial L/\partial b = \sum_i G_i$, $\;\partial L/\partial X = G W^\top$.
# - All three are "multiply along a path, add where paths meet". A weight is used once for each example, so
#   its gradient adds up over the examples.
# - A gradient has the shape of its array. If the shapes fit, you have nearly always got it right.
#
# Next: [softmax and classification](04_softmax.ipynb), where the outputs become probabilities.
#
# ## Sources
#
# - K. B. Petersen, M. S. Pedersen, *The Matrix Cookbook* (2012), chapter 2: derivatives.
# - M. B. Giles, *Collected matrix derivative results for forward and reverse mode algorithmic
#   differentiation*, in *Advances in Automatic Differentiation*, Springer (2008).
# - C. R. Harris and others, *Array programming with NumPy*, Nature 585, 357-362 (2020): broadcasting, and
#   what lets the same line run on other kinds of arrays.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), sections 2.2 and 6.5.6.
#
# The figures are drawn by the cells above.
