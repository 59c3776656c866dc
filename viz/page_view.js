// How much of the graph is in sight: it follows the step, zooms with the wheel, and can be dragged.
// `stage` holds everything, `scroll` the drawing; `current()` gives the frame that is shown.
function pageView(tools, { shell, stage, scroll, svg, boxes, current, projector = false }) {
  const { say, make, listen, calm } = tools;
  const LEAST_TEXT = 15.5; // the smallest text of the drawing, in its own unit
  const size = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  const view = { left: 0, top: 0, right: Infinity, bottom: Infinity }; // what is in sight
  let follow = null; // true: around the step; false: the whole graph; null: whichever is readable
  let zoom = 1;

  const wholeSwitch = make("button", { type: "button", class: "whole" });
  const zoomOut = make("button", { type: "button", "aria-label": say("zoom_out") }, "−");
  const zoomIn = make("button", { type: "button", "aria-label": say("zoom_in") }, "+");
  const large = make("button", { type: "button", class: "large", "aria-pressed": "false" }, say("projector"));
  const chip = make("div", { class: "chip", "aria-hidden": "true", hidden: true });
  const switches = make("div", { class: "view", role: "group", "aria-label": say("view") }, wholeSwitch, zoomOut, zoomIn, large);
  stage.append(switches, chip);

  const smallest = () => (projector ? 18 : 13.05) / LEAST_TEXT; // text that a reader can read, when moving along
  const readable = () => (projector ? 16 : scroll.getBoundingClientRect().width < 480 ? 13.05 : 10.4) / LEAST_TEXT;
  const scaleNow = () => svg.getBoundingClientRect().width / size.width;

  function fitting() {
    const room = scroll.getBoundingClientRect();
    return Math.min(projector ? 2 : 1.25, (room.width - 8) / size.width, (room.height - 8) / size.height);
  }

  function focus() {
    const fit = fitting();
    if (!(fit > 0)) return;
    const around = follow ?? fit < readable();
    const scale = (around ? Math.max(smallest(), Math.min(fit, 1)) : fit) * zoom;
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
    const frame = current();
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
    const frame = current();
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

  function magnify(factor) {
    zoom = Math.max(0.2, Math.min(6, zoom * factor));
    focus();
  }

  // The point under the pointer stays under it.
  function magnifyAt(factor, x, y) {
    const area = scroll.getBoundingClientRect();
    const before = scaleNow();
    const at = { x: (scroll.scrollLeft + x - area.left) / before, y: (scroll.scrollTop + y - area.top) / before };
    magnify(factor);
    const scale = scaleNow();
    scroll.scrollTo({ left: at.x * scale - (x - area.left), top: at.y * scale - (y - area.top), behavior: "instant" });
  }

  listen(wholeSwitch, "click", () => {
    follow = !(follow ?? fitting() < readable());
    zoom = 1;
    focus();
  });
  // For a class room: everything large, and nothing grey.
  function project(on) {
    projector = on;
    shell.classList.toggle("projector", on);
    large.setAttribute("aria-pressed", String(on));
    focus();
  }
  listen(large, "click", () => project(!projector));
  listen(zoomIn, "click", () => magnify(1.25));
  listen(zoomOut, "click", () => magnify(1 / 1.25));
  listen(
    scroll,
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      magnifyAt(event.deltaY < 0 ? 1.1 : 1 / 1.1, event.clientX, event.clientY);
    },
    { passive: false },
  );

  // A mouse drags the drawing; a finger scrolls it anyway.
  let grip = null;
  listen(scroll, "pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    grip = { x: event.clientX + scroll.scrollLeft, y: event.clientY + scroll.scrollTop };
  });
  listen(window, "pointermove", (event) => {
    if (!grip) return;
    const [left, top] = [grip.x - event.clientX, grip.y - event.clientY];
    if (Math.hypot(left - scroll.scrollLeft, top - scroll.scrollTop) > 3) stage.classList.add("dragging");
    scroll.scrollTo({ left, top, behavior: "instant" });
  });
  listen(window, "pointerup", () => {
    grip = null;
    stage.classList.remove("dragging");
  });

  const watcher = new ResizeObserver(focus);
  watcher.observe(scroll);
  shell.classList.toggle("projector", projector);
  large.setAttribute("aria-pressed", String(projector));
  tools.undo.push(() => watcher.disconnect());
  return { focus };
}
