"""What a quiz asks and says, apart from the known slips."""

QUIZ: dict[str, str] = {
    # the page
    "quiz_page_title": "Backprop through {root}: your turn",
    "check": "Check",
    "hint": "Hint",
    "show": "Show the answer",
    "enter": "Enter",
    "answer": "Your answer",
    "answer_example": "-18, 7/4, {name}*2",
    "answer_example_plain": "-18, 7/4, 6*-3",
    "answer_example_list": "1/6, -3, 0.5, ...",
    "quiz_score": "✓ {right} of {asked}",
    "quiz_keys": "Keys: Enter checks, ← → step. Point at a box or an arrow for more.",
    "quiz_tolerance": "Numbers are shown to four digits. What follows from those is right as well, "
    "to one part in a thousand.",
    "quiz_click": "Write its name, or click its box.",
    "unknown": "?",
    "total_asked": "total",
    "line_upstream": "upstream",
    "no_script_quiz": "This page needs JavaScript to ask and to answer.",
    # what is asked
    "ask_title": "Your turn: {receiving}, arrow {arrow} of {arrows}",
    "ask_title_next": "Your turn: who is ready?",
    "ask_title_update": "Your turn: update {receiving}",
    "ask_again": "Once more, with other numbers. {title}",
    "ask_contribution": "What does this arrow add to {gradient}?",
    "ask_local": "What is the local derivative ∂{giving}/∂{receiving}?",
    "ask_total": "What is {gradient} when this arrow has arrived?",
    "ask_next": "Which node can hand on its gradient next?",
    "ask_update": "What is {receiving} after a step with rate {rate}?",
    "ask_list": "Give all {count} entries, row after row, with commas.",
    "ask_entry": "Give the entry at {place}.",
    "ask_upstream": "{giving} holds {gradient} = {upstream}.",
    # what is said
    "verdict_right": "Right.",
    "verdict_right_next": "Right: {answer} is ready.",
    "verdict_also_ready": "Right: {answer} is ready. So is {other}, with which the walk goes on.",
    "verdict_wrong": "Not yet: {answer}.",
    "verdict_close": "Close. Give it to four digits.",
    "verdict_unknown": "Work it out again, or take a hint.",
    "verdict_shown": "The answer is {answer}.",
    "verdict_comes_back": "A question like this comes back at the end.",
    "quiz_done": "Done.",
    # who is ready
    "next_leaf": "{name} is a leaf: it collects, and hands nothing on.",
    "next_waits": "{name} still waits for {count} of its {arrows} arrows.",
    "next_waits_one": "{name} still waits for its arrow.",
    "next_done": "{name} has handed on already.",
    "next_no_such": "There is no node {name} here. Nodes are {nodes}.",
    # hints, three for each kind of question; the first asks, the third nearly says it
    "hint_contribution_one": "Two reactions multiply here: {root} to {giving}, and {giving} to "
    "{receiving}. Which have you used?",
    "hint_local_one": "Only one reaction counts here: {giving} to {receiving}. {root} does not "
    "matter yet.",
    "hint_contribution_one_top": "Backward starts at {giving} with {upstream_name} = 1. So one "
    "reaction is left to find: {giving} to {receiving}.",
    "hint_local_one_top": "One reaction counts here: {giving} to {receiving}.",
    "hint_rule": "{giving} = {formula}: {why}.",
    "hint_raise": "Hold {others} still; raise {receiving} from {old} to {new}. How much does "
    "{giving} change?",
    "hint_raise_alone": "Raise {receiving} from {old} to {new}. How much does {giving} change?",
    "hint_slope": "{giving} = {formula}: {why}. What is that here, where {receiving} = {input} and "
    "{giving} = {output}?",
    "hint_contribution_three": "Multiply that change by {upstream_name} = {upstream}.",
    "hint_local_three": "In symbols: ∂{giving}/∂{receiving} = {local}.",
    "hint_local_three_number": "Divide that change by how much you raised {receiving}.",
    "hint_whole_one": "Start from {upstream_name}, entry by entry: {why}.",
    "hint_whole_two": "What arrives at {receiving} has its shape, {shape}.",
    "hint_whole_three": "In one line: {chain}.",
    "hint_total_one": "Arrows that meet at a node add up. {receiving} has {arrows}; what did the "
    "others bring?",
    "hint_total_two": "From {giving} comes {chain}. How much is that?",
    "hint_total_three": "Add it to the {before} that {receiving} holds already.",
    "hint_next_one": "A node hands on once, when every arrow that leaves it has come back with its "
    "share.",
    "hint_next_two": "Look for a box with all its arrows back that has not handed on. A box that "
    "only collects, a leaf, hands nothing on.",
    "hint_next_three": "It computes {formula}.",
    "hint_update_one": "{gradient} says in which direction {root} rises. To lower {root}, which "
    "way must {receiving} go?",
    "hint_update_two": "The step is rate times gradient: {step}.",
    "hint_update_three": "Take that step away from {receiving} = {input}.",
    "rule_update": "the update",
    "rule_next": "who is ready",
    # the end
    "score_title": "Your score",
    "score_line": "{right} of {total} answered by yourself",
    "score_first": "{count} at the first try",
    "score_helped": "{count} with a hint or another try",
    "score_revealed": "{count} shown",
    "score_practice": "Practise: {rules}.",
    "score_all_well": "Nothing needs practice: every rule went right at the first try.",
    "score_no_record": "This score is for practice: it stays on this page.",
    "score_row": "{first} of {asked} at the first try",
    "summary_row": "{rule}: {first} of {asked} at the first try",
    "summary_none": "No question is answered yet.",
    "of_them": "{done} of {total} answered",
    # terminal
    "quiz_prompt": "Your answer ({commands}): ",
    "quiz_commands": "hint, show, quit",
    "quiz_question_of": "Question {n} of {count}",
    "quiz_answers": "Answers",
    "quiz_left": "Stopped.",
    "quiz_hint_of": "Hint {n} of 3: {hint}",
    "quiz_no_more_hints": "That was the last hint. show shows the answer.",
    # answers that cannot be read
    "answer_none": "There is no answer yet. Write a number, such as -18 or 6*-3.",
    "answer_none_node": "There is no answer yet. Write the name of a node, or click its box.",
    "answer_comma": "{text} has a decimal comma. Write {point}, with a point.",
    "answer_unread": "{text} cannot be read as a number. Write a number, a fraction or arithmetic: "
    "-18, 7/4, 6*-3, 1e-3.",
    "answer_name": "There is no {name} here.",
    "answer_large": "{text} is too large for a number.",
    "answer_long": "The answer has {count} characters; at most {most} are read.",
    "answer_count": "There are {count} numbers in the answer; {size} are asked. Separate them with "
    "commas.",
}
