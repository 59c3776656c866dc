// Shows the walk of `model` inside `element`. The model says everything; here is only the showing.
// Nothing outside `element` is touched, so a page may hold several.
// Returns { go, at, theme, destroy }.
function mount(element, model, options = {}) {
  const tools = pageTools(model.words);
  const { say, make, icon, listen } = tools;
  const { phases } = model;
  let at = 0;
  let timer = null;
  let state = null;

  // Where the frames come from: a walk shows them all, a quiz holds back what is not yet answered.
  const source = model.quiz
    ? pageQuiz(model, tools, {
        go,
        at: () => at,
        leave: () => shell.focus({ preventScroll: true }),
        focusNext: () => (buttons.next.disabled ? shell : buttons.next).focus({ preventScroll: true }),
        announce: (detail) => element.dispatchEvent(new CustomEvent("ag-answer", { detail: { at, ...detail }, bubbles: true })),
      })
    : {
        length: () => model.frames.length,
        furthest: () => model.frames.length - 1,
        frame: (index) => model.frames[index],
        before: (index) => model.frames.slice(0, index),
      };

  // --- the skeleton -----------------------------------------------------------------------------
  const icons = {
    first: "M1 1h2v12H1zM13 1v12L4 7z",
    previous: "M11 1v12L2 7z",
    play: "M3 1v12l9-6z",
    pause: "M2 1h4v12H2zM8 1h4v12H8z",
    next: "M3 1v12l9-6z",
    last: "M11 1h2v12h-2zM1 1v12l9-6z",
  };
  const button = (key, action, extra = "") => {
    const made = make("button", { type: "button", class: `${key} ${extra}`, "aria-label": say(key) });
    const word = make("span", { class: "word" }, say(key));
    made.append(...(key === "next" ? [word, icon(icons[key])] : [icon(icons[key]), word]));
    listen(made, "click", action);
    return made;
  };
  const buttons = {
    first: button("first", () => go(0), "brief"),
    previous: button("previous", () => go(at - 1)),
    play: button("play", () => play(timer === null), "brief"),
    next: button("next", () => (source.open?.(at) ? source.check() : go(at + 1))),
    last: button("last", () => go(source.length() - 1), "brief"),
  };
  const tabs = phases.map((phase, i) => {
    const made = make("button", { type: "button", class: "tab" });
    listen(made, "click", () => go(phase.first));
    return { made, phase, number: i + 1 };
  });
  const count = make("span", { class: "count" });
  const tally = model.quiz ? [make("span", { class: "tally", "aria-label": say("score_title") })] : [];
  const scroll = make("div", { class: "scroll" });
  scroll.innerHTML = model.svg;
  const svg = scroll.querySelector("svg");
  const stage = make("div", { class: "stage" }, scroll);
  const shown = make("div", { class: "shown", style: "display:contents" });
  const status = make("span", { role: "status" });
  const said = make("p", { class: "said" }, make("b", {}, say("in_words") + ": "), status);
  const panel = make("section", { class: "panel", tabindex: "0", "aria-label": say("explanation") }, shown, said);
  const tooltip = make("div", { class: "tooltip", role: "tooltip", hidden: true });
  const bar = make(
    "div",
    { class: "bar", role: "group", "aria-label": say("controls") },
    ...Object.values(buttons),
    make("span", { class: "keys" }, say(model.quiz ? "quiz_keys" : "keys")),
  );
  const shell = make(
    "div",
    { class: "shell", tabindex: "-1" },
    make("div", { class: "top", role: "group", "aria-label": say("phases") }, ...tabs.map((t) => t.made), count, ...tally),
    stage,
    panel,
    bar,
  );
  const root = make("div", { class: "ag-step" }, shell, tooltip);
  element.replaceChildren(root);

  const boxes = {};
  for (const box of model.boxes) {
    const group = svg.querySelector(`[data-box="${box.key}"]`);
    boxes[box.key] = {
      ...box,
      group,
      parts: { value: group.querySelector(".value"), gradient: group.querySelector(".gradient") },
      pips: [...group.querySelectorAll(".pip")],
    };
  }
  const arrows = {};
  for (const arrow of model.arrows) {
    arrows[arrow.key] = {
      ...arrow,
      group: svg.querySelector(`[data-arrow="${arrow.key}"]`),
      label: svg.querySelector(`[data-label="${arrow.key}"]`),
    };
  }
  const current = () => source.frame(at);
  const view = pageView(tools, { shell, stage, scroll, svg, boxes, current, projector: options.projector });
  const tips = pageTips(tools, { area: root, tooltip, svg, boxes, arrows, current, state: () => state });
  const matrix = pageMatrix(tools, source.arrays ?? model.arrays, (frame) => ({ name: boxes[frame.receiving].name, root: model.root }));
  if (!model.quiz && (options.jump ?? true)) pageJump(tools, { frames: model.frames, boxes, stage, go });
  const folding = pageFolding(tools, { svg, model, boxes, arrows });
  const coding = model.code ? pageCode(tools, { code: model.code, frames: model.frames, boxes, arrows, panel, root: shell, go }) : null;
  if (coding) {
    panel.prepend(coding.toggle);
    said.before(coding.section);
  }
  const explain = pagePanel(tools, shown, (on) => showGraph(current(), on), matrix);
  if (source.clicked) {
    listen(svg, "click", (event) => {
      const group = event.target.closest("[data-box]");
      if (group) source.clicked(boxes[group.dataset.box].name);
    });
  }

  // --- what is known at a frame -----------------------------------------------------------------
  // Folding the frames from the start keeps the page honest: what no frame has computed is a dash.
  function stateAt(index) {
    const known = { text: {}, full: {}, complete: {}, arrived: {}, past: new Set(), tips: {} };
    const given = source.given?.(index) ?? {};
    for (const box of model.boxes) {
      if (box.given) [known.text[box.key + " value"], known.full[box.key + " value"]] = given[box.key] ?? [box.value, box.full];
    }
    const frames = [...source.before(index), source.frame(index)];
    const last = frames.length - 1;
    frames.forEach((frame, i) => {
      for (const change of frame.changes) {
        const place = `${change.box} ${change.part}`;
        known.text[place] = i === last ? change.now : change.settled;
        known.full[place] = change.full;
        known.complete[place] = change.complete;
      }
      const answered = i < last || !source.open?.(index);
      if (i < last && frame.phase === frames[last].phase) frame.arrows.forEach((a) => known.past.add(a));
      if (frame.phase === "backward") {
        if (frame.arrow) known.arrived[frame.receiving] = answered ? frame.arrow : frame.arrow - 1;
        if (frame.arrowTip) frame.arrows.forEach((a) => (known.tips[a] = frame.arrowTip));
      }
    });
    return known;
  }

  // --- showing a frame --------------------------------------------------------------------------
  function go(index) {
    if (!Number.isFinite(index)) return;
    const moved = at !== index;
    at = Math.max(0, Math.min(source.furthest(), Math.trunc(index)));
    state = stateAt(at);
    const frame = current();
    root.className = `ag-step phase-${frame.phase}`;
    svg.setAttribute("class", `ag-graph phase-${frame.phase}`);
    showGraph(frame);
    const more = source.parts?.(at) ?? { head: [], tail: [] };
    explain.show(frame, more);
    showControls(frame);
    status.textContent = [source.said?.(at), frame.status].filter(Boolean).join(" ");
    if (moved) panel.scrollTop = 0;
    coding?.show(at);
    tips.hide();
    view.focus();
    if (at === source.length() - 1 || source.open?.(at)) play(false);
    // A question that the reader came to takes the keyboard, unless that would raise one on a phone.
    if (moved && source.open?.(at) && root.contains(document.activeElement) && matchMedia("(pointer: fine)").matches) source.focus();
    element.dispatchEvent(new CustomEvent("ag-step", { detail: { at }, bubbles: true }));
  }

  function showGraph(frame, nudged = false) {
    folding.show(frame);
    const nudges = nudged ? frame.nudge.values : {};
    const fresh = new Set(frame.changes.map((c) => `${c.box} ${c.part}`));
    for (const [key, box] of Object.entries(boxes)) {
      box.group.classList.toggle("giving", frame.giving.includes(key));
      box.group.classList.toggle("receiving", frame.receiving === key);
      for (const [part, text] of Object.entries(box.parts)) {
        if (!text) continue;
        const place = `${key} ${part}`;
        const moved = part === "value" && key in nudges;
        text.textContent = moved ? nudges[key] : (state.text[place] ?? say("dash"));
        text.classList.toggle("nudged", moved);
        text.classList.toggle("unknown", !(place in state.text));
        text.classList.toggle("fresh", fresh.has(place));
        text.classList.toggle("phase-value", part === "value" && fresh.has(place));
      }
      box.pips.forEach((pip, i) => pip.classList.toggle("full", i < (state.arrived[key] ?? 0)));
      box.group.setAttribute("aria-label", tips.boxSays(box).join(". "));
    }
    for (const [key, arrow] of Object.entries(arrows)) {
      const now = frame.arrows.includes(key);
      arrow.group.classList.toggle("now", now);
      arrow.group.classList.toggle("past", !now && state.past.has(key));
      arrow.group.setAttribute("aria-label", tips.arrowSays(arrow));
      if (!arrow.label) continue;
      arrow.label.classList.toggle("now", now && frame.phase === "backward");
      arrow.label.textContent = now && frame.arrowText ? `◀ ${frame.arrowText}` : "";
    }
  }

  function showControls(frame) {
    const asking = Boolean(source.open?.(at));
    const end = at === source.length() - 1;
    const ends = { first: at === 0, previous: at === 0, next: end && !asking, last: at === source.furthest() };
    const key = asking ? "check" : "next";
    buttons.next.setAttribute("aria-label", say(key));
    buttons.next.querySelector(".word").textContent = say(key);
    said.classList.toggle("quiet", asking);
    scroll.classList.toggle("choosing", asking && source.open(at).question.choices !== undefined);
    for (const chip of tally) chip.textContent = source.title();
    for (const [key, end] of Object.entries(ends)) {
      // A focused button that is disabled would swallow the keys.
      if (end && root.contains(document.activeElement) && document.activeElement === buttons[key]) {
        shell.focus({ preventScroll: true });
      }
      buttons[key].disabled = end;
    }
    buttons.play.disabled = source.length() === 1 || asking;
    count.textContent = say("count", { n: frame.n, count: frame.count });
    for (const { made, phase, number } of tabs) {
      const mark = at >= phase.first + phase.count ? " ✓" : "";
      const sign = { forward: "▶", backward: "◀", update: "↻" }[phase.key];
      const here = phase.key === frame.phase;
      made.textContent = `${number} ${here ? sign + "\uFE0E " : ""}${phase.name}${mark}`;
      if (here) made.setAttribute("aria-current", "step");
      else made.removeAttribute("aria-current");
    }
  }

  function play(on) {
    if (on && at === source.length() - 1) go(0);
    if (!on && timer === null) return;
    clearInterval(timer);
    timer = on ? setInterval(() => go(at + 1), model.pace) : null;
    const key = on ? "pause" : "play";
    buttons.play.setAttribute("aria-label", say(key));
    buttons.play.querySelector(".word").textContent = say(key);
    buttons.play.firstChild.replaceWith(icon(icons[key]));
  }

  // --- keys -------------------------------------------------------------------------------------
  const keys = {
    Home: () => go(0),
    ArrowLeft: () => go(at - 1),
    ArrowRight: () => go(at + 1),
    End: () => go(source.length() - 1),
    " ": () => source.open?.(at) || play(timer === null),
  };
  listen(options.keys ?? root, "keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : root;
    if (target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === " " && target.closest("button")) return; // Space presses the button it is on
    if (tips.move(target, event.key) || coding?.move(target, event.key)) {
      event.preventDefault();
    } else if (event.key === "Escape") {
      tips.hide();
    } else if (event.key in keys) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  const theme = pageTheme(tools, root);
  go(options.at ?? 0);
  if (model.code?.opened) coding.turn(true);
  return {
    go,
    at: () => at,
    score: source.score,
    theme,
    destroy() {
      clearInterval(timer);
      tools.undo.forEach((undo) => undo());
      element.replaceChildren();
    },
  };
}
