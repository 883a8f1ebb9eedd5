// What the address remembers of how the page is looked at: #SECTION?zoom=10~25&hide.latency=max~p99&sort.endpoints=2.down
const view = { section: "", values: new Map(), listeners: [] };

view.read = () => {
  const [section, query] = location.hash.slice(1).split("?", 2);
  view.section = section;
  return query === undefined ? null : new Map(new URLSearchParams(query));
};

view.write = () => {
  const query = [...view.values].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  history.replaceState(history.state, "", `#${view.section}${query && "?"}${query}`);
};

view.get = (name) => view.values.get(name) || "";

// An empty value is none.
view.set = (name, value) => {
  if (view.get(name) === value) return;
  if (value) view.values.set(name, value);
  else view.values.delete(name);
  view.write();
};

// `apply` is called now, and again whenever another view is asked for.
view.follow = (apply) => {
  view.listeners.push(apply);
  apply();
};

view.scroll = () => document.getElementById(view.section)?.scrollIntoView();

view.values = view.read() || new Map();
addEventListener("hashchange", () => {
  const values = view.read();
  if (values) {
    view.values = values;
    view.listeners.forEach((apply) => apply());
    view.scroll();
  } else if (view.values.size) view.write(); // a link within the page keeps the view
});
