// The charts, drawn by uPlot in place of their pictures. Colours, dashes and names are those of a chart's key, so that they
// are said once, in its template.

// Lines, steps or stacked bars.
class Lines {
  constructor(figure, plot, table, planned, axis) {
    Object.assign(this, { figure, plot, table, axis, x: table.x });
    this.items = new Map([...figure.querySelectorAll("[data-series]")].map((item) => [item.dataset.series, item]));
    this.traces = plot.traces.filter((trace) => this.items.has(trace.style));
    this.names = this.traces.map((trace) => this.items.get(trace.style).textContent.trim());
    this.rows = this.traces.map((trace) => valuesOf(trace, table, planned));
    this.units = [...new Set(this.traces.map((trace) => trace.unit))];
    this.bars = this.traces.some((trace) => trace.kind === "bars");
    this.dense = figure.querySelector(".plot").classList.contains("dense");
    this.hidden = new Set();
    this.stage();
    this.u = new uPlot(this.options(), this.columns(), this.host);
    this.u.over.addEventListener("dblclick", () => axis.zoom(0, axis.end));
    new ResizeObserver(() => this.u.setSize(this.size())).observe(this.host);
    this.key();
    figure.classList.add("drawn");
    axis.charts.push(this);
  }

  // Where it is drawn, beside the picture, which stays for paper; and a line that is read out.
  stage() {
    const words = ["title", "desc"].map((name) => this.figure.querySelector(`.plot > ${name}`).textContent);
    this.host = document.createElement("div");
    this.heard = document.createElement("p");
    this.figure.querySelector(".plot").after(this.host, this.heard);
    this.host.className = "canvas";
    this.host.tabIndex = 0;
    this.host.setAttribute("role", "img");
    const keys = "Arrow keys move the cursor, plus and minus zoom, Escape shows the whole.";
    this.host.setAttribute("aria-label", [...words, keys].join(" "));
    this.host.addEventListener("keydown", (event) => this.steer(event));
    this.heard.className = "hidden";
    this.heard.setAttribute("aria-live", "polite");
  }

  size() {
    return { width: this.host.clientWidth || 600, height: HEIGHT };
  }

  options() {
    const { units, plot, axis } = this;
    return {
      ...this.size(),
      padding: [TOP, 0, FOOT, 0],
      legend: { show: false },
      cursor: { y: false, sync: { key: axis.name, setSeries: false }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: () => [axis.from, axis.to] },
        ...Object.fromEntries(units.map((unit, side) => [unit, { range: (u, _, high) => [0, this.top(u, high || 0, side)] }])),
      },
      // The last is drawn on top: of a stack the lowest, before the sums behind it.
      series: [{}, ...this.traces.map((trace) => seriesOf(trace, pen(this.items.get(trace.style)), this.dense)).reverse()],
      axes: [{ show: false }, ...units.map((unit) => ({ scale: unit, show: false }))],
      hooks: {
        drawClear: [(u) => drawGround(u, plot, units, axis)],
        draw: [(u) => drawWords(u, plot, units, axis)],
        setCursor: [() => this.tip()],
        setSelect: [(u) => this.select(u)],
      },
    };
  }

  columns() {
    const rows = this.bars ? stacked(this.rows, (i) => this.isHidden(i)) : [...this.rows];
    return [this.x, ...rows.reverse()];
  }

  // Where a scale ends: at a round number above all values, and above limits within reach of them.
  top(u, high, side) {
    if (side) return niceTicks(high, niceTicks(u.scales[this.units[0]].max || 1).length).at(-1);
    const limit = Math.max(0, ...this.plot.limits.map(([value]) => value));
    return niceTicks(limit <= high * 1.6 ? Math.max(high, limit) : high).at(-1);
  }

  isHidden(i) {
    return this.hidden.has(this.traces[i].style);
  }

  // The entries of the key become buttons that hide their lines and show them again.
  key() {
    const buttons = this.traces.map((trace) => {
      const item = this.items.get(trace.style);
      const button = document.createElement("button");
      button.type = "button";
      button.append(...item.childNodes);
      item.append(button);
      button.addEventListener("click", () => {
        const styles = new Set(this.hidden);
        if (!styles.delete(trace.style)) styles.add(trace.style);
        view.set(`hide.${this.figure.id}`, [...styles].join("~"));
        apply();
      });
      return button;
    });
    const apply = () => {
      const styles = new Set(view.get(`hide.${this.figure.id}`).split("~"));
      const before = this.traces.map((_, i) => this.isHidden(i));
      this.hidden = new Set(this.traces.map((trace) => trace.style).filter((style) => styles.has(style)));
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(!this.isHidden(i))));
      if (this.bars) this.u.setData(this.columns(), false);
      this.traces.forEach((_, i) => {
        if (before[i] !== this.isHidden(i)) this.u.setSeries(this.traces.length - i, { show: !this.isHidden(i) });
      });
    };
    view.follow(apply);
  }

  // What an entry is in words: when, and [name, figure] of each line that is shown.
  told(at) {
    const rows = this.traces.map(({ unit }, i) => [this.names[i], this.rows[i][at], unit])
      .filter(([, value], i) => !this.isHidden(i) && value !== null && value !== undefined)
      .map(([name, value, unit]) => [name, show[unit](value) + (unit === "per_s" ? "/s" : "")]);
    return [this.axis.when(this.table, at), rows];
  }

  tip() {
    const { over, cursor } = this.u;
    this.box ||= over.appendChild(Object.assign(document.createElement("div"), { className: "tip" }));
    this.box.hidden = cursor.idx === null || cursor.idx === undefined || cursor.left < 0;
    if (this.box.hidden) return;
    const [when, rows] = this.told(cursor.idx);
    const lines = rows.map(([name, figure]) => {
      const line = document.createElement("div");
      line.append(name, Object.assign(document.createElement("b"), { textContent: figure }));
      return line;
    });
    const room = over.clientWidth - cursor.left;
    const right = room < over.clientWidth / 2;
    this.box.replaceChildren(when, ...lines);
    this.box.style.left = right ? "" : `${cursor.left + 12}px`;
    this.box.style.right = right ? `${room + 12}px` : "";
  }

  select(u) {
    const { left, width } = u.select;
    if (width < 3) return;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.axis.zoom(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  }

  // Left and right move the cursor, + and - zoom around it, Escape shows the whole.
  steer(event) {
    const { u, x, axis } = this;
    const half = (axis.to - axis.from) / 2;
    const at = u.cursor.idx ?? u.valToIdx(axis.from + half);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] * (event.shiftKey ? 10 : 1);
    if (step) {
      const next = Math.min(Math.max(at + step, u.valToIdx(axis.from)), u.valToIdx(axis.to));
      u.setCursor({ left: u.valToPos(x[next], "x"), top: 40 }, true, true);
      const [when, rows] = this.told(next);
      this.heard.textContent = `${when}: ${rows.map((row) => row.join(" ")).join(", ")}`;
    } else if (event.key === "+" || event.key === "=") axis.zoom(x[at] - half / 2, x[at] + half / 2);
    else if (event.key === "-") axis.zoom(x[at] - half * 2, x[at] + half * 2);
    else if (event.key === "Escape") axis.zoom(0, axis.end);
    else return;
    event.preventDefault();
  }

  zoom() {
    this.u.setScale("x", { min: this.axis.from, max: this.axis.to });
  }

  redraw() {
    this.u.redraw(false);
  }
}

// A picture over time that is no lines (a heat map) is stretched by its own view box.
class Picture {
  constructor(figure, axis) {
    this.figure = figure;
    this.axis = axis;
    this.inner = figure.querySelector(".plot svg");
    this.ticks = figure.querySelector(".plot .ticks.x");
    this.whole = [...this.ticks.children];
    axis.charts.push(this);
  }

  zoom() {
    const { from, to, end, ticks } = this.axis;
    const whole = this.axis.whole();
    const [, , , height] = this.inner.getAttribute("viewBox").split(" ");
    const [left, width] = [from, to - from].map((seconds) => (1000 * seconds) / end);
    this.inner.setAttribute("viewBox", `${left} 0 ${width} ${height}`);
    this.ticks.replaceChildren(...(whole ? this.whole : ticks(from, to).map((at) => this.tick(at))));
    this.figure.classList.toggle("zoomed", !whole);
  }

  tick(at) {
    const { from, to, label } = this.axis;
    const share = (100 * (at - from)) / (to - from);
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    text.setAttribute("x", `${share}%`);
    text.setAttribute("y", "188");
    text.setAttribute("text-anchor", share < 2 ? "start" : share > 96 ? "end" : "middle");
    text.textContent = label(at);
    return text;
  }

  redraw() {}
}

const HINT = "Drag across a chart to zoom in; a click in its key hides a line.";

// All charts over time have one axis, and what one can do is said above the first.
function overTime({ points, generator, planned }) {
  const figures = [...document.querySelectorAll("figure[data-plot]")].filter((figure) => figure.querySelector(".plot"));
  if (!figures.length || !points.at_s.length) return;
  const tables = {
    points: { ...points, x: points.at_s.map((at, i) => at - points.seconds_s[i] / 2) },
    generator: { ...generator, x: generator.at_s },
  };
  const plots = figures.map((figure) => JSON.parse(figure.dataset.plot));
  const { end } = plots[0];
  const axis = new Axis({
    name: "zoom", end, least: Math.min(2 * Math.max(...points.seconds_s), end), digits: 1, ticks: timeTicks, label: clock,
    when: (table, i) => clock(table.at_s[i] - (table.seconds_s?.[i] || 0)),
  });
  figures.forEach((figure, i) => {
    if (plots[i].traces.length) new Lines(figure, plots[i], tables[plots[i].table], planned, axis);
    else new Picture(figure, axis);
  });
  const controls = new Controls(axis, HINT);
  const stack = figures[0].closest(".stack");
  stack.prepend(controls.row);
  controls.lay(stack.querySelector(".strip svg"));
  axis.charts.push(controls);
  axis.follow();
}

// A percentile spectrum has an axis of nines of its own. What is folded away is drawn when it is unfolded.
function spectrum(figure, { nines, curves }) {
  const table = { x: nines, ...Object.fromEntries(curves.map(({ ms }, i) => [`curve${i}`, ms])) };
  const traces = curves.map((_, i) => ({ style: `curve${i}`, column: `curve${i}`, unit: "ms", kind: "line" }));
  const axis = new Axis({
    name: `zoom.${figure.id}`, end: Math.max(1, ...nines), least: 0.1, digits: 2, ticks: ninesTicks, label: percentOf,
    when: (_, i) => (i + 1 === nines.length ? "the slowest" : percentOf(nines[i])),
  });
  const draw = () => {
    new Lines(figure, { traces, limits: [], moments: [], shades: [] }, table, {}, axis);
    const controls = new Controls(axis, "");
    figure.append(controls.row);
    axis.charts.push(controls);
    axis.follow();
  };
  const fold = figure.closest("details");
  if (!fold || fold.open) draw();
  else fold.addEventListener("toggle", draw, { once: true });
}

function charts(data) {
  overTime(data);
  Object.entries(data.spectra).forEach(([name, own]) => {
    const figure = document.getElementById(`chart-${name}`);
    if (figure?.querySelector(".plot")) spectrum(figure, own);
  });
}
