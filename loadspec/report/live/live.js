// The live page: shows each section as it comes, keeps what its reader opened or marked, and asks for the end.
const { run, token } = document.currentScript.dataset;
const link = document.getElementById("link");
const stop = document.getElementById("stop");
const SILENCE = 15000; // ms; the server says something every 5 s
const PATIENCE = 5000; // ms that an order to stop may take

function tell(state, text) {
  link.className = `link ${state}`;
  if (link.textContent !== text) link.textContent = text;
}

function lost(text = "connection lost, trying again") {
  tell("off", text);
  stop.disabled = true;
}

// What a reader did to a section: what is open, how far it is scrolled, what has the focus. Entries change places, so each
// is known by what its summary says, figures aside, and what says the same by its order.
const all = (place, what) => [...place.querySelectorAll(what)];
const SCROLLED = ".scroll, pre";
const FOCUSED = "summary, a, button, input, [tabindex]";

function entry(one, place) {
  const around = one.closest("details");
  if (!place.contains(around)) return "";
  const summary = around.querySelector("summary");
  const words = (summary.querySelector(".what") ?? summary).textContent.replace(/\d+/g, "");
  return `${entry(around.parentElement, place)} > ${words}`;
}

function named(place, what) {
  const same = new Map();
  return new Map(all(place, what).map((one) => {
    const name = entry(one, place);
    same.set(name, (same.get(name) ?? 0) + 1);
    return [`${name} ${same.get(name)}`, one];
  }));
}

const noted = (place, what, note) => new Map([...named(place, what)].map(([name, one]) => [name, note(one)]));

function kept(place) {
  const { activeElement: active } = document;
  return {
    open: noted(place, "details", (one) => one.open),
    scrolled: noted(place, SCROLLED, (one) => [one.scrollLeft, one.scrollTop]),
    focus: [...named(place, FOCUSED)].find(([, one]) => one === active)?.[0],
    caret: active.matches("input") ? [active.selectionStart, active.selectionEnd] : null,
  };
}

function restore(place, { open, scrolled, focus, caret }) {
  for (const [name, one] of named(place, "details")) one.open = open.get(name) ?? one.open;
  for (const [name, one] of named(place, SCROLLED)) [one.scrollLeft, one.scrollTop] = scrolled.get(name) ?? [0, 0];
  const focused = named(place, FOCUSED).get(focus);
  focused?.focus({ preventScroll: true });
  if (caret && focused?.matches("input")) focused.setSelectionRange(...caret);
}

const marked = (place) => !getSelection().isCollapsed && getSelection().containsNode(place, true);

const waiting = new Map(); // sections that came while their text was marked
const followers = new Map(); // section → what of its tables follows the view

function show(name, html) {
  const place = document.querySelector(`[data-part="${name}"]`);
  if (marked(place)) {
    waiting.set(name, html);
    return;
  }
  waiting.delete(name);
  const section = place.closest("section");
  if (section) section.hidden = document.querySelector(`.toc a[href="#${section.id}"]`).parentNode.hidden = !html;
  const before = kept(place);
  place.innerHTML = html; // escaped where it was made; the page's policy runs no script in it
  view.listeners = [];
  tables(place);
  followers.set(name, view.listeners);
  view.listeners = [...followers.values()].flat();
  restore(place, before);
}

// After the last event only this brings what waits.
document.addEventListener("selectionchange", () => { for (const [name, html] of waiting) show(name, html); });

let obeyed = false; // the order to stop
let refusal = ""; // why the last one came to nothing

function take(news) {
  if (news.run !== run) location.reload(); // another run has this address now
  for (const [name, html] of Object.entries(news.parts)) show(name, html);
  document.title = news.title;
  const stopping = obeyed || news.stopping;
  stop.disabled = stopping;
  stop.hidden = news.over;
  if (news.over) tell("", "the run has ended");
  else if (stopping) tell("on", "stopping");
  else tell(refusal ? "off" : "on", refusal || "live");
}

// A browser opens six connections to a host, and a page that listens holds one of them. So one that is out of sight gives
// its own up for one that comes, and an order to stop takes the place of what its page listened on.
const pages = new BroadcastChannel("loadspec");
let source = null;
let timer;
let done = false; // nothing more will come

function leave() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function connect() {
  leave();
  if (done) return;
  pages.postMessage("here");
  const opened = source = new EventSource("events");
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { lost(); connect(); }, SILENCE);
  };
  const ended = () => { done = true; leave(); };
  source.addEventListener("alive", heard);
  source.addEventListener("failed", ({ data }) => {
    ended();
    tell("off", `this page is out of order, the run is not: ${JSON.parse(data)}`);
    stop.disabled = false;
  });
  source.onmessage = ({ data }) => {
    heard();
    const news = JSON.parse(data);
    take(news);
    if (news.over) ended();
  };
  source.onerror = () => {
    clearTimeout(timer);
    if (opened.readyState !== EventSource.CLOSED) return lost();
    lost("refused, perhaps because many windows show this run; trying again"); // not unreachable
    timer = setTimeout(connect, 2000);
  };
  heard();
}

pages.addEventListener("message", () => {
  if (!document.hidden || !source) return;
  leave();
  tell("off", "paused out of sight");
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && !source) connect(); });

// → why it came to nothing, empty where it did not
async function order() {
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const answer = await fetch("stop", { method: "POST", headers: { "x-loadspec-token": token }, signal });
    return answer.ok ? "" : await answer.text();
  } catch (error) {
    return error.name === "TimeoutError" ? "asked to stop, no answer: ask again" : "the run could not be reached";
  }
}

stop.addEventListener("click", async () => {
  if (!confirm("End the run? What is in flight gets 5 seconds, teardown runs, and all files are written.")) return;
  stop.disabled = true;
  leave();
  refusal = await order();
  stop.disabled = obeyed = !refusal;
  if (refusal) tell("off", refusal);
  connect();
});

connect();
