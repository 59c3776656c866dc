// What the parts of the page are made with: words, elements, icons, and listeners that can be undone.
function pageTools(words) {
  const undo = [];
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
  const icon = (path) => {
    const holder = make("span", { "aria-hidden": "true", style: "display:inline-flex" });
    holder.innerHTML = `<svg viewBox="0 0 14 14"><path d="${path}"/></svg>`;
    return holder;
  };
  const listen = (target, type, handler, settings) => {
    target.addEventListener(type, handler, settings);
    undo.push(() => target.removeEventListener(type, handler, settings));
  };
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { say, make, icon, listen, calm, undo };
}
