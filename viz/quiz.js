// The quiz of a model: which frames may be seen, what is asked at each, and what is said to an answer.
// The page asks it for frames; it hands out the one with the question until that is answered.
function pageQuiz(model, tools, page) {
  const { say, make, listen } = tools;
  const { tolerance, nothing } = model.quiz;
  const { rounds: [first, second], arrays } = JSON.parse(unsealed(model.quiz.sealed));

  // Where the reader can be: each frame of the first round, then one place for each question again.
  const result = (question, round) => ({
    question, round, tries: 0, hints: 0, slips: [], answered: false, revealed: false, typed: "", said: null,
  });
  const results = first.questions.map((question) => result(question, first));
  const again = [];
  const places = first.frames.map((frame, index) => ({
    round: first,
    index,
    asked: results.filter((r) => r.question.frame === index),
  }));
  const all = () => [...results, ...again];

  // --- what the page asks -----------------------------------------------------------------------
  const open = (at) => places[at]?.asked.find((r) => !r.answered) ?? null;
  const latest = (at) => places[at].asked.findLast((r) => r.answered) ?? null;
  const furthest = () => {
    const stops = places.findIndex((place, at) => open(at));
    return stops < 0 ? places.length - 1 : stops;
  };
  const frame = (at) => open(at)?.question.shown ?? places[at].round.frames[places[at].index];
  const before = (at) => places[at].round.frames.slice(0, places[at].index);
  const given = (at) => places[at].round.given;
  const done = () => all().every((r) => r.answered);

  // What is said first at a place: how the answer was, and what it was.
  function said(at) {
    const here = open(at) ? null : latest(at);
    return here?.said?.right ? here.said.text : "";
  }

  // --- checking ---------------------------------------------------------------------------------
  const number = (x) => (typeof x === "string" ? { inf: Infinity, "-inf": -Infinity }[x] ?? NaN : x);
  const within = (x, low, high) => {
    const room = low === 0 && high === 0 ? nothing : 0;
    const inside = x >= low - tolerance * Math.abs(low) - room && x <= high + tolerance * Math.abs(high) + room;
    return inside || x === low || (Number.isNaN(x) && Number.isNaN(low));
  };
  const fits = (given, low, high) =>
    given.length === low.length && given.every((x, i) => within(x, number(low[i]), number(high[i])));

  function explains(gives, given, single) {
    if (fits(given, gives, gives)) return true;
    const others = gives.map(number).filter((x) => x !== 0);
    return single && gives.length > 1 && others.length === 1 && within(given[0], others[0], others[0]);
  }

  function short(x) {
    if (!Number.isFinite(x)) return String(x).replace("Infinity", "∞");
    const whole = Math.abs(x) < 1e6 && (Number.isInteger(x) || Math.abs(x) >= 1e4);
    return (whole ? String(Math.round(x)) : String(Number(x.toPrecision(4)))).replace("-", "−");
  }

  function judged(r) {
    const { question } = r;
    if (question.choices) return chosen(question, r.typed.trim());
    const known = Object.fromEntries(r.round.names.slice(0, question.known).map(([k, v]) => [k, number(v)]));
    const list = question.size > 0;
    const given = list ? answers.list(r.typed, known, question.size) : [answers.number(r.typed, known)];
    if (fits(given, question.low, question.high)) {
      return { right: true, text: `${say("verdict_right")} ${question.told}` };
    }
    const single = given.length === 1;
    const matching = question.slips.filter(([, gives]) => explains(gives, given, single));
    const one = new Set(matching.map(([key]) => key)).size === 1;
    const close = !list && /[.e]/.test(question.answer) && Math.abs(given[0] - number(question.low[0])) <= 0.02 * Math.abs(number(question.low[0]));
    const help = one ? matching[0][2] : say(close ? "verdict_close" : "verdict_unknown");
    const plain = r.typed.trim();
    const shown = list || !/[a-z*/^()∂²³·×÷]/i.test(plain.replace(/[\d.]e/i, "")) ? plain : `${plain} = ${short(given[0])}`;
    const answer = shown.replace(/-/g, "−");
    return { right: false, slip: one ? matching[0][0] : "", text: say("verdict_wrong", { answer }), help };
  }

  function chosen(question, name) {
    const { choices } = question;
    if (!name) throw Object.assign(new Error(), { key: "answer_none_node", values: {} });
    if (!Object.prototype.hasOwnProperty.call(choices, name)) {
      const nodes = Object.keys(choices).slice(0, 12).join(", ");
      throw Object.assign(new Error(name), { key: "next_no_such", values: { name, nodes } });
    }
    if (choices[name]) return { right: false, slip: "not_ready", text: say("verdict_wrong", { answer: name }), help: choices[name] };
    if (name === question.answer) return { right: true, text: say("verdict_right_next", { answer: name }) };
    return { right: true, text: say("verdict_also_ready", { answer: name, other: question.answer }) };
  }

  function check() {
    const r = open(page.at());
    if (!r) return;
    r.typed = field.value;
    let verdict;
    try {
      verdict = judged(r);
    } catch (problem) {
      if (!problem.key) throw problem;
      tell(make("p", {}, say(problem.key, problem.values)), "unread");
      field.focus();
      return; // what cannot be read is no try
    }
    r.tries += 1;
    r.said = verdict;
    if (verdict.slip) r.slips.push(verdict.slip);
    if (verdict.right) {
      r.answered = true;
      advance();
    } else {
      tell(make("p", {}, make("b", {}, verdict.text), " ", verdict.help), "wrong");
      field.focus();
      field.select();
    }
    page.announce({ typed: r.typed, right: verdict.right, slip: verdict.slip ?? "", ask: r.question.ask });
  }

  function reveal(r) {
    r.answered = r.revealed = true;
    r.said = { right: true, text: `${say("verdict_shown", { answer: r.question.answer })} ${r.question.told}` };
    const twin = second?.questions[results.indexOf(r)];
    if (r.round === first && twin) {
      const back = result(twin, second);
      back.question = { ...twin, shown: { ...twin.shown, title: say("ask_again", { title: twin.shown.title }) } };
      again.push(back);
      places.push({ round: second, index: twin.frame, asked: [back] });
      r.said.text += ` ${say("verdict_comes_back")}`;
    }
    page.announce({ typed: "", right: false, slip: "revealed", ask: r.question.ask });
    advance();
  }

  function advance() {
    const at = page.at();
    page.go(at);
    if (open(at)) field.focus({ preventScroll: true });
    else page.focusNext();
  }

  // --- the card ---------------------------------------------------------------------------------
  const field = make("input", {
    type: "text", class: "answer", autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false",
    enterkeyhint: "done", "aria-label": say("answer"),
  });
  const enter = make("button", { type: "submit", class: "enter", tabindex: "-1", "aria-label": say("enter") }, "↵");
  const help = make("button", { type: "button", class: "hint" });
  const prompt = make("p", { class: "prompt" });
  const verdict = make("div", { class: "verdict", role: "status" });
  const hints = make("ol", { class: "hints", "aria-live": "polite" });
  const note = make("p", { class: "note small" });
  const form = make("form", { class: "card ask" }, prompt, make("div", { class: "row" }, field, enter, help), note);
  const card = make("div", { class: "asking" }, form, verdict, hints);

  listen(form, "submit", (event) => {
    event.preventDefault();
    check();
  });
  listen(help, "click", () => {
    const r = open(page.at());
    if (!r) return;
    r.typed = field.value;
    if (r.hints >= r.question.hints.length) return reveal(r);
    r.hints += 1;
    showHints(r);
    field.focus({ preventScroll: true });
  });
  listen(field, "keydown", (event) => {
    if ((event.key !== "Escape" && event.key !== "Enter") || event.isComposing) return;
    event.stopPropagation(); // a notebook around the page has its own use for both
    event.preventDefault();
    if (event.key === "Enter") check();
    else page.leave(); // from here the arrow keys step again
  });
  listen(field, "input", () => {
    const r = open(page.at());
    if (r) r.typed = field.value;
  });

  function tell(content, kind) {
    verdict.className = `verdict ${kind}`;
    verdict.replaceChildren(content);
    if (kind) verdict.scrollIntoView({ block: "nearest" });
  }

  function showHints(r) {
    hints.replaceChildren(...r.question.hints.slice(0, r.hints).map((hint) => make("li", {}, hint)));
    const left = r.question.hints.length - r.hints;
    help.textContent = left ? say("hint") : say("show");
    help.classList.toggle("last", !left);
  }

  function ask(r) {
    const { question } = r;
    prompt.textContent = question.prompt;
    field.placeholder = question.example;
    field.value = r.typed;
    note.textContent = question.choices ? say("quiz_click") : results[0] === r ? say("quiz_tolerance") : "";
    note.hidden = !note.textContent;
    if (r.said && !r.said.right) tell(make("p", {}, make("b", {}, r.said.text), " ", r.said.help), "wrong");
    else tell("", "");
    showHints(r);
    return card;
  }

  // What the panel shows above and below the frame.
  function parts(at) {
    const asked = open(at);
    const known = asked ? null : latest(at);
    const head = known?.said
      ? [make("p", { class: `card verdict ${known.revealed ? "shown" : "right"}` }, known.said.text)]
      : [];
    if (done() && at === places.length - 1) head.push(summary());
    return { head, tail: asked ? [ask(asked)] : [] };
  }

  function clicked(name) {
    const r = open(page.at());
    if (!r?.question.choices) return;
    field.value = name;
    check();
  }

  // --- how it went ------------------------------------------------------------------------------
  function score() {
    const those = all().filter((r) => r.answered);
    const revealed = those.filter((r) => r.revealed).length;
    const atOnce = those.filter((r) => !r.revealed && r.tries === 1 && !r.hints).length;
    return { atOnce, revealed, helped: those.length - revealed - atOnce, right: those.length - revealed, total: all().length };
  }

  function summary() {
    const { atOnce, helped, revealed, right, total } = score();
    const counts = [say("score_first", { count: atOnce })];
    if (helped) counts.push(say("score_helped", { count: helped }));
    if (revealed) counts.push(say("score_revealed", { count: revealed }));
    const rules = new Map();
    for (const r of all()) rules.set(r.question.rule, [...(rules.get(r.question.rule) ?? []), r]);
    const weak = [];
    const table = make("table");
    for (const [rule, those] of rules) {
      const good = those.filter((r) => !r.revealed && r.tries === 1 && !r.hints).length;
      if (good < those.length) weak.push(rule);
      table.append(
        make("tr", {}, make("th", { scope: "row" }, rule), make("td", {}, say("score_row", { first: good, asked: those.length }))),
      );
    }
    const advice = weak.length ? say("score_practice", { rules: weak.join(", ") }) : say("score_all_well");
    return make(
      "section",
      { class: "card score", "aria-label": say("score_title") },
      make("h3", {}, say("score_title")),
      make("p", {}, `${say("score_line", { right, total })}: ${counts.join(", ")}.`),
      table,
      make("p", {}, advice),
      make("p", { class: "note small" }, say("score_no_record")),
    );
  }

  return {
    arrays, open, furthest, frame, before, given, said, parts, check, clicked, done, score,
    length: () => places.length,
    focus: () => field.focus({ preventScroll: true }),
    title: () => say("quiz_score", { right: score().right, asked: all().length }),
  };
}

// Sealed text is shuffled, letter by letter; shuffled once more it is itself.
function unsealed(text) {
  const turn = { '"': "'", "'": '"', "<": "~", "~": "<", "\\": "|", "|": "\\" };
  return text.replace(/[0-9a-zA-Z"'<~\\|]/g, (c) => {
    if (c in turn) return turn[c];
    if (c <= "9") return String((Number(c) + 5) % 10);
    const start = c <= "Z" ? 65 : 97;
    return String.fromCharCode(((c.charCodeAt(0) - start + 13) % 26) + start);
  });
}
