"""What stands on exercise pages and on the test for newcomers."""

from __future__ import annotations

EXERCISES: dict[str, str] = {
    "level_1": "One operation: how fast does the result move when one number moves?",
    "level_2": "A chain: upstream times local, once for every operation on the way.",
    "level_3": "Plus, minus and constants: the gradient is copied, not split.",
    "level_4": "A number that is used twice: what its arrows bring adds up.",
    "level_5": "A number in the middle that is used twice: wait for all its arrows, then hand on.",
    "level_6": "A neuron with its squared error, and the update that makes it better.",
    "level_7": "A linear layer: matrices that fit, and a bias that is used for every example.",
    "level_8": "Softmax and cross-entropy: probability minus truth, and from there to the weights.",
    "level": "Level {level}",
    "exercise_title": "Backprop, level {level}, exercise {seed}",
    "exercise_for": "{title}: {student}",
    "exercise_tasks": "Tasks",
    "task_watch": "Watch",
    "task_complete": "Complete",
    "task_alone": "Alone",
    "task_review": "Again",
    "task_name": "{number} {kind}",
    "task_done": "{name} ✓",
    "told_watch": "Step through it. Say what each number will be before you press Next.",
    "told_watch_naive": "Step through it. This walk does not wait for all arrows: where does it go "
    "wrong, and why?",
    "told_complete": "The first steps are worked out. Read them, then answer the rest.",
    "told_alone": "Now by yourself.",
    "told_review": "From an earlier level, so that it stays: level {level}.",
    "told_softmax": "The scores are logarithms: e^z is {numbers}, and softmax divides each "
    "by their sum.",
    "told_weights": "With x = {x} the scores are z = xW, and e^z is {numbers}.",
    "told_true": "The true class is number {number} of {count}.",
    "result_copy": "Copy the result",
    "result_copied": "Copied.",
    "result_save": "Save the result",
    "result_name": "Your name",
    "result_note": "For practice: the answers are in the page.",
    "result_line": "{right} of {asked} right, {done} of {tasks} tasks done.",
    # the six items of the test for newcomers
    "test_title": "Six questions about backpropagation",
    "test_told": "The first answer counts, and there are no hints.",
    "test_chain": "The chain rule",
    "test_upstream": "Upstream",
    "test_local": "The local derivative",
    "test_accumulation": "Arrows that meet",
    "test_order": "The order",
    "test_update": "The update",
    "test_score": "{right} of {asked} right",
    # the class
    "class_title": "Backprop by hand: exercises",
    "class_told": "Open a page on a phone or a computer; nothing is sent anywhere. At its end is a "
    "line with the result, to copy or to save.",
    "class_seed": "exercise {seed}",
    "class_progress": "pages",
    "class_level": "Level",
    "class_test": "Six questions to begin with, and again at the end",
    # what came of a class
    "results_head": "{students} students, {lines} results: {right} of {asked} right, {first} at "
    "the first try.",
    "results_slips": "Slips, the most frequent first:",
    "results_slip": "{count} x {slip}: {said}",
    "results_none": "No known slip was made.",
    "results_row": "{student}: {right} of {asked} right, {first} at the first try, {shown} shown",
}
