// The charts over time, drawn by uPlot in place of their pictures: one cursor and one zoom for all of them.
// Colours, dashes and names are those of a chart's key, so that they are said once, in its template.
const time = { end: 0, from: 0, to: 0, least: 1, charts: [] };

time.zoom = (from, to) => {
  [time.from, time.to] = [Math.max(from, 0), Math.min(to, time.end)];
  if (!(time.to - time.from >= time.least)) [time.from, time.to] = [0, time.end];
  view.set("zoom", time.whole() ? "" : `${trim(time.from, 1)}~${trim(time.to, 1)}`);
  time.charts.forEach((chart) => chart.zoom());
};
time.whole = () => time.from <= 0 && time.to >= time.end;

// Lines, steps or stacked bars.
class Lines {
  constructor(figure, plot, data) {
    this.figure = figure;
    this.plot = plot;
    this.table = data[plot.table];
    this.x = this.table.x;
    this.items = new Map([...figure.querySelectorAll("[data-series]")].map((item) => [item.dataset.series, item]));
    this.traces = plot.traces.filter((trace) => this.items.has(trace.style));
    this.names = this.traces.map((trace) => this.items.get(trace.style).textContent.trim());
    this.rows = this.traces.map((trace) => valuesOf(trace, this.table, data.planned));
    this.units = [...new Set(this.traces.map((trace) => trace.unit))];
    this.bars = this.traces.some((trace) => trace.kind === "bars");
    this.dense = figure.querySelector(".plot").classList.contains("dense");
    this.hidden = new Set();
    this.stage();
    this.u = new uPlot(this.options(), this.columns(), this.host);
    this.u.over.addEventListener("dblclick", () => time.zoom(0, time.end));
    new ResizeObserver(() => this.u.setSize(this.size())).observe(this.host);
    this.key();
    figure.classList.add("drawn");
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
    const keys = "Arrow keys move the cursor, plus and minus zoom, Escape shows the whole load.";
    this.host.setAttribute("aria-label", [...words, keys].join(" "));
    this.host.addEventListener("keydown", (event) => this.steer(event));
    this.heard.className = "hidden";
    this.heard.setAttribute("aria-live", "polite");
  }

  size() {
    return { width: this.host.clientWidth || 600, height: HEIGHT };
  }

  options() {
    const { units, plot } = this;
    return {
      ...this.size(),
      padding: [TOP, 0, FOOT, 0],
      legend: { show: false },
      cursor: { y: false, sync: { key: "time", setSeries: false }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: () => [time.from, time.to] },
        ...Object.fromEntries(units.map((unit, side) => [unit, { range: (u, _, high) => [0, this.top(u, high || 0, side)] }])),
      },
      // The last is drawn on top: of a stack the lowest, before the sums behind it.
      series: [{}, ...this.traces.map((trace) => seriesOf(trace, pen(this.items.get(trace.style)), this.dense)).reverse()],
      axes: [{ show: false }, ...units.map((unit) => ({ scale: unit, show: false }))],
      hooks: {
        drawClear: [(u) => drawGround(u, plot, units)],
        draw: [(u) => drawWords(u, plot, units)],
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
    const begin = this.table.at_s[at] - (this.table.seconds_s?.[at] || 0);
    const rows = this.traces.map(({ unit }, i) => [this.names[i], this.rows[i][at], unit])
      .filter(([, value], i) => !this.isHidden(i) && value !== null && value !== undefined)
      .map(([name, value, unit]) => [name, show[unit](value) + (unit === "per_s" ? "/s" : "")]);
    return [clock(begin), rows];
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
    time.zoom(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  }

  // Left and right move the cursor, + and - zoom around it, Escape shows the whole load.
  steer(event) {
    const { u, x } = this;
    const half = (time.to - time.from) / 2;
    const at = u.cursor.idx ?? u.valToIdx(time.from + half);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] * (event.shiftKey ? 10 : 1);
    if (step) {
      const next = Math.min(Math.max(at + step, u.valToIdx(time.from)), u.valToIdx(time.to));
      u.setCursor({ left: u.valToPos(x[next], "x"), top: 40 }, true, true);
      const [when, rows] = this.told(next);
      this.heard.textContent = `${when}: ${rows.map((row) => row.join(" ")).join(", ")}`;
    } else if (event.key === "+" || event.key === "=") time.zoom(x[at] - half / 2, x[at] + half / 2);
    else if (event.key === "-") time.zoom(x[at] - half * 2, x[at] + half * 2);
    else if (event.key === "Escape") time.zoom(0, time.end);
    else return;
    event.preventDefault();
  }

  zoom() {
    this.u.setScale("x", { min: time.from, max: time.to });
  }

  redraw() {
    this.u.redraw(false);
  }
}

// A picture over time that is no lines (a heat map) is stretched by its own view box.
class Picture {
  constructor(figure) {
    this.figure = figure;
    this.inner = figure.querySelector(".plot svg");
    this.ticks = figure.querySelector(".plot .ticks.x");
    this.whole = [...this.ticks.children];
  }

  zoom() {
    const [, , , height] = this.inner.getAttribute("viewBox").split(" ");
    const [left, width] = [time.from, time.to - time.from].map((seconds) => (1000 * seconds) / time.end);
    this.inner.setAttribute("viewBox", `${left} 0 ${width} ${height}`);
    this.ticks.replaceChildren(...(time.whole() ? this.whole : timeTicks(time.from, time.to).map(this.tick)));
    this.figure.classList.toggle("zoomed", !time.whole());
  }

  tick(at) {
    const share = (100 * (at - time.from)) / (time.to - time.from);
    const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
    label.setAttribute("x", `${share}%`);
    label.setAttribute("y", "188");
    label.setAttribute("text-anchor", share < 2 ? "start" : share > 96 ? "end" : "middle");
    label.textContent = clock(at);
    return label;
  }

  redraw() {}
}

// What one can do with the charts, said above the first; a button for who has no second click; what is seen of the whole.
class Controls {
  constructor(stack) {
    this.words = document.createElement("span");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "Show the whole load";
    this.button.addEventListener("click", () => time.zoom(0, time.end));
    const row = document.createElement("p");
    row.className = "tools";
    row.append(this.words, this.button);
    stack.prepend(row);
    const strip = stack.querySelector(".strip svg");
    this.glass = strip?.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    this.glass?.setAttribute("class", "glass");
    this.glass?.setAttribute("height", "38");
  }

  zoom() {
    const hint = "Drag across a chart to zoom in; a click in its key hides a line.";
    this.glass?.setAttribute("x", `${(100 * time.from) / time.end}%`);
    this.glass?.setAttribute("width", `${time.whole() ? 0 : (100 * (time.to - time.from)) / time.end}%`);
    this.words.textContent = time.whole() ? hint : `${clock(time.from)} to ${clock(time.to)}`;
    this.button.hidden = time.whole();
  }

  redraw() {}
}

function charts(data) {
  const { points, generator } = data;
  points.x = points.at_s.map((at, i) => at - points.seconds_s[i] / 2);
  generator.x = generator.at_s;
  const figures = [...document.querySelectorAll("figure[data-plot]")].filter((figure) => figure.querySelector(".plot"));
  if (!figures.length || !points.at_s.length) return;
  const plots = figures.map((figure) => JSON.parse(figure.dataset.plot));
  time.end = time.to = plots[0].end;
  time.least = Math.min(2 * Math.max(...points.seconds_s), time.end);
  time.charts = figures.map((figure, i) => (plots[i].traces.length ? new Lines(figure, plots[i], data) : new Picture(figure)));
  time.charts.push(new Controls(figures[0].closest(".stack")));
  view.follow(() => {
    const [from, to] = view.get("zoom").split("~").map(Number);
    time.zoom(from || 0, to || time.end);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => time.charts.forEach((chart) => chart.redraw()));
}
