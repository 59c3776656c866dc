// The gradient as code, in the place of the explanation. A line lights up what it computes in the
// graph, a box or an arrow lights up its lines, and the lines of the present step are marked.
// `go(index)` shows a frame; `root` has the class "coding" while the code is open.
function pageCode(tools, { code, frames, boxes, arrows, panel, root, go }) {
  const { say, make, listen } = tools;
  const toggle = make("button", { type: "button", class: "as-code", "aria-pressed": "false" }, say("code_toggle"));
  const list = make("ol", { class: "code-lines", "aria-label": say("code_title") });
  const missing = make("p", { class: "card code-said" });
  const section = make("div", { class: "code", hidden: true }, list, missing, make("p", { class: "note code-keys" }, say("code_keys")));
  const lines = code.lines.map((line) => {
    const acts = line.frames.length > 0;
    const note = make("span", { class: "code-note" });
    const body = make(acts ? "button" : "span", acts ? { type: "button", tabindex: "-1" } : {}, line.code, note);
    body.classList.add("code-line", ...(line.phase ? [`of-${line.phase}`] : []));
    body.style.setProperty("--indent", line.code.length - line.code.trimStart().length);
    list.append(make("li", {}, body));
    return { ...line, body, note };
  });
  const targets = lines.filter((line) => line.frames.length > 0);
  if (targets.length) targets[0].body.setAttribute("tabindex", "0");
  let open = false;
  let at = 0;

  // --- from a line to the graph -----------------------------------------------------------------
  function light(line) {
    for (const [key, { group }] of Object.entries(boxes)) group.classList.toggle("lit", Boolean(line?.boxes.includes(key)));
    for (const [key, { group }] of Object.entries(arrows)) group.classList.toggle("lit", Boolean(line?.arrows.includes(key)));
  }
  for (const line of targets) {
    listen(line.body, "pointerenter", () => light(line));
    listen(line.body, "pointerleave", () => light(focused()));
    listen(line.body, "focus", () => {
      for (const other of targets) other.body.setAttribute("tabindex", other === line ? "0" : "-1");
      light(line);
    });
    listen(line.body, "blur", () => light(null));
    listen(line.body, "click", () => {
      // A line of several steps goes through them, click by click.
      const next = line.frames.find((index) => index > at);
      go(line.frames.includes(at) && next !== undefined ? next : line.frames[0]);
    });
  }
  const focused = () => targets.find((line) => line.body === document.activeElement) ?? null;

  // --- from the graph to the lines --------------------------------------------------------------
  function lightLines(kind, key) {
    const found = lines.filter((line) => key !== null && line[kind].includes(key));
    for (const line of lines) line.body.classList.toggle("lit", found.includes(line));
    if (open && found.length) reveal(found);
  }
  for (const [kind, all] of Object.entries({ boxes, arrows })) {
    for (const [key, { group }] of Object.entries(all)) {
      for (const type of ["pointerenter", "focus"]) listen(group, type, () => lightLines(kind, key));
      for (const type of ["pointerleave", "blur"]) listen(group, type, () => lightLines(kind, null));
    }
  }

  // Only what the code itself scrolls in moves, never the page around it.
  function reveal(found) {
    const area = [list, panel].find((box) => box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY !== "visible");
    if (!area) return;
    const room = area.getBoundingClientRect();
    const last = found.at(-1).body.getBoundingClientRect();
    const first = found[0].body.getBoundingClientRect();
    if (last.bottom > room.bottom - 8) area.scrollTop += last.bottom - room.bottom + 8;
    if (first.top < room.top + 8) area.scrollTop += first.top - room.top - 8;
  }

  // --- the present step -------------------------------------------------------------------------
  function show(index) {
    at = index;
    const here = lines.filter((line) => line.frames.includes(index));
    for (const line of lines) {
      const present = here.includes(line);
      line.body.classList.toggle("present", present);
      if (present) line.body.setAttribute("aria-current", "step");
      else line.body.removeAttribute("aria-current");
      const known = index >= line.at ? line.value : "";
      const told = [known, line.comment].filter(Boolean);
      line.note.textContent = told.length ? `  # ${told.join(" · ")}` : "";
      line.body.title = known && line.full !== line.value ? line.full : "";
    }
    const said = code.said[index] ?? "";
    missing.textContent = said;
    missing.hidden = !said;
    if (open && here.length) reveal(here);
  }

  function turn(on) {
    open = on;
    toggle.setAttribute("aria-pressed", String(on));
    root.classList.toggle("coding", on);
    section.hidden = !on;
    if (!on) light(null);
    show(at);
  }
  listen(toggle, "click", () => turn(!open));

  // Up and Down go from line to line; true if the key was one of those.
  function move(target, key) {
    const place = targets.findIndex((line) => line.body === target);
    if (place < 0 || (key !== "ArrowDown" && key !== "ArrowUp")) return false;
    const next = targets[Math.max(0, Math.min(targets.length - 1, place + (key === "ArrowDown" ? 1 : -1)))];
    next.body.focus({ preventScroll: true });
    reveal([next]);
    return true;
  }

  return { toggle, section, show, turn, move };
}
