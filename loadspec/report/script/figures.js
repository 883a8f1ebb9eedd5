// Figures as the page's own texts show them, and the ticks of axes: what `report/text.py` and `report/svg.py` do.
const trim = (value, decimals) => String(Number(value.toFixed(decimals)));
const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, " ");

function span(seconds) {
  const [h, m] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const s = trim(seconds % 60, 2);
  return `${h ? `${h}h` : ""}${m ? `${m}m` : ""}${s === "0" ? "" : `${s}s`}`;
}

function clock(seconds) {
  const whole = Math.floor(Math.max(seconds, 0) + 1e-9);
  const two = (number) => String(number).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

const show = {
  ms(value) {
    if (value === 0) return "0s";
    if (value < 1) return `${trim(value * 1000, 2)}µs`;
    if (value < 1000) return `${trim(value, value < 100 ? 2 : 1)}ms`;
    return value < 60000 ? `${trim(value / 1000, 2)}s` : span(value / 1000);
  },
  per_s: (value) => grouped(trim(value, value >= 1000 ? 0 : value >= 10 ? 1 : 2)),
  percent: (value) => `${trim(value, 0)}%`,
  count: (value) => grouped(trim(value, 2)),
};

// 0, step, 2 step, ... up to the first at or above `high`; with `ticks` exactly so many, a step at least 1.
function niceTicks(high, ticks) {
  const raw = (high > 0 ? high : 1) / (ticks ? ticks - 1 : 4);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 3, 4, 5, 10].filter((f) => ticks || [1, 2, 5, 10].includes(f)).map((f) => f * power)
    .find((s) => s >= raw * (1 - 1e-9) && (!ticks || s >= 1)) || 1;
  const steps = ticks ? ticks - 1 : Math.max(1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, i) => i * step);
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

// Whole clock units from..to, some six of them.
function timeTicks(from, to) {
  const wanted = (to - from) / 6;
  const step = TIME_STEPS.find((s) => s >= wanted) || Math.ceil(wanted / 86400) * 86400;
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

// A place on an axis of nines → `99.5%`.
function percentOf(at) {
  return `${trim(100 * (1 - 10 ** -at), Math.max(0, Math.ceil(at - 1e-3) - 1))}%`;
}

// The nines from..to, the median, and of a short stretch what lies between.
function ninesTicks(from, to) {
  const between = to - from < 2 ? [0, Math.log10(2), Math.log10(5)] : [0];
  const all = [0, 1, 2, 3, 4, 5, 6].flatMap((nine) => between.map((rest) => nine + rest));
  return [...new Set([...all, Math.log10(2)])].filter((at) => at >= from - 1e-9 && at <= to + 1e-9);
}
