"""The sentences about arrays and folded parts: a part of the catalogue in `words.py`."""

from __future__ import annotations

ARRAYS: dict[str, str] = {
    # one entry of an array
    "entry_made": "Entry {entry}: {made} = {total}.",
    "entry_same": "Entry {entry}: {total}, as it is.",
    "entry_total": "It had {before}, now {after}.",
    "entry_rest": " + {count} more ({rest})",
    "entry_up": "Raise entry {entry} of {name} by {by} and {root} rises by about {change}.",
    "entry_down": "Raise entry {entry} of {name} by {by} and {root} falls by about {change}.",
    "entry_none": "Raise entry {entry} of {name} a little and {root} stays as it is.",
    "update_array": "{name} moves against its gradient, entry by entry: {name} ← {name} − rate · "
    "{gradient}. {entry}.",
    # tables
    "table_shape": "{title} ({shape})",
    "table_share": "{giving} adds to {gradient}",
    "table_total": "{gradient} so far",
    "table_range": "{low} to {high}",
    "table_strip": "{title}: {shape} numbers from {low} to {high}. Below zero: orange, with a bar.",
    "table_summary": "Each cell stands for the largest of {rows} × {columns} entries.",
    "table_choose": "Choose an entry: click it, use the arrow keys, or type its place.",
    "table_entries": "Entries",
    "entry_axis": "entry",
    "row_axis": "row",
    "column_axis": "column",
    "slice_axis": "axis {axis}",
    "legend_positive": "above 0",
    "legend_negative": "below 0",
    "legend_zero": "0",
    # modules
    "fold": "Fold {module}",
    "unfold": "Unfold {module}",
    "folded_boxes": "{count} boxes folded",
    # parts of a large graph
    "parts_note": "{nodes} nodes are shown in {parts} parts: modules, arrays of parameters, and "
    "what is repeated. parts=False or keep= shows single numbers.",
    "part_given": "{count} inputs",
    "part_operations": "{count} operations",
    "part_forward": "{part} computes its numbers",
    "part_forward_status": "{part} uses {sources} and gives {value}.",
    "part_hands_title": "{giving} hands {receiving} its shares",
    "part_hands": "{giving} hands {receiving} its shares: upstream times local derivative.",
    "part_arrows": "{count} arrows at once.",
    "part_arrow": "It is one arrow.",
    "part_why": "each of the {count} arrows hands over upstream times local derivative; what "
    "arrives at one entry adds up",
    "part_upstream": "upstream",
    "part_local": "local",
    "table_upstream": "upstream, in {giving}",
    "table_local": "local derivative",
    "line_arrays": "arrays",
    "line_entry": "one entry",
    "data": "data",
}
