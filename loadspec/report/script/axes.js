// Grid, labels, limits and moments of a chart, where its picture has them.
const HEIGHT = 196;
const TOP = 20;
const FOOT = 24;
const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function text(u, label, x, y, colour, align = "left") {
  const { ctx } = u;
  ctx.textAlign = align;
  ctx.lineWidth = 3 * uPlot.pxRatio;
  ctx.lineJoin = "round";
  ctx.strokeStyle = ink("card");
  ctx.strokeText(label, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(label, x, y);
}

function rule(u, x0, y0, x1, y1, colour, dash = []) {
  const { ctx } = u;
  ctx.beginPath();
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash(dash.map((length) => length * uPlot.pxRatio));
  ctx.strokeStyle = colour;
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
  ctx.setLineDash([]);
}

// The levels that are marked on a scale: round numbers from 0 to its end; the right one has as many as the left.
function levels(u, units) {
  const [left, right] = units.map((unit) => u.scales[unit].max);
  const ticks = niceTicks(left);
  return right === undefined ? [ticks] : [ticks, niceTicks(right, ticks.length)];
}

function drawGround(u, plot, units, axis) {
  const { left, width, top, height } = u.bbox;
  const place = (at) => u.valToPos(Math.min(Math.max(at, axis.from), axis.to), "x", true);
  if (plot.shades.length > 1) plot.shades.forEach(([from, to, steady]) => {
    u.ctx.globalAlpha = 0.07;
    u.ctx.fillStyle = ink("soft");
    if (steady) u.ctx.fillRect(place(from), 0, place(to) - place(from), top + height);
    u.ctx.globalAlpha = 1;
    if (from > axis.from && from < axis.to) rule(u, place(from), 0, place(from), top + height, ink("edge"), [1, 3]);
  });
  levels(u, units)[0].forEach((value, i) => {
    const y = Math.round(u.valToPos(value, units[0], true)) - 0.5;
    rule(u, left, y, left + width, y, ink(i ? "line" : "edge"));
  });
}

function drawWords(u, plot, units, axis) {
  const { ctx } = u;
  const { left, width, top, height } = u.bbox;
  const px = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${11 * px}px ${getComputedStyle(u.root).fontFamily}`;
  ctx.textBaseline = "alphabetic";
  plot.limits.forEach(([value, label]) => {
    const y = u.valToPos(value, units[0], true);
    if (y < 0) return;
    rule(u, left, y, left + width, y, ink("bad"), [6, 4]);
    text(u, `limit ${label}`, left + width, y - 4 * px, ink("bad"), "right");
  });
  plot.moments.forEach(([at, label]) => {
    if (at < axis.from || at > axis.to) return;
    const x = u.valToPos(at, "x", true);
    const late = x > left + width * 0.6;
    rule(u, x, 4 * px, x, top + height, ink("bad"), [2, 3]);
    const beside = late ? x - 5 * px : Math.max(x + 5 * px, left + 36 * px); // of the scale's labels
    if (label) text(u, label, beside, 12 * px, ink("bad"), late ? "right" : "left");
  });
  levels(u, units).forEach((ticks, side) => ticks.slice(1).forEach((value) => {
    const y = u.valToPos(value, units[side], true) - 4 * px;
    text(u, show[units[side]](value), side ? left + width : left, y, ink("soft"), side ? "right" : "left");
  }));
  axis.ticks(axis.from, axis.to).forEach((at) => {
    const share = (at - axis.from) / (axis.to - axis.from);
    const align = share < 0.02 ? "left" : share > 0.96 ? "right" : "center";
    text(u, axis.label(at), u.valToPos(at, "x", true), 188 * px, ink("soft"), align);
  });
  ctx.restore();
}
