"""What is said about each known slip. The names of the messages are those of `slips.py`."""

SLIPS: dict[str, str] = {
    # one arrow
    "slip_no_upstream": "That is ∂{giving}/∂{receiving}, how {giving} reacts to {receiving}. "
    "{root} reacts to {giving} as well: how much does {root} change when {giving} grows by 1? "
    "Use both.",
    "slip_no_local": "That is ∂{root}/∂{giving}, passed on as it is. But how much does {giving} "
    "change when {receiving} grows by 1? Use both.",
    "slip_lets_through": "That lets the gradient through. But {giving} = {output} does not move "
    "when {receiving} moves a little, so nothing passes.",
    "slip_path_sum": "That adds the two reactions. Along one path they multiply: {receiving} moves "
    "{giving}, and {root} moves by a multiple of that. Adding is for arrows that meet.",
    "slip_other_input": "That uses how {giving} reacts to {other}. This arrow goes to {receiving}: "
    "hold {other} still, raise {receiving} by 1. How much does {giving} change?",
    "slip_input": "That uses {receiving} itself. What counts is the slope of {giving} there: how "
    "fast {giving} changes when {receiving} grows.",
    "slip_output": "That uses the value of {giving}. What counts is how fast {giving} changes when "
    "{receiving} grows, not how large it is.",
    "slip_splits": "The gradient is not split between the inputs. Raise {receiving} by 1 and all "
    "of it arrives in {giving}, whatever the other input does.",
    "slip_from_input": "That puts the input {receiving} where the rule has the output {giving}: "
    "{why}.",
    "slip_from_output": "That puts the output {giving} where the rule has the input {receiving}: "
    "{why}.",
    "slip_slope_of_tanh": "That is the slope of a tanh, 1 - output². {giving} = {formula} is none.",
    "slip_slope_of_sigmoid": "That is the slope of a sigmoid, output · (1 - output). "
    "{giving} = {formula} is none.",
    "slip_sign": "The size is right, the sign is not. When {receiving} grows, does {root} rise or "
    "fall because of it?",
    "slip_sign_local": "The size is right, the sign is not. When {receiving} grows, does {giving} "
    "rise or fall?",
    "slip_total_for_share": "That is the total that {receiving} holds after this arrow. Asked is "
    "what this arrow alone adds.",
    "slip_averages": "That is an average. {receiving} is used once for every copy, and the "
    "gradients of the copies add up.",
    "slip_early": "That hands on before all arrows have arrived at {giving}. First it collects its "
    "total, then it hands on.",
    "slip_above_overwritten": "That uses only the last arrow that arrived at {giving}. What it "
    "hands on is the total of all of them.",
    "slip_resends": "That hands on at every arrival, so what came first is counted again. {giving} "
    "hands on once, when its total is complete.",
    # the local derivative alone
    "slip_share_for_local": "That is already all that the arrow hands over. Asked is the local "
    "part: how much does {giving} change when {receiving} grows by 1?",
    "slip_upstream": "That is ∂{root}/∂{giving}, which comes from above. Asked is the local part: "
    "how much does {giving} change when {receiving} grows by 1?",
    # a total
    "slip_overwrites": "That is the last arrow alone, as if it had overwritten what {receiving} "
    "held. Each arrow is one more way in which {receiving} moves {root}: they add up.",
    "slip_first_only": "That is the first arrow alone. Each arrow is one more way in which "
    "{receiving} moves {root}: they add up.",
    "slip_multiplies": "That multiplies the arrows. Reactions multiply along one path; arrows that "
    "meet add up.",
    "slip_averages_arrows": "That is the average of the arrows. They add up.",
    # an update
    "slip_plus": "That climbs. The gradient points to where {root} rises; to lower {root}, "
    "subtract it.",
    "slip_no_rate": "That takes the whole gradient as the step. Multiply it by the rate first.",
    "slip_not_zeroed": "That takes the gradient twice, as if an old one had been left in place. "
    "Before each backward the gradients start at zero.",
    "slip_only_step": "That is the step alone. Take it away from {receiving} = {input}.",
    "slip_gradient": "That is the gradient. Asked is the new {receiving}: the old one minus rate · "
    "gradient.",
    # softmax with cross-entropy
    "slip_elementwise": "That takes softmax entry by entry. But each score moves every "
    "probability, since together they are 1.",
    "slip_stops_at_p": "That stops at the probability: it is the slope of -ln(p). It still has to "
    "go through the softmax, back to the scores.",
    "slip_already_right": "The largest score may well be the true one. The loss is 0 only when its "
    "probability is 1, so there is still something to gain.",
}
