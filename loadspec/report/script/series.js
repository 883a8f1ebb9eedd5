// What the lines of a chart are made of: values of the embedded figures, and colours of the chart's key.

// A corner shape [[seconds, height], ...] at a moment: linear between corners, nothing after the last.
function along(corners, at) {
  const next = corners.findIndex(([t]) => t > at);
  if (next < 1) return null;
  const [[t0, v0], [t1, v1]] = [corners[next - 1], corners[next]];
  return v0 + ((v1 - v0) * (at - t0)) / (t1 - t0);
}

// The values of one trace, an entry for each row of the chart's table.
function valuesOf(trace, table, planned) {
  if (trace.column in planned) return table.x.map((at) => along(planned[trace.column], at));
  const column = table[trace.column];
  const values = trace.of ? table.at_s.map((_, i) => trace.of.reduce((sum, name) => sum + column[name][i], 0)) : column;
  return trace.unit === "per_s" ? values.map((value, i) => value / (table.seconds_s[i] || 1)) : values;
}

// Each on those before it; what is hidden takes no room.
function stacked(rows, isHidden) {
  let below = rows[0].map(() => 0);
  return rows.map((row, i) => (isHidden(i) ? row : (below = below.map((value, at) => value + row[at]))));
}

// A hatch of the key as a canvas has it, in the colours of now.
function hatched(pattern) {
  const [ground, lines] = [...pattern.children].map((part) => ({ part, look: getComputedStyle(part) }));
  const size = Number(pattern.getAttribute("width"));
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(size * uPlot.pxRatio);
  const ctx = tile.getContext("2d");
  ctx.scale(tile.width / size, tile.width / size);
  ctx.fillStyle = ground.look.fill;
  ctx.fillRect(0, 0, size, size);
  Object.assign(ctx, { strokeStyle: lines.look.stroke, lineWidth: parseFloat(lines.look.strokeWidth), lineCap: "round" });
  ctx.stroke(new Path2D(lines.part.getAttribute("d")));
  return ctx.createPattern(tile, "repeat");
}

// How the key draws a trace: its colour changes with the scheme, so it is asked for each time.
function pen(item) {
  const shape = item.querySelector("[class~=line], [class~=bars]");
  const pattern = document.getElementById(`hatch-${item.dataset.series}`);
  const line = shape.classList.contains("line");
  const dash = shape.getAttribute("stroke-dasharray");
  return {
    colour: () => (pattern ? hatched(pattern) : getComputedStyle(shape)[line ? "stroke" : "fill"]),
    dash: dash ? dash.split(" ").map(Number) : undefined,
    width: Number(shape.getAttribute("stroke-width")) || 0,
  };
}

function seriesOf(trace, { colour, dash, width }, dense) {
  const bars = trace.kind === "bars";
  const paths = bars ? uPlot.paths.bars({ size: [0.92, Infinity] }) : trace.kind === "step" ? uPlot.paths.stepped({ align: 1 }) : undefined;
  return {
    scale: trace.unit, paths, dash, stroke: colour, width: bars ? 0 : Math.min(width, dense ? 1.2 : width),
    fill: bars ? colour : trace.kind === "step" ? () => `color-mix(in srgb, ${colour()} 12%, transparent)` : undefined,
    points: { show: false },
  };
}
