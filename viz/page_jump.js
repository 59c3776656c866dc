// A click on a box, or Enter, goes to the step that gave it its gradient; where it has none, to the
// one that computed it. So any number of a large graph is a click away.
function pageJump(tools, { frames, boxes, stage, go }) {
  const { listen } = tools;

  function stepOf(key) {
    const last = frames.findLastIndex((frame) => frame.phase === "backward" && frame.receiving === key);
    if (last >= 0) return last;
    const computed = frames.findIndex((frame) => frame.phase === "forward" && frame.receiving === key);
    if (computed < 0) return -1;
    const seed = frames.findIndex((frame) => frame.phase === "backward");
    return boxes[key].gradient && seed >= 0 ? seed : computed; // only the result receives from no one
  }

  for (const [key, { group }] of Object.entries(boxes)) {
    const at = stepOf(key);
    if (at < 0) continue;
    group.classList.add("leads");
    listen(group, "click", () => {
      if (!stage.classList.contains("dragging")) go(at);
    });
    listen(group, "keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      go(at);
    });
  }
}
