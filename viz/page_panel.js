// The panel beside the graph: what one frame says in words, formulas and the ledger.
// `nudge(on)` is told when the reader nudges the node of the frame, or takes it back.
// `matrix` shows the arrays of a frame.
function pagePanel(tools, shown, nudge, matrix) {
  const { say, make } = tools;
  const STATES = { done: "state_done", current: "state_current", waiting: "state_waiting" };

  // more: elements that stand before and after what the frame says.
  function show(frame, more) {
    const parts = [make("h2", {}, frame.title), ...more.head];
    if (frame.note && frame.phase === "backward") parts.push(make("p", { class: "note" }, frame.note));
    if (frame.lines.length) parts.push(lines(frame));
    if (frame.note && frame.phase !== "backward") parts.push(make("p", { class: "note" }, frame.note));
    if (frame.arrays) parts.push(matrix.show(frame));
    if (frame.warning) parts.push(make("p", { class: "card warning" }, frame.warning));
    if (frame.ledger && !(frame.arrays && frame.arrowsInAll === 1)) parts.push(ledger(frame));
    if (frame.meaning) parts.push(meaning(frame));
    if (frame.beside) parts.push(beside(frame.beside));
    shown.replaceChildren(...parts, ...more.tail);
    for (const line of shown.querySelectorAll("dd")) {
      if (line.scrollWidth > line.clientWidth) line.tabIndex = 0; // so that keys can scroll it
    }
  }

  function lines(frame) {
    const list = make("dl", { class: "lines" });
    const last = frame.lines.findLastIndex((line) => line.key === "local" || line.key === "slope");
    frame.lines.forEach((line, i) => {
      const formula = make("dd", { class: `line-${line.key}`, tabindex: "-1" });
      formula.innerHTML = line.math;
      list.append(make("dt", {}, line.title), formula);
      if (i === last && frame.why) list.append(make("dd", { class: "why note" }, frame.why));
    });
    return list;
  }

  function ledger(frame) {
    const data = frame.ledger;
    const table = make("table");
    for (const row of data.rows) {
      table.append(
        make(
          "tr",
          { class: row.state },
          make("th", { scope: "row" }, `${say(STATES[row.state])} ${row.source}`),
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

  // Two orders of arrows, side by side.
  function beside(data) {
    const cells = (kind, texts) => texts.map((text) => make(kind, kind === "th" ? { scope: "col" } : {}, text));
    const table = make("table", {}, make("tr", {}, ...cells("th", data.heads)));
    for (const row of data.rows) {
      table.append(make("tr", { class: row.state }, ...cells("td", [`${say("state_" + row.state)} ${row.here}`, row.right])));
    }
    return make("div", { class: "card beside" }, make("h3", {}, data.title), table);
  }

  function meaning(frame) {
    const card = make("div", { class: "card meaning" });
    const line = make("p", {}, make("b", {}, say("meaning")), " ", frame.meaning, " ");
    card.append(line);
    if (frame.nudge) {
      const button = make("button", { type: "button", class: "nudge", "aria-pressed": "false" }, frame.nudge.button);
      const effect = make("p", { class: "nudge-said", role: "status" });
      let on = false;
      button.addEventListener("click", () => {
        on = !on;
        button.setAttribute("aria-pressed", String(on));
        button.textContent = on ? say("nudge_back") : frame.nudge.button;
        effect.textContent = on ? frame.nudge.sentence : "";
        nudge(on);
      });
      line.append(button);
      card.append(effect);
    }
    return card;
  }

  return { show };
}
