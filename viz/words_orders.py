"""What is said when backprop runs in the wrong order beside the right one."""

from __future__ import annotations

ORDERS: dict[str, str] = {
    "orders_title": "This order beside the right one",
    "orders_here": "depth first",
    "orders_right": "right order",
    "orders_arrow": "{giving} → {receiving}",
    "orders_start": "This walk goes depth first: a node hands on as soon as the search comes to "
    "it, without waiting for its other arrows.",
    "orders_early": "✗ Too early. {giving} hands on {upstream}, but only {arrived} of its {arrows} "
    "arrows have arrived. The right order waits until the total is complete.",
    "orders_late": "✗ Too late. {receiving} has already handed on {sent}. This share stays in "
    "{receiving}; nothing below it hears of it.",
    "orders_result": "✗ So {listed}. Without waiting for all paths, backprop loses some of them.",
    "orders_wrong": "{gradient} is {here} here and {right} in the right order",
    "orders_agree": "Both orders agree here: no node handed on before all its arrows had arrived.",
    "orders_agree_tree": "Both orders agree here: no node that was computed from others is used "
    "twice, so there is nothing to wait for.",
    "orders_meaning": "If {gradient} were {here}, raising {name} by {by} would change {root} by "
    "about {change}.",
    "orders_more": "… {count} more",
    "orders_mark": "{text} ✗",
}
