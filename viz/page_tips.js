// What a box or an arrow says when it is pointed at or has the focus, and to those who only hear.
function pageTips(tools, { area, tooltip, svg, boxes, arrows, current, state }) {
  const { say, make, listen } = tools;

  function boxSays(box) {
    const known = (part) => state().full[`${box.key} ${part}`];
    const texts = [];
    const value = known("value");
    const name = box.expression ? `${box.name} = ${box.expression}` : box.name;
    texts.push(`${name} = ${value ?? say("dash")}`);
    if (box.note) texts.push(box.note);
    if (box.kind === "constant") texts.push(say("tip_constant"));
    if (box.gradient) {
      const gradient = known("gradient");
      const values = { gradient: box.gradient, value: gradient };
      const complete = state().complete[`${box.key} gradient`];
      texts.push(say(gradient === undefined ? "tip_none" : complete ? "tip_gradient" : "tip_partial", values));
    }
    return texts;
  }

  function arrowSays(arrow) {
    const names = { giving: boxes[arrow.source].name, receiving: boxes[arrow.target].name };
    if (current().phase === "forward") return say("tip_arrow_forward", { ...names, formula: arrow.formula });
    if (arrow.constant) return say("tip_constant");
    return state().tips[arrow.key] ?? say("tip_arrow_waiting", { giving: names.receiving, receiving: names.giving });
  }

  function show(group) {
    const texts = group.dataset.box ? boxSays(boxes[group.dataset.box]) : [arrowSays(arrows[group.dataset.arrow])];
    tooltip.replaceChildren(...texts.map((text) => make("div", {}, text)));
    tooltip.hidden = false;
    const room = area.getBoundingClientRect();
    const target = group.getBoundingClientRect();
    const tip = tooltip.getBoundingClientRect();
    const below = target.bottom - room.top + 8;
    const top = below + tip.height < room.height ? below : Math.max(4, target.top - room.top - tip.height - 8);
    const left = Math.max(4, Math.min(room.width - tip.width - 4, target.left - room.left + target.width / 2 - tip.width / 2));
    tooltip.style.left = `${left}px`;
    tooltip.style.top = `${top}px`;
  }
  const hide = () => (tooltip.hidden = true);

  const targets = [...svg.querySelectorAll("[data-box], [data-arrow]")];
  const order = [...targets.filter((t) => t.dataset.box), ...targets.filter((t) => t.dataset.arrow)];
  if (order.length) order[0].setAttribute("tabindex", "0");
  for (const group of order) {
    listen(group, "pointerenter", () => show(group));
    listen(group, "pointerleave", hide);
    listen(group, "focus", () => {
      for (const other of order) other.setAttribute("tabindex", other === group ? "0" : "-1");
      show(group);
    });
    listen(group, "blur", hide);
  }

  // Up and Down go from one box or arrow to the next; true if the key was one of those.
  function move(target, key) {
    const place = order.indexOf(target);
    if (place < 0 || (key !== "ArrowDown" && key !== "ArrowUp")) return false;
    order[(place + (key === "ArrowDown" ? 1 : order.length - 1)) % order.length].focus();
    return true;
  }

  return { boxSays, arrowSays, hide, move };
}
