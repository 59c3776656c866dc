// Modules fold: a click on a module's name, or Enter, hides its boxes behind one that stands for
// them. Nothing moves. `show(frame)` marks a folded module that gives or receives.
function pageFolding(tools, { svg, model, boxes, arrows }) {
  const { say, listen } = tools;
  const modules = Object.entries(model.clusters).map(([path, keys]) => {
    const pick = (kind) => [...svg.querySelectorAll(`[data-${kind}]`)].find((g) => g.dataset[kind] === path);
    const inside = new Set(keys);
    const within = model.arrows.filter((arrow) => inside.has(arrow.source) && inside.has(arrow.target));
    return { path, inside, within, handle: pick("cluster").querySelector(".handle"), cover: pick("cover"), folded: false };
  });

  function fold(module, folded) {
    module.folded = folded;
    module.cover.setAttribute("visibility", folded ? "visible" : "hidden");
    module.handle.setAttribute("aria-expanded", String(!folded));
    module.handle.setAttribute("aria-label", say(folded ? "unfold" : "fold", { module: module.path }));
    module.handle.querySelector(".fold-mark").textContent = folded ? "▸" : "▾";
    const hide = (group) => group && (group.style.display = folded ? "none" : "");
    for (const key of module.inside) hide(boxes[key].group);
    for (const { key } of module.within) {
      hide(arrows[key].group);
      hide(arrows[key].label);
    }
  }

  for (const module of modules) {
    const toggle = () => fold(module, !module.folded);
    listen(module.handle, "click", toggle);
    listen(module.cover, "click", toggle);
    // The handle keeps the focus behind the cover, so the cover shows it.
    listen(module.handle, "focus", () => module.cover.classList.add("focused"));
    listen(module.handle, "blur", () => module.cover.classList.remove("focused"));
    listen(module.handle, "keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle();
    });
    if (model.folded) fold(module, true);
  }

  function show(frame) {
    for (const { inside, cover } of modules) {
      cover.classList.toggle("giving", frame.giving.some((key) => inside.has(key)));
      cover.classList.toggle("receiving", inside.has(frame.receiving));
    }
  }
  return { show };
}
