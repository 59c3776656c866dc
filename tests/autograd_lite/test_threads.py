"""Threads: each has its own graphs, and what they add to leaves that they share adds up."""

import copy
import pickle
import sys
import threading

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor, Value

THREADS, ROUNDS = 4, 60


def together(work):
    """Run work(0), work(1), ... at the same time, switching as often as possible."""
    failed = []
    barrier = threading.Barrier(THREADS)

    def run(i):
        try:
            barrier.wait()
            work(i)
        except BaseException as error:
            failed.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    if failed:
        raise failed[0]


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_what_threads_add_to_a_shared_leaf_adds_up(kind):
    shared = kind(2.0)

    def work(i):
        for _ in range(ROUNDS):
            x = kind(float(i))
            y = x * shared
            for _ in range(5):
                y = y + shared
            y.backward()
            assert float(x.grad) == 2.0

    together(work)
    assert float(shared.grad) == ROUNDS * sum(i + 5 for i in range(THREADS))


def test_transforms_copies_and_memory_of_a_shared_graph():
    x = Value(1.5)
    shared = x
    for _ in range(50):
        shared = shared * 0.5 + shared * 0.5
    count = len(ag.memory(shared))
    data = pickle.dumps(shared)

    def work(i):
        for _ in range(8):
            assert len(pickle.dumps(shared)) == len(data)
            assert len(ag.memory(copy.deepcopy(shared))) == count
            assert len(ag.steps(shared)) == 200
            assert ag.grad(lambda z: z * shared * z)(float(i)) == 2.0 * i * 1.5
            ag.check_grads(lambda z: z * shared * z, float(i))

    together(work)
    assert x.grad is None


def test_each_thread_has_its_own_no_grad_and_its_own_detector():
    def work(i):
        for _ in range(ROUNDS):
            x, t = Value(0.0), Tensor([0.0])
            if i == 0:
                with ag.no_grad():
                    assert (x * 2).op is None
                    assert (t * 2).op is None
            elif i == 1:
                with ag.detect_anomaly():
                    for made in (x, t):
                        with pytest.raises(ag.AnomalyError):
                            1 / made
            else:
                with np.errstate(all="ignore"):
                    assert (1 / x).op is ag.divide
                    assert np.isinf((1 / t).data[0])

    together(work)
