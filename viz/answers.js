// Reads a learner's answer as a number: the same grammar as answers.py, and nothing is evaluated.
// Throws an Error whose `key` and `values` are a message of the catalogue.
const answers = (() => {
  const LONGEST = 200;
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const FUNCTIONS = {
    abs: Math.abs, cos: Math.cos, exp: Math.exp, ln: Math.log, log: Math.log, relu: (x) => Math.max(x, 0),
    sigmoid, sin: Math.sin, sqrt: Math.sqrt, tan: Math.tan, tanh: Math.tanh,
  };
  const CONSTANTS = { pi: Math.PI, e: Math.E, inf: Infinity, nan: NaN };
  const SIGNS = {
    "−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "⁄": "/",
    "²": "^2", "³": "^3", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
  };
  const NUMBER = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
  const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
  const OPERATOR = /\*\*|[-+*/^()]/y;
  const wordy = (letter) => letter !== undefined && /[\p{L}\p{N}_]/u.test(letter);
  const own = (table, name) => Object.prototype.hasOwnProperty.call(table, name);

  function problem(key, values = {}) {
    return Object.assign(new Error(key), { key, values });
  }
  const matched = (pattern, text, at) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const plainText = (text) => [...text].map((letter) => SIGNS[letter] ?? letter).join("").trim().replace(/^=/, "").trim();

  function stands(text, at, name) {
    if (!name || !text.startsWith(name, at)) return false;
    const end = at + name.length;
    return !(wordy(text[at - 1]) && wordy(name[0])) && !(wordy(text[end]) && wordy(name[name.length - 1]));
  }

  function tokens(text, names) {
    const known = new Map([...Object.entries(CONSTANTS), ...Object.entries(names)]);
    const longestFirst = [...known.keys()].sort((a, b) => b.length - a.length);
    const found = [];
    for (let at = 0; at < text.length; ) {
      if (/\s/.test(text[at])) {
        at += 1;
        continue;
      }
      const name = longestFirst.find((n) => stands(text, at, n));
      let piece;
      if (name !== undefined) {
        found.push({ number: known.get(name) });
        piece = name;
      } else if ((piece = matched(NUMBER, text, at))) {
        if (!Number.isFinite(Number(piece))) throw problem("answer_large", { text: piece.slice(0, 40) });
        found.push({ number: Number(piece) });
      } else if ((piece = matched(OPERATOR, text, at))) {
        found.push({ sign: piece === "**" ? "^" : piece });
      } else if ((piece = matched(WORD, text, at))) {
        if (!own(FUNCTIONS, piece)) throw problem("answer_name", { name: piece.slice(0, 40) });
        found.push({ call: FUNCTIONS[piece] });
      } else throw problem("answer_unread", { text: text.slice(0, 60) });
      at += piece.length;
    }
    return found;
  }

  function number(typed, names = {}) {
    if (typed.length > LONGEST) throw problem("answer_long", { count: typed.length, most: LONGEST });
    const text = plainText(typed);
    if (!text) throw problem("answer_none");
    const comma = /[0-9]+,[0-9]+/.exec(text)?.[0];
    if (comma) throw problem("answer_comma", { text: comma, point: comma.replace(",", ".") });
    const left = tokens(text, names);
    const unread = () => problem("answer_unread", { text: typed.trim().slice(0, 60) });
    const sign = (...signs) => signs.includes(left[0]?.sign) && left.shift().sign;

    function sum() {
      let total = product();
      for (let s; (s = sign("+", "-")); ) total = s === "+" ? total + product() : total - product();
      return total;
    }
    function product() {
      let total = signed();
      for (let s; (s = sign("*", "/")); ) total = s === "*" ? total * signed() : total / signed();
      return total;
    }
    function signed() {
      const s = sign("+", "-");
      if (!s) return power();
      return s === "-" ? -signed() : signed();
    }
    function power() {
      const base = atom();
      return sign("^") ? raised(base, signed()) : base;
    }
    // 1 to any power is 1, as IEEE 754 says; JavaScript's own ** has an older rule.
    const raised = (base, exponent) => (base === 1 ? 1 : base ** exponent);
    function bracket() {
      if (!sign("(")) throw unread();
      const inside = sum();
      if (!sign(")")) throw unread();
      return inside;
    }
    function atom() {
      if (left[0]?.sign === "(") return bracket();
      const token = left.shift();
      if (token?.call) return token.call(bracket());
      if (token?.number === undefined) throw unread();
      return token.number;
    }
    const result = sum();
    if (left.length) throw unread();
    return result;
  }

  // The entries of an array of `size`, in a list; one number alone where one was typed.
  function list(typed, names, size) {
    let entries = typed.replace(/[[\]]/g, " ").split(/[,;\n]/).filter((entry) => entry.trim());
    const spaced = plainText(typed.replace(/[[\]]/g, " ")).split(/\s+/);
    if (entries.length === 1 && spaced.length === size && spaced.every((s) => /^[+-]*[0-9.]+(e[+-]?[0-9]+)?$/i.test(s))) {
      entries = spaced;
    }
    if (!entries.length) throw problem("answer_none");
    if (entries.length > 1 && entries.length !== size) throw problem("answer_count", { count: entries.length, size });
    return entries.map((entry) => number(entry, names));
  }

  return { number, list, FUNCTIONS, CONSTANTS };
})();
