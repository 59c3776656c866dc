"""Every sentence that a learner reads while stepping: another language is another dictionary.

A message is a template with named places. `Words` fills them. Mathematics is never part of a
message: formulas come from the rule table.
"""

from __future__ import annotations

from collections.abc import Mapping

from .words_arrays import ARRAYS
from .words_code import CODE
from .words_exercises import EXERCISES
from .words_network import NETWORK
from .words_orders import ORDERS
from .words_quiz import QUIZ
from .words_sheet import SHEET
from .words_slips import SLIPS

ENGLISH: dict[str, str] = {
    # the page
    "page_title": "Backprop through {root}, step by step",
    "graph": "The graph of {root}",
    "phase_forward": "Forward",
    "phase_backward": "Backward",
    "phase_update": "Update",
    "count": "step {n} of {count}",
    "first": "First",
    "previous": "Previous",
    "play": "Play",
    "pause": "Pause",
    "next": "Next",
    "last": "Last",
    "phases": "Phases",
    "controls": "Steps",
    "whole_graph": "Whole graph",
    "around_step": "Around the step",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "view": "View",
    "projector": "Projector",
    "explanation": "This step",
    "in_words": "In words",
    "no_script": "This page needs JavaScript to step. The drawing shows the whole graph.",
    "keys": "Keys: ← → step, Space plays, Home and End jump. Point at a box or an arrow for more.",
    "from_box": "from {giving}",
    "to_box": "to {receiving}",
    # rows of a box and of the panel
    "value": "value",
    "gradient": "gradient",
    "constant": "constant",
    "dash": "–",
    "line_rule": "rule",
    "line_chain": "chain rule",
    "line_local": "local rule",
    "line_numbers": "numbers",
    "line_shapes": "shapes",
    "line_seed": "start",
    "line_sum": "added up",
    "rate": "rate",
    "from": "from",
    # forward
    "forward_title": "Compute {output}",
    "forward_leaf_title": "{output} is given",
    "forward_leaf": "{output} = {value} is given. Nothing is computed.",
    "forward_status": "{formula} = {numbers}.",
    "forward_last": "That is the result: {root} = {value}. Now backward: what would change it? "
    "Every arrow will hand over a product: what has arrived from above (the upstream gradient) "
    "times the slope of one operation (the local derivative). Where arrows meet, their shares add "
    "up (accumulate).",
    "forward_array": "{output} is an array of shape {shape}.",
    "forward_folded": "{count} operations are folded: their values stand there from the start.",
    # backward
    "backward_title": "{formula} hands {receiving} its share",
    "seed_title": "Backward starts at {root}",
    "seed": "Backward starts at {root}: ∂{root}/∂{root} = 1, since raising {root} by 1 raises "
    "{root} by 1.",
    "collects": "{gradient} collects",
    "ledger_from": "from {giving} ({badge})",
    "arrow_of": "arrow {arrow} of {arrows}",
    "effect_one": "{gradient}: – → {after}",
    "total_complete": "total, complete",
    "total_so_far": "total so far",
    "waiting": "to come",
    "state_done": "✓",
    "state_current": "▶",
    "state_waiting": "○",
    "status_chain": "{formula} hands {receiving} its share: {chain}.",
    "status_local": "{why}.",
    "status_numbers": "{numbers}.",
    "status_first": "{gradient}: – → {after}.",
    "status_next": "{receiving} had {before} from {earlier}, now {after}.",
    "status_arrow_last": "Arrow {arrow} of {arrows}: complete.",
    "status_arrow": "Arrow {arrow} of {arrows}: more to come.",
    "and": "{first} and {last}",
    "earlier_arrows": "{count} arrows",
    "later_arrows": "{count} more arrows",
    # why: the local rule as a person would say it
    "why_add": "addition passes the gradient on unchanged: {receiving} up 1, {giving} up 1",
    "why_negative": "raising {receiving} by 1 lowers {giving} by 1",
    "why_subtract_0": "what is subtracted from passes the gradient on unchanged: "
    "{receiving} up 1, {giving} up 1",
    "why_subtract_1": "raising {receiving} by 1 lowers {giving} by 1",
    "why_multiply": "raising {receiving} by 1 changes {giving} by {local}",
    "why_square_self": "{receiving} is a factor more than once: this arrow is one of them",
    "why_relu_on": "1 because the input is positive",
    "why_relu_off": "0 because the input is negative",
    "why_relu_kink": "0 because the input is 0, by agreement",
    "why_since": "since {rule}",
    "why_kink": "{why} (at the kink: {kink})",
    # meaning and nudge
    "raise_up": "Raise {name} by {by} and {root} rises by about {change}.",
    "raise_down": "Raise {name} by {by} and {root} falls by about {change}.",
    "raise_none": "Raise {name} a little and {root} stays as it is.",
    "raise_infinite": "The slope is infinite here, steeper than any line, so it does not say how "
    "far {root} moves.",
    "raise_overflow": "{root} is {value} here, so a small change of {name} cannot be seen in it.",
    "raise_kink": "{name} stands at a kink: {gradient} = {slope} is agreed on, but raise {name} by "
    "{by} and {root} really changes by {change}.",
    "raise_nan": "This slope is not a number here, so it says nothing about {root}.",
    "so_far_up": "So far: through {giving} alone, raising {name} by {by} lifts {root} by about "
    "{change}. Arrow {arrow} of {arrows}.",
    "so_far_down": "So far: through {giving} alone, raising {name} by {by} lowers {root} by about "
    "{change}. Arrow {arrow} of {arrows}.",
    "so_far_none": "So far: through {giving} alone, a change of {name} does not reach {root}. "
    "Arrow {arrow} of {arrows}.",
    "meaning": "Meaning.",
    "nudge": "Nudge {name}",
    "nudge_back": "Undo the nudge",
    "nudged": "{name}: {old} → {new} gives {root}: {before} → {after}, a change of {change}.",
    # arrays
    "array_small": "{matrix}",
    "array_large": "{shape} entries from {low} to {high}",
    "array_bad": "{shape} entries, not all of them finite",
    "array_examples": "{receiving} {small} is used once for each of the {count} examples, "
    "so its gradient adds up over them",
    "array_shapes": "from shape {before} to shape {after}",
    "array_meaning": "{gradient} says, for every entry of {name}, how {root} reacts to it.",
    "array_chain_entrywise": "entry by entry, upstream times local derivative",
    "array_stretched": "{receiving} {small} was stretched to {large}, "
    "so its gradient adds up over the copies",
    "why_matmul_0": "each entry of {left} meets a whole row of {right}, so its gradient "
    "adds up over that row",
    "why_matmul_1": "{rule} uses each entry of {right} once for every row of {left}, one "
    "for each example, so its gradients add up over the examples",
    "why_softmax_cross_entropy": "p = softmax({receiving}) are the probabilities, y has a 1 at the "
    "true class: softmax and cross-entropy together leave p − y, shared by n examples",
    "why_sum": "a sum passes the gradient on unchanged to every entry it added",
    "why_reshape": "the same numbers in another shape: the gradient is put back in the old shape",
    "why_transpose": "rows became columns: the gradient is turned back the same way",
    "why_broadcast_to": "one number was copied, so the gradients of its copies add up",
    "why_sum_to": "copies were added up, so each of them gets the same gradient",
    "why_index": "only the entries that were picked get a gradient, the others get 0",
    "why_index_add": "what was added at the picked places gets the gradient found there",
    "why_concatenate": "each part gets back its own piece of the gradient",
    "why_stack": "each part gets back its own layer of the gradient",
    "why_max": "the largest entry passes the gradient on, the others get 0 (ties share)",
    "why_min": "the smallest entry passes the gradient on, the others get 0 (ties share)",
    "why_prod": "each entry gets the product of all the others",
    "why_structural": "{rule} hands each input its part of the gradient",
    # folded parts
    "folded_before": "Before this, {count} arrows arrived inside the folded part, by the same "
    "rule; they are not shown.",
    "folded_after": "After this, {count} arrows arrive inside the folded part, by the same rule; "
    "they are not shown.",
    # update
    "update_title": "Update {name}",
    "update_status": "{name} moves against its gradient: {name} ← {name} − rate · {gradient} "
    "= {numbers}.",
    "update_up": "The slope is negative: raising {name} lowers {root}, so {name} goes up.",
    "update_down": "The slope is positive: lowering {name} lowers {root}, so {name} goes down.",
    "update_still": "The slope is 0: moving {name} a little does nothing, so {name} stays.",
    "update_hidden": "{count} more numbers of the folded part move in the same way.",
    "update_last": "With the new numbers {root} goes from {before} to {after}.",
    # tooltips
    "tip_box": "{name} = {value}",
    "tip_gradient": "{gradient} = {value}",
    "tip_partial": "{gradient} so far: {value}",
    "tip_none": "{gradient}: not computed yet",
    "tip_constant": "a constant: it has no gradient",
    "tip_arrow_forward": "{giving} goes into {formula}",
    "tip_arrow_done": "{local} = {number}: hands {receiving} {numbers}",
    "tip_arrow_waiting": "{giving} → {receiving}: nothing handed over yet",
    # text and terminal
    "text_title": "{root}, step by step",
    "text_forward": "forward: values",
    "text_backward": "backward: gradients",
    "text_update": "update",
    "text_effect": "effect",
    "text_meaning": "meaning",
    "text_why": "why",
    "text_result": "gradients",
    "text_keys": "→ next   ← previous   Home first   End last   q quit",
    "text_line_keys": "Enter next, p previous, g first, G last, q quit: ",
    "text_node": "node",
    "text_more": "… and {count} more",
    "mark_gives": "gives",
    "mark_receives": "receives",
    "text_step": "{phase}, step {n} of {count}: {title}",
    **ARRAYS,
    **CODE,
    **QUIZ,
    **EXERCISES,
    **NETWORK,
    **ORDERS,
    **SHEET,
    **SLIPS,
}


class Words:
    """The messages of one language.

    >>> Words()("next"), Words({"next": "Weiter"})("next"), Words()("nudge", name="a")
    ('Next', 'Weiter', 'Nudge a')
    """

    def __init__(self, messages: Mapping[str, str] | None = None) -> None:
        self.messages = {**ENGLISH, **(messages or {})}

    def __call__(self, key: str, **values: object) -> str:
        return self.messages[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self.messages

    def listed(self, items: list[str]) -> str:
        """`d`, `d and e`, `d, e and f`."""
        if len(items) <= 1:
            return "".join(items)
        return self("and", first=", ".join(items[:-1]), last=items[-1])
