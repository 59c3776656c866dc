// Arrays as they come in the model, and numbers as a person writes them: four digits.
function pageNumbers(arrays) {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const read = arrays.map(() => null);

  // The array number `place`: { shape, rows, columns, size, at(i), text(i), grid, low, high, top }.
  function open(place) {
    if (read[place]) return read[place];
    const { shape, text, floats, grid, block, levels, low, high } = arrays[place];
    const size = shape.reduce((one, other) => one * other, 1);
    const columns = shape.length ? shape[shape.length - 1] : 1;
    const made = { shape, size, columns, rows: columns ? size / columns : 0, grid, block, low, high };
    if (text) {
      made.text = (i) => text[i].replace("-", "−");
      made.at = (i) => Number(text[i].replace("inf", "Infinity"));
    } else if (floats) {
      const numbers = new Float32Array(bytes(floats).buffer);
      made.at = (i) => numbers[i];
      made.text = (i) => short(numbers[i]);
    } else {
      const cells = new Int8Array(bytes(levels).buffer);
      Object.assign(made, { rows: grid[0], columns: grid[1], summary: true });
      made.at = (i) => cells[i];
      made.text = () => "";
    }
    const all = Array.from({ length: made.rows * made.columns }, (_, i) => made.at(i)).filter(Number.isFinite);
    made.top = all.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (!made.summary) {
      made.low = short(all.reduce((least, x) => Math.min(least, x), Infinity));
      made.high = short(all.reduce((most, x) => Math.max(most, x), -Infinity));
    }
    return (read[place] = made);
  }

  // A number to four significant digits; whole numbers below a million in full.
  function short(x) {
    if (Number.isNaN(x)) return "nan";
    if (!Number.isFinite(x)) return x > 0 ? "inf" : "−inf";
    if (Math.abs(x) < 1e6 && (Number.isInteger(x) || Math.abs(x) >= 1e4)) return String(Math.round(x) + 0).replace("-", "−");
    const [digits, exponent] = x.toExponential(3).split("e");
    const power = Number(exponent);
    if (power >= -4 && power < 4) return String(Number(x.toPrecision(4))).replace("-", "−");
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${Number(digits)}e${power < 0 ? "-" : "+"}${size}`.replace(/^-/, "−");
  }
  const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);

  return { open, short, bracketed };
}
