// Moves the drawing to an epoch: colours, widths and words; nothing is laid out again.
const part = Object.fromEntries(
  [...document.querySelectorAll("figure g[id]")].map((group) => [group.id, group]),
);

function write(group, label, colour) {
  const lines = label.split("\n");
  group.querySelectorAll("text").forEach((text, i) => {
    text.textContent = lines[i] ?? "";
    if (colour) text.setAttribute("fill", colour);
  });
}

function tell(group, told) {
  const link = group.querySelector("a");
  link?.setAttributeNS("http://www.w3.org/1999/xlink", "title", told);
  link?.setAttribute("title", told);
}

function show(index) {
  for (const [key, kind, colour, clear, width, label, told] of model.frames[index]) {
    const group = part[key];
    if (kind === "unit") {
      group.querySelector("ellipse").setAttribute("fill", colour);
      write(group, label);
      tell(group, told);
    } else if (kind === "bias") {
      write(group, label);
    } else {
      const line = group.querySelector("path");
      line.setAttribute("stroke", colour);
      line.setAttribute("stroke-width", width);
      line.setAttribute("stroke-opacity", clear / 255);
      line.setAttribute("stroke-dasharray", kind === "negative" ? "5,2" : "none");
      for (const tip of group.querySelectorAll("polygon")) {
        for (const paint of ["fill", "stroke"]) tip.setAttribute(paint, colour);
        for (const paint of ["fill-opacity", "stroke-opacity"]) tip.setAttribute(paint, clear / 255);
      }
      tell(group, told);
      if (label) write(part[`${key}_label`], label, colour);
    }
  }
}
