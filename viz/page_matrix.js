// The arrays of a frame as tables or strips, and one entry of the last, opened: what it is made of.
// `names` gives the words for a meaning: (frame) => ({ name, root }), the node and the result.
function pageMatrix(tools, packed, names) {
  const { say, make } = tools;
  const numbers = pageNumbers(packed);
  const [ROWS, COLUMNS] = [8, 6]; // of an array that is written out
  const [TERMS, LARGEST] = [6, 4];
  const remembered = new Map(); // the chosen entry of each frame, while the page is open

  function show(frame) {
    const told = frame.arrays;
    const arrays = told.tables.map((table) => numbers.open(table.array));
    const result = arrays[arrays.length - 1];
    const opened = told.sum || told.filled;
    const card = make("div", { class: "card arrays" });
    let chosen = remembered.get(frame) ?? told.chosen;
    const views = told.tables.map((table, i) => {
      const last = i === arrays.length - 1;
      return view(table, arrays[i], opened && last ? choose : null);
    });
    const row = make("div", { class: "tables" });
    views.forEach(({ element }, i) => {
      const arrow = make("span", { class: "becomes", "aria-hidden": "true" }, "→ ");
      if (i && i === views.length - 1 && !told.given) element.firstChild.prepend(arrow);
      row.append(element);
    });
    const sentence = make("p", { class: "entry", role: "status" });
    const meaning = make("p", { class: "note entry-meaning" });
    const inputs = opened ? places(result, (entry) => choose(entry)) : null;
    if (opened) card.append(sentence);
    card.append(row);
    if (arrays.some((array) => isStrip(array))) card.append(legend());
    if (opened) card.append(make("div", { class: "choose" }, ...inputs.elements), meaning);

    function choose(entry, silent = false) {
      chosen = Math.max(0, Math.min(result.size - 1, entry));
      remembered.set(frame, chosen);
      const lit = litBy(told, arrays, chosen);
      views.forEach(({ light }, i) => light(lit.get(i) ?? []));
      inputs.set(chosen);
      sentence.textContent = spoken(told, arrays, chosen);
      meaning.textContent = told.slope ? reaction(frame, result, chosen) : "";
      if (silent) sentence.removeAttribute("role");
      else sentence.setAttribute("role", "status");
    }

    if (opened) {
      card.addEventListener("keydown", (event) => {
        if (!event.target.classList.contains("choosable")) return;
        const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -result.columns, ArrowDown: result.columns };
        if (!(event.key in steps)) return;
        event.preventDefault();
        const next = chosen + steps[event.key];
        if (next >= 0 && next < result.size) choose(next);
      });
    }
    // A strip is as wide as its place, which it has once it is in the page.
    requestAnimationFrame(() => (opened ? choose(chosen, true) : views.forEach(({ light }) => light([]))));
    return card;
  }

  const isStrip = (array) => array.size > 1 && (array.summary || array.rows > ROWS || array.columns > COLUMNS);

  function view(table, array, choose) {
    const shape = array.shape.length ? array.shape.join("×") : "1";
    const head = make("div", { class: "table-title" }, table.title, " ", make("span", { class: "note" }, shape));
    const body = isStrip(array) ? strip(table, array, choose) : written(array, choose);
    const element = make("div", { class: isStrip(array) ? "array wide" : "array" }, head, body.element);
    return { element, light: body.light };
  }

  function strip(table, array, choose) {
    const shown = pageStrip(tools, array, choose);
    const shape = array.shape.join(" × ");
    const label = say("table_strip", { title: table.title, shape, low: array.low, high: array.high });
    shown.element.setAttribute("role", choose ? "application" : "img");
    shown.element.setAttribute("aria-label", label);
    shown.element.setAttribute("tabindex", "0");
    if (choose) shown.element.classList.add("choosable");
    const range = make("div", { class: "note range" }, say("table_range", { low: array.low, high: array.high }));
    if (array.summary) {
      const [rows, columns] = array.block;
      range.append(". ", say("table_summary", { rows, columns }));
    }
    return { element: make("div", {}, shown.element, range), light: shown.light };
  }

  function written(array, choose) {
    const cells = [];
    const body = make("tbody");
    for (let row = 0; row < array.rows; row += 1) {
      const line = make("tr");
      for (let column = 0; column < array.columns; column += 1) {
        const i = cells.length;
        const cell = make("td", {}, array.text(i));
        if (choose) cell.addEventListener("click", () => choose(i));
        cells.push(cell);
        line.append(cell);
      }
      body.append(line);
    }
    const table = make("table", { class: array.columns > 4 ? "numbers dense" : "numbers" }, body);
    if (choose) {
      table.classList.add("choosable");
      table.setAttribute("tabindex", "0");
      table.setAttribute("aria-label", say("table_choose"));
    }
    const light = (places) => {
      const lit = new Set(places);
      cells.forEach((cell, i) => cell.classList.toggle("lit", lit.has(i)));
      const first = cells[places[0]];
      const room = table.parentElement;
      if (first && room.scrollWidth > room.clientWidth) room.scrollLeft = first.offsetLeft - room.clientWidth / 2;
    };
    return { element: make("div", { class: "numbers-room" }, table), light };
  }

  const legend = () =>
    make(
      "div",
      { class: "legend note", "aria-hidden": "true" },
      make("span", { class: "swatch above" }),
      say("legend_positive"),
      make("span", { class: "swatch below" }),
      say("legend_negative"),
    );

  // --- which entries make one -------------------------------------------------------------------
  function where(entry, shape) {
    const place = [];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      place.unshift(entry % shape[axis]);
      entry = Math.floor(entry / shape[axis]);
    }
    return place;
  }

  function terms(sum, shape, entry) {
    if (sum.listed) return sum.listed[entry];
    const place = where(entry, shape);
    const moved = [0, 1].map((side) => place.reduce((total, at, axis) => total + at * sum.strides[axis][side], 0));
    return sum.base.map(([p, q]) => [p + moved[0], q + moved[1]]);
  }

  function litBy(told, arrays, entry) {
    const last = arrays.length - 1;
    const lit = new Map([[last, [entry]]]);
    const shape = arrays[last].shape;
    if (told.sum) {
      const pairs = terms(told.sum, shape, entry);
      lit.set(told.sum.first, pairs.map(([p]) => p));
      if (told.sum.second !== null) lit.set(told.sum.second, pairs.map(([, q]) => q));
    } else {
      for (const [table, strides] of told.filled.places) lit.set(table, [index(strides, shape, entry)]);
    }
    return lit;
  }

  const index = (strides, shape, entry) =>
    where(entry, shape).reduce((total, at, axis) => total + at * (strides[axis] ?? 0), 0);

  // --- the sentence -----------------------------------------------------------------------------
  function spoken(told, arrays, entry) {
    const result = arrays[arrays.length - 1];
    const total = result.text(entry);
    const made = told.sum ? added(told.sum, arrays, entry) : filled(told.filled, arrays, entry);
    const values = { entry: place(entry, result.shape), made, total };
    const said = say(made === total ? "entry_same" : "entry_made", values);
    if (told.before === undefined) return said;
    const [before, after] = [told.before, told.after].map((array) => numbers.open(array).text(entry));
    return `${said} ${say("entry_total", { before, after })}`;
  }

  function filled({ formula, places }, arrays, entry) {
    const shape = arrays[arrays.length - 1].shape;
    const text = formula.replace(/\{\{|\}\}|\{(\d+)\}/g, (whole, i) => {
      if (i === undefined) return whole[0];
      const [table, strides] = places[i];
      return numbers.bracketed(arrays[table].text(index(strides, shape, entry)));
    });
    const bare = /^\((−[^()]*)\)|(?<=\()\((−[^()]*)\)(?=\))/g; // brackets that nobody needs
    return text.replace(bare, (whole, start, inside) => start ?? inside).replace(/ - /g, " − ");
  }

  function added(sum, arrays, entry) {
    const [first, second] = [arrays[sum.first], sum.second === null ? null : arrays[sum.second]];
    const pairs = terms(sum, arrays[arrays.length - 1].shape, entry);
    const sizes = pairs.map(([p, q]) => first.at(p) * (second ? second.at(q) : 1));
    let shown = pairs.map((_, i) => i);
    if (pairs.length > TERMS) {
      const largest = [...shown].sort((i, j) => Math.abs(sizes[j]) - Math.abs(sizes[i]) || i - j);
      shown = largest.slice(0, LARGEST).sort((i, j) => i - j);
    }
    let text = "";
    for (const i of shown) {
      const [p, q] = pairs[i];
      if (second) {
        const [left, right] = sum.ahead ? [second.text(q), first.text(p)] : [first.text(p), second.text(q)];
        text += `${text ? " + " : ""}${text ? numbers.bracketed(left) : left} · ${numbers.bracketed(right)}`;
      } else {
        const term = first.text(p);
        text += text ? (term.startsWith("−") ? ` − ${term.slice(1)}` : ` + ${term}`) : term;
      }
    }
    if (shown.length < pairs.length) {
      const rest = sizes.reduce((total, size, i) => (shown.includes(i) ? total : total + size), 0);
      text += say("entry_rest", { count: pairs.length - shown.length, rest: numbers.short(rest) });
    }
    return text || "0";
  }

  function reaction(frame, result, entry) {
    const slope = result.at(entry);
    if (!Number.isFinite(slope)) return "";
    const key = slope > 0 ? "entry_up" : slope < 0 ? "entry_down" : "entry_none";
    const change = numbers.short(Math.abs(slope) * 0.01);
    return say(key, { ...names(frame), entry: place(entry, result.shape), by: "0.01", change });
  }

  function place(entry, shape) {
    const found = where(entry, shape).map((i) => i + 1);
    return found.length === 1 ? String(found[0]) : `(${found.join(", ")})`;
  }

  // --- choosing by number -----------------------------------------------------------------------
  function places(array, choose) {
    const { shape } = array;
    const called = (axis) => {
      if (shape.length === 1) return say("entry_axis");
      if (axis === shape.length - 1) return say("column_axis");
      return axis === shape.length - 2 ? say("row_axis") : say("slice_axis", { axis: axis + 1 });
    };
    const fields = shape.map((size, axis) =>
      make("input", { type: "number", min: 1, max: size, step: 1, inputmode: "numeric", "aria-label": called(axis) }),
    );
    const read = () => {
      let entry = 0;
      for (const [axis, field] of fields.entries()) {
        const at = Number(field.value);
        if (!Number.isInteger(at) || at < 1 || at > shape[axis]) return;
        entry = entry * shape[axis] + at - 1;
      }
      choose(entry);
    };
    const labels = fields.map((field, axis) => {
      field.addEventListener("change", read);
      field.disabled = shape[axis] === 1;
      return make("label", {}, called(axis), " ", field);
    });
    const set = (entry) => where(entry, shape).forEach((at, axis) => (fields[axis].value = at + 1));
    return { elements: labels, set };
  }

  return { show };
}
