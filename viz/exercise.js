// Shows the tasks of one exercise, one at a time, and keeps what came of them as a line of CSV.
function exercise(root, data) {
  const tools = pageTools(data.words);
  const { say, make } = tools;
  let current = -1;
  let theme = null; // of the surroundings, if they say so
  const slips = {};

  const tasks = data.tasks.map((task, i) => {
    const pane = make("main", { class: "pane", hidden: true });
    const tab = make("button", { type: "button" }, task.name);
    tab.addEventListener("click", () => open(i));
    return { ...task, pane, tab, shown: null, done: false };
  });
  const told = make("p", { class: "told" });
  const line = make("input", { class: "line", readonly: true, "aria-label": say("result_copy") });
  const name = make("input", { class: "name", placeholder: say("result_name"), "aria-label": say("result_name"), value: data.student, maxlength: 80 });
  const copy = make("button", { type: "button" }, say("result_copy"));
  const save = make("button", { type: "button" }, say("result_save"));
  const counted = make("summary");
  const said = make("span", { role: "status", class: "note" });
  const bar = make("nav", { class: "tasks", "aria-label": say("exercise_tasks") }, ...tasks.map((t) => t.tab));
  root.className = data.test ? "ex test" : "ex";
  root.replaceChildren(
    make("header", { class: "head" }, make("h1", {}, data.title), make("p", {}, data.about)),
    bar,
    told,
    ...tasks.map((t) => t.pane),
    make("details", { class: "result" }, counted, make("div", { class: "row" }, name, line, copy, save, said, make("span", { class: "note" }, say("result_note")))),
  );

  function open(i) {
    current = i;
    tasks.forEach((task, j) => {
      task.pane.hidden = j !== i;
      if (j === i) task.tab.setAttribute("aria-current", "step");
      else task.tab.removeAttribute("aria-current");
    });
    const task = tasks[i];
    told.textContent = task.told;
    if (!task.shown) {
      const last = (task.model.frames?.length ?? 0) - 1; // a quiz has none to be seen
      task.pane.addEventListener("ag-answer", (event) => {
        const { slip } = event.detail;
        if (slip && slip !== "revealed") slips[slip] = (slips[slip] ?? 0) + 1;
        count();
      });
      task.pane.addEventListener("ag-step", (event) => {
        if (!task.model.quiz && event.detail.at === last) task.done = true;
        count();
      });
      task.model.words = data.words;
      task.shown = mount(task.pane, task.model, { at: task.at });
      task.shown.theme(theme);
      count();
    }
  }

  function count() {
    const sum = { asked: 0, first: 0, helped: 0, shown: 0 };
    for (const task of tasks) {
      if (task.model.quiz && task.shown?.score) {
        const { atOnce, helped, revealed, total } = task.shown.score();
        task.done = atOnce + helped + revealed === total;
        sum.first += atOnce;
        sum.helped += helped;
        sum.shown += revealed;
        sum.asked += total;
      } else {
        sum.asked += task.questions;
      }
      task.tab.textContent = task.done ? say("task_done", { name: task.name }) : task.name;
      task.tab.classList.toggle("done", task.done);
    }
    const right = sum.first + sum.helped;
    const done = tasks.filter((t) => t.done).length;
    counted.textContent = data.test
      ? say("test_score", { right: sum.first, asked: sum.asked })
      : say("result_line", { right, asked: sum.asked, done, tasks: tasks.length });
    const made = Object.entries(slips).map(([key, times]) => `${key} ${times}`).join("; ");
    line.value = [name.value, data.seed, data.level, done, tasks.length, sum.asked, sum.first, sum.helped, sum.shown, made].map(cell).join(",");
  }

  // A field of CSV; one that a spreadsheet would take for a formula is text.
  function cell(value) {
    const text = String(value).replace(/[\r\n]+/g, " ").replace(/^(?=[=+@\t-])/, "'");
    return /[",']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  name.addEventListener("input", count);
  copy.addEventListener("click", async () => {
    line.select();
    try {
      await navigator.clipboard.writeText(line.value);
    } catch {
      document.execCommand("copy"); // a file that was opened from a folder has no clipboard
    }
    said.textContent = say("result_copied");
  });
  save.addEventListener("click", () => {
    const text = `${data.columns.join(",")}\n${line.value}\n`;
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: `${data.file}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  // In a frame, the surroundings hear that it runs, and say whether they are dark.
  if (window.parent !== window) {
    addEventListener("message", (event) => {
      if (event.source !== window.parent) return;
      theme = event.data?.autogradLiteTheme ?? null;
      root.dataset.theme = theme ?? "";
      tasks.forEach((task) => task.shown?.theme(theme));
    });
    window.parent.postMessage({ autogradLiteHeight: root.offsetHeight }, "*");
  }
  open(0);
  return { open, line: () => line.value };
}
