// An array as a picture: a cell an entry, as strong as the entry is large. What is below zero is
// orange and has a bar, so that nobody needs the colours.
function pageStrip(tools, array, choose) {
  const { make } = tools;
  const LEAST = 5;
  const canvas = make("canvas", { class: "strip", "aria-hidden": "true" });
  const holder = make("div", { class: "strip-room" }, canvas);
  let lit = new Set();
  let cell = LEAST; // across
  let tall = LEAST; // a single row stands higher, to be seen and hit

  function draw() {
    const room = holder.clientWidth || 300;
    cell = Math.max(LEAST, Math.min(16, Math.floor((room - 2) / array.columns)));
    tall = array.rows === 1 ? Math.max(cell, 16) : cell;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [array.columns * cell, array.rows * tall];
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    const [above, below, ground, ink] = ["--above", "--below", "--ground", "--ink"].map(colour);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    for (let i = 0; i < array.rows * array.columns; i += 1) {
      const [x, y] = [(i % array.columns) * cell, Math.floor(i / array.columns) * tall];
      const value = array.at(i);
      if (!Number.isFinite(value)) {
        pen.fillStyle = ink;
        pen.fillRect(x + cell / 4, y + tall / 4, cell / 2, tall / 2);
        continue;
      }
      pen.globalAlpha = array.top ? 0.06 + 0.94 * Math.sqrt(Math.abs(value) / array.top) : 0.06;
      pen.fillStyle = value < 0 ? below : above;
      pen.fillRect(x, y, cell - 0.5, tall - 0.5);
      pen.globalAlpha = 1;
      if (value < 0) {
        pen.fillStyle = ground;
        pen.fillRect(x + cell * 0.2, y + tall / 2 - 0.75, cell * 0.6 - 0.5, 1.5);
      }
    }
    pen.fillStyle = ink;
    for (const i of lit) outline(pen, i);
  }

  // The sides of a lit cell where its neighbour is not lit: one line around them all.
  function outline(pen, i) {
    const [column, x] = [i % array.columns, (i % array.columns) * cell];
    const y = Math.floor(i / array.columns) * tall;
    if (!column || !lit.has(i - 1)) pen.fillRect(x, y, 2, tall);
    if (column === array.columns - 1 || !lit.has(i + 1)) pen.fillRect(x + cell - 2, y, 2, tall);
    if (!lit.has(i - array.columns)) pen.fillRect(x, y, cell, 2);
    if (!lit.has(i + array.columns)) pen.fillRect(x, y + tall - 2, cell, 2);
  }

  function light(places) {
    lit = new Set(places);
    draw();
    const first = places[0];
    if (first === undefined || holder.scrollHeight <= holder.clientHeight) return;
    const top = Math.floor(first / array.columns) * tall;
    if (top < holder.scrollTop || top + tall > holder.scrollTop + holder.clientHeight) {
      holder.scrollTop = top - holder.clientHeight / 2;
    }
  }

  if (choose) {
    canvas.classList.add("choosable");
    canvas.addEventListener("click", (event) => {
      const area = canvas.getBoundingClientRect();
      const row = Math.floor((event.clientY - area.top) / tall);
      const column = Math.floor((event.clientX - area.left) / cell);
      if (row >= 0 && row < array.rows && column >= 0 && column < array.columns) choose(row * array.columns + column);
    });
  }
  return { element: holder, light, draw };
}
