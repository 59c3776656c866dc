// Shows the walk of `model` inside `element`. The model says everything; here is only the showing.
// Nothing outside `element` is touched, so a page may hold several. Returns { go, at, destroy }.
function mount(element, model, options = {}) {
  const { frames, phases, words } = model;
  const say = (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const later = [];
  const listen = (target, type, handler, settings) => {
    target.addEventListener(type, handler, settings);
    later.push(() => target.removeEventListener(type, handler, settings));
  };

  let at = 0;
  let timer = null;
  let nudged = false;
  let follow = null; // true: around the step; false: the whole graph; null: whichever is readable
  let zoom = 1;
  const view = { left: 0, top: 0, right: Infinity, bottom: Infinity }; // what is in sight

  // --- the skeleton -----------------------------------------------------------------------------
  const icon = (path) => {
    const holder = make("span", { "aria-hidden": "true", style: "display:inline-flex" });
    holder.innerHTML = `<svg viewBox="0 0 14 14"><path d="${path}"/></svg>`;
    return holder;
  };
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
    next: button("next", () => go(at + 1)),
    last: button("last", () => go(frames.length - 1), "brief"),
  };
  const tabs = phases.map((phase, i) => {
    const made = make("button", { type: "button", class: "tab" });
    listen(made, "click", () => go(phase.first));
    return { made, phase, number: i + 1 };
  });
  const count = make("span", { class: "count" });
  const scroll = make("div", { class: "scroll" });
  scroll.innerHTML = model.svg;
  const svg = scroll.querySelector("svg");
  const size = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  const wholeSwitch = make("button", { type: "button", class: "whole" });
  const zoomOut = make("button", { type: "button", "aria-label": say("zoom_out") }, "−");
  const zoomIn = make("button", { type: "button", "aria-label": say("zoom_in") }, "+");
  const chip = make("div", { class: "chip", "aria-hidden": "true", hidden: true });
  const stage = make(
    "div",
    { class: "stage" },
    scroll,
    make("div", { class: "view", role: "group", "aria-label": say("view") }, wholeSwitch, zoomOut, zoomIn),
    chip,
  );
  const shown = make("div", { class: "shown", style: "display:contents" });
  const status = make("span", { role: "status" });
  const said = make("p", { class: "said" }, make("b", {}, say("in_words") + ": "), status);
  const panel = make("section", { class: "panel", tabindex: "0", "aria-label": say("explanation") }, shown, said);
  const tooltip = make("div", { class: "tooltip", role: "tooltip", hidden: true });
  const bar = make(
    "div",
    { class: "bar", role: "group", "aria-label": say("controls") },
    ...Object.values(buttons),
    make("span", { class: "keys" }, say("keys")),
  );
  const shell = make(
    "div",
    { class: "shell", tabindex: "-1" },
    make("div", { class: "top", role: "group", "aria-label": say("phases") }, ...tabs.map((t) => t.made), count),
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

  // --- what is known at a frame -----------------------------------------------------------------
  // Folding the frames from the start keeps the page honest: what no frame has computed is a dash.
  function stateAt(index) {
    const state = { text: {}, full: {}, complete: {}, arrived: {}, past: new Set(), tips: {} };
    for (const box of model.boxes) {
      if (box.given) {
        state.text[box.key + " value"] = box.value;
        state.full[box.key + " value"] = box.full;
      }
    }
    for (let i = 0; i <= index; i += 1) {
      const frame = frames[i];
      for (const change of frame.changes) {
        const place = `${change.box} ${change.part}`;
        state.text[place] = i === index ? change.now : change.settled;
        state.full[place] = change.full;
        state.complete[place] = change.complete;
      }
      if (i < index && frame.phase === frames[index].phase) frame.arrows.forEach((a) => state.past.add(a));
      if (frame.phase === "backward") {
        if (frame.arrow) state.arrived[frame.receiving] = frame.arrow;
        if (frame.arrowTip) frame.arrows.forEach((a) => (state.tips[a] = frame.arrowTip));
      }
    }
    return state;
  }

  let state = stateAt(0);

  // --- showing a frame --------------------------------------------------------------------------
  function go(index) {
    if (!Number.isFinite(index)) return;
    at = Math.max(0, Math.min(frames.length - 1, Math.trunc(index)));
    nudged = false;
    state = stateAt(at);
    const frame = frames[at];
    root.className = `ag-step phase-${frame.phase}`;
    svg.setAttribute("class", `ag-graph phase-${frame.phase}`);
    showGraph(frame);
    showPanel(frame);
    showControls(frame);
    status.textContent = frame.status;
    hideTip();
    focusView();
    if (at === frames.length - 1) play(false);
    element.dispatchEvent(new CustomEvent("ag-step", { detail: { at }, bubbles: true }));
  }

  function showGraph(frame) {
    const nudges = nudged && frame.nudge ? frame.nudge.values : {};
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
      box.group.setAttribute("aria-label", boxSays(box).join(". "));
    }
    for (const [key, arrow] of Object.entries(arrows)) {
      const now = frame.arrows.includes(key);
      arrow.group.classList.toggle("now", now);
      arrow.group.classList.toggle("past", !now && state.past.has(key));
      arrow.label?.classList.toggle("now", now && frame.phase === "backward");
      arrow.group.setAttribute("aria-label", arrowSays(arrow));
    }
  }

  function showPanel(frame) {
    const parts = [make("h2", {}, frame.title)];
    if (frame.note && frame.phase === "backward") parts.push(make("p", { class: "note" }, frame.note));
    if (frame.lines.length) {
      const lines = make("dl", { class: "lines" });
      const last = frame.lines.findLastIndex((line) => line.key === "local" || line.key === "slope");
      frame.lines.forEach((line, i) => {
        const formula = make("dd", { class: `line-${line.key}`, tabindex: "-1" });
        formula.innerHTML = line.math;
        lines.append(make("dt", {}, line.title), formula);
        if (i === last && frame.why) lines.append(make("dd", { class: "why note" }, frame.why));
      });
      parts.push(lines);
    }
    if (frame.note && frame.phase !== "backward") parts.push(make("p", { class: "note" }, frame.note));
    if (frame.ledger) parts.push(ledger(frame));
    if (frame.meaning) parts.push(meaning(frame));
    shown.replaceChildren(...parts);
  }

  function ledger(frame) {
    const data = frame.ledger;
    const table = make("table");
    for (const row of data.rows) {
      table.append(
        make(
          "tr",
          { class: row.state },
          make("th", { scope: "row" }, `${say("state_" + row.state)} ${row.source}`),
          make("td", {}, row.product),
          make("td", {}, row.state === "waiting" ? say("waiting") : row.amount),
        ),
      );
    }
    table.append(
      make("tr", { class: "total" }, make("th", { scope: "row" }, data.totalTitle), make("td"), make("td", {}, data.total)),
    );
    const counted = make("span", { class: "note" }, say("arrow_of", { arrow: frame.arrow, arrows: frame.arrowsInAll }));
    return make("div", { class: "card ledger" }, make("h3", {}, data.title, " ", counted), table);
  }

  function meaning(frame) {
    const card = make("div", { class: "card meaning" });
    const line = make("p", {}, make("b", {}, say("meaning")), " ", frame.meaning, " ");
    card.append(line);
    if (frame.nudge) {
      const nudge = make("button", { type: "button", class: "nudge", "aria-pressed": "false" }, frame.nudge.button);
      const effect = make("p", { class: "nudge-said", role: "status" });
      nudge.addEventListener("click", () => {
        nudged = !nudged;
        nudge.setAttribute("aria-pressed", String(nudged));
        nudge.textContent = nudged ? say("nudge_back") : frame.nudge.button;
        effect.textContent = nudged ? frame.nudge.sentence : "";
        showGraph(frame);
      });
      line.append(nudge);
      card.append(effect);
    }
    return card;
  }

  function showControls(frame) {
    const ends = { first: at === 0, previous: at === 0, next: at === frames.length - 1, last: at === frames.length - 1 };
    for (const [key, end] of Object.entries(ends)) {
      // A focused button that is disabled would swallow the keys.
      if (end && root.contains(document.activeElement) && document.activeElement === buttons[key]) {
        shell.focus({ preventScroll: true });
      }
      buttons[key].disabled = end;
    }
    buttons.play.disabled = frames.length === 1;
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
    if (on && at === frames.length - 1) go(0);
    if (!on && timer === null) return;
    clearInterval(timer);
    timer = on ? setInterval(() => go(at + 1), model.pace) : null;
    const key = on ? "pause" : "play";
    buttons.play.setAttribute("aria-label", say(key));
    buttons.play.querySelector(".word").textContent = say(key);
    buttons.play.firstChild.replaceWith(icon(icons[key]));
  }

  // --- zoom and place ---------------------------------------------------------------------------
  const LEAST_TEXT = 15.5; // the smallest text of the drawing, in its own unit
  const readable = () => (scroll.getBoundingClientRect().width < 480 ? 13.05 : 10.4) / LEAST_TEXT;

  function fitting() {
    const room = scroll.getBoundingClientRect();
    return Math.min(1.25, (room.width - 8) / size.width, (room.height - 8) / size.height);
  }

  function focusView() {
    const fit = fitting();
    if (!(fit > 0)) return;
    const around = follow ?? fit < readable();
    const scale = (around ? Math.max(13.05 / LEAST_TEXT, Math.min(fit, 1)) : fit) * zoom;
    svg.setAttribute("width", size.width * scale);
    svg.setAttribute("height", size.height * scale);
    wholeSwitch.textContent = around ? say("whole_graph") : say("around_step");
    wholeSwitch.hidden = fit >= readable() && follow === null && zoom === 1;
    centre(scale);
    showChip();
  }

  function rectangle(key) {
    const { x, y, width, height } = boxes[key];
    return { left: x, top: y, right: x + width, bottom: y + height };
  }

  function centre(scale) {
    const frame = frames[at];
    const keys = [frame.receiving, ...frame.giving].filter((key) => key in boxes);
    if (!keys.length) return;
    const area = scroll.getBoundingClientRect();
    const room = { x: area.width / scale, y: area.height / scale };
    const union = keys.map(rectangle).reduce((one, other) => ({
      left: Math.min(one.left, other.left),
      top: Math.min(one.top, other.top),
      right: Math.max(one.right, other.right),
      bottom: Math.max(one.bottom, other.bottom),
    }));
    // The receiving box is always in view; the others as far as there is room.
    const first = rectangle(keys[0]);
    const place = (low, high, must, most, room) =>
      Math.min(Math.max((low + high - room) / 2, most - room + 14), must - 14);
    view.left = place(union.left, union.right, first.left, first.right, room.x);
    view.top = place(union.top, union.bottom, first.top, first.bottom, room.y);
    view.left = Math.max(0, Math.min(view.left, size.width - room.x));
    view.top = Math.max(0, Math.min(view.top, size.height - room.y));
    Object.assign(view, { right: view.left + room.x, bottom: view.top + room.y });
    scroll.scrollTo({ left: view.left * scale, top: view.top * scale, behavior: calm() ? "auto" : "smooth" });
  }

  // When the box that hands over is out of sight, a chip at that side says who it is.
  function showChip() {
    const frame = frames[at];
    const giving = boxes[frame.giving[0]];
    chip.hidden = true;
    if (!giving || frame.phase !== "backward") return;
    const box = rectangle(frame.giving[0]);
    const middle = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
    if (middle.x > view.left && middle.x < view.right && middle.y > view.top && middle.y < view.bottom) return;
    const right = middle.x > (view.left + view.right) / 2;
    chip.className = `chip ${right ? "right" : "left"}`;
    chip.textContent = right ? `◀ ${say("from_box", { giving: giving.name })}` : say("from_box", { giving: giving.name });
    chip.hidden = false;
  }

  listen(wholeSwitch, "click", () => {
    follow = !(follow ?? fitting() < readable());
    zoom = 1;
    focusView();
  });
  listen(zoomIn, "click", () => ((zoom = Math.min(6, zoom * 1.25)), focusView()));
  listen(zoomOut, "click", () => ((zoom = Math.max(0.2, zoom / 1.25)), focusView()));
  listen(
    scroll,
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom = Math.max(0.2, Math.min(6, zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1)));
      focusView();
    },
    { passive: false },
  );

  // --- explaining a box or an arrow -------------------------------------------------------------
  function boxSays(box) {
    const known = (part) => state.full[`${box.key} ${part}`];
    const texts = [];
    const value = known("value");
    const name = box.expression ? `${box.name} = ${box.expression}` : box.name;
    texts.push(`${name} = ${value ?? say("dash")}`);
    if (box.note) texts.push(box.note);
    if (box.kind === "constant") texts.push(say("tip_constant"));
    if (box.gradient) {
      const gradient = known("gradient");
      const values = { gradient: box.gradient, value: gradient };
      const key = gradient === undefined ? "tip_none" : state.complete[`${box.key} gradient`] ? "tip_gradient" : "tip_partial";
      texts.push(say(key, values));
    }
    return texts;
  }

  function arrowSays(arrow) {
    const names = { giving: boxes[arrow.source].name, receiving: boxes[arrow.target].name };
    if (frames[at].phase === "forward") return say("tip_arrow_forward", { ...names, formula: arrow.formula });
    if (arrow.constant) return say("tip_constant");
    return state.tips[arrow.key] ?? say("tip_arrow_waiting", { giving: names.receiving, receiving: names.giving });
  }

  function showTip(group) {
    const texts = group.dataset.box ? boxSays(boxes[group.dataset.box]) : [arrowSays(arrows[group.dataset.arrow])];
    tooltip.replaceChildren(...texts.map((text) => make("div", {}, text)));
    tooltip.hidden = false;
    const area = root.getBoundingClientRect();
    const target = group.getBoundingClientRect();
    const tip = tooltip.getBoundingClientRect();
    const below = target.bottom - area.top + 8;
    const top = below + tip.height < area.height ? below : Math.max(4, target.top - area.top - tip.height - 8);
    const left = Math.max(4, Math.min(area.width - tip.width - 4, target.left - area.left + target.width / 2 - tip.width / 2));
    tooltip.style.left = `${left}px`;
    tooltip.style.top = `${top}px`;
  }
  function hideTip() {
    tooltip.hidden = true;
  }
  const targets = [...svg.querySelectorAll("[data-box], [data-arrow]")];
  const boxTargets = targets.filter((t) => t.dataset.box);
  const order = [...boxTargets, ...targets.filter((t) => t.dataset.arrow)];
  if (order.length) order[0].setAttribute("tabindex", "0");
  for (const group of order) {
    listen(group, "pointerenter", () => showTip(group));
    listen(group, "pointerleave", hideTip);
    listen(group, "focus", () => {
      for (const other of order) other.setAttribute("tabindex", other === group ? "0" : "-1");
      showTip(group);
    });
    listen(group, "blur", hideTip);
  }

  // --- keys -------------------------------------------------------------------------------------
  const keys = {
    Home: () => go(0),
    ArrowLeft: () => go(at - 1),
    ArrowRight: () => go(at + 1),
    End: () => go(frames.length - 1),
    " ": () => play(timer === null),
  };
  listen(options.keys ?? root, "keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : root;
    if (target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === " " && target.closest("button")) return; // Space presses the button it is on
    const place = order.indexOf(target);
    if (place >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      order[(place + (event.key === "ArrowDown" ? 1 : order.length - 1)) % order.length].focus();
    } else if (event.key === "Escape") {
      hideTip();
    } else if (event.key in keys) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  const watcher = new ResizeObserver(() => focusView());
  watcher.observe(scroll);
  go(options.at ?? 0);
  return {
    go,
    at: () => at,
    destroy() {
      clearInterval(timer);
      watcher.disconnect();
      later.forEach((undo) => undo());
      element.replaceChildren();
    },
  };
}
