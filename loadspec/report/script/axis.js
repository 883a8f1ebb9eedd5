// An axis that charts share: one cursor and one zoom for all of them, and the address remembers what is seen of it.
// `ticks(from, to)` are the places to label, `label` is a place in words, `when` a row of a chart's table.
class Axis {
  constructor({ name, end, least, digits, ticks, label, when }) {
    Object.assign(this, { name, end, least, digits, ticks, label, when, from: 0, to: end, charts: [] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.charts.forEach((chart) => chart.redraw()));
  }

  zoom(from, to) {
    [this.from, this.to] = [Math.max(from, 0), Math.min(to, this.end)];
    if (!(this.to - this.from >= this.least)) [this.from, this.to] = [0, this.end];
    view.set(this.name, this.whole() ? "" : `${trim(this.from, this.digits)}~${trim(this.to, this.digits)}`);
    this.charts.forEach((chart) => chart.zoom());
  }

  whole() {
    return this.from <= 0 && this.to >= this.end;
  }

  follow() {
    view.follow(() => {
      const [from, to] = view.get(this.name).split("~").map(Number);
      this.zoom(from || 0, to || this.end);
    });
  }
}

// What one can do with the charts of an axis, a button for who has no second click, and what is seen of the whole.
class Controls {
  constructor(axis, hint) {
    this.axis = axis;
    this.hint = hint;
    this.row = document.createElement("p");
    this.row.className = "tools";
    this.words = document.createElement("span");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "Show the whole";
    this.button.addEventListener("click", () => axis.zoom(0, axis.end));
    this.row.append(this.words, this.button);
  }

  // A glass upon a picture of the whole axis.
  lay(picture) {
    this.glass = picture.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    this.glass.setAttribute("class", "glass");
    this.glass.setAttribute("height", "38");
  }

  zoom() {
    const { from, to, end, label } = this.axis;
    const whole = this.axis.whole();
    this.glass?.setAttribute("x", `${(100 * from) / end}%`);
    this.glass?.setAttribute("width", `${whole ? 0 : (100 * (to - from)) / end}%`);
    this.words.textContent = whole ? this.hint : `${label(from)} to ${label(to)}`;
    this.button.hidden = whole;
    this.row.hidden = whole && !this.hint;
  }

  redraw() {}
}
