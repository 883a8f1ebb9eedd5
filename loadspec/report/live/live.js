// The live page: shows each section as it comes, keeps what its reader opened or marked, and asks for the end.
"use strict";
{
  const { run, token } = document.currentScript.dataset;
  const link = document.getElementById("link");
  const stop = document.getElementById("stop");
  const waiting = new Map(); // sections that came while their text was marked

  const tell = (state, text) => {
    link.className = `link ${state}`;
    if (link.textContent !== text) link.textContent = text;
  };

  const lost = () => {
    tell("off", "connection lost, trying again");
    stop.disabled = true;
  };

  const marked = (place) => {
    const selection = getSelection();
    return !selection.isCollapsed && selection.containsNode(place, true);
  };

  // What a reader did to a section: what is open, how far it is scrolled, what has the focus; by order of appearance.
  const all = (place, what) => [...place.querySelectorAll(what)];
  const kept = (place) => ({
    open: all(place, "details").map((one) => one.open),
    scrolled: all(place, ".scroll, pre").map((one) => [one.scrollLeft, one.scrollTop]),
    focus: all(place, "summary, a, button, input, [tabindex]").indexOf(document.activeElement),
  });
  const restore = (place, { open, scrolled, focus }) => {
    all(place, "details").forEach((one, at) => { one.open = open[at] ?? one.open; });
    all(place, ".scroll, pre").forEach((one, at) => { [one.scrollLeft, one.scrollTop] = scrolled[at] ?? [0, 0]; });
    if (focus >= 0) all(place, "summary, a, button, input, [tabindex]")[focus]?.focus({ preventScroll: true });
  };

  const show = (name, html) => {
    const place = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (!place) return;
    if (marked(place)) {
      waiting.set(name, html);
      return;
    }
    waiting.delete(name);
    const section = place.closest("section");
    if (section) section.hidden = document.querySelector(`.toc a[href="#${section.id}"]`).parentNode.hidden = !html;
    const before = kept(place);
    place.innerHTML = html; // escaped where it was made; the page's policy runs no script in it
    restore(place, before);
  };

  const SILENCE = 15000; // ms; the server says something every 5 s
  const connect = () => {
    const source = new EventSource("events");
    let silent;
    const heard = () => {
      clearTimeout(silent);
      silent = setTimeout(() => { source.close(); lost(); connect(); }, SILENCE);
    };
    source.addEventListener("alive", heard);
    source.onmessage = ({ data }) => {
      heard();
      const news = JSON.parse(data);
      if (news.run !== run) location.reload(); // another run has this address now
      for (const [name, html] of waiting) show(name, html);
      for (const [name, html] of Object.entries(news.parts)) show(name, html);
      document.title = news.title;
      stop.disabled = news.stopping;
      stop.hidden = news.over;
      if (news.over) { source.close(); clearTimeout(silent); }
      tell(news.over ? "" : "on", news.over ? "the run has ended" : news.stopping ? "stopping" : "live");
    };
    source.onerror = () => {
      clearTimeout(silent);
      lost();
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000); // refused, not unreachable
    };
  };

  stop.addEventListener("click", async () => {
    if (!confirm("End the run? What is in flight gets 5 seconds, teardown runs, and all files are written.")) return;
    stop.disabled = true;
    try {
      const answer = await fetch("stop", { method: "POST", headers: { "x-loadspec-token": token } });
      if (!answer.ok) tell("off", await answer.text());
    } catch {
      tell("off", "the run could not be reached");
      stop.disabled = false;
    }
  });

  connect();
}
