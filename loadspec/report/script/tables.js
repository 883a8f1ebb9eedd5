// Tables that are sorted by their heads and filtered by words.
const FILTERED = 8; // as many rows are worth a field to filter them by
const SIZES = { "%": 1, "/s": 1, "µs": 0.001, ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const letters = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// The text of a cell without its small print.
const textOf = (cell) => [...cell.childNodes].filter((node) => !node.classList?.contains("sub"))
  .map((node) => node.textContent).join("").trim();

// "1m10s" → 70000, "12 345" → 12345, "−3.8%" → -3.8, "01:02:03" → 3723, "< 800ms" → 800; NaN for what is no figure.
function worth(text) {
  const plain = text.split(" of ")[0].replace(/[\s\u2009\u202f]/g, "").replace("−", "-").replace(/^[<>=≤≥≠]+/, "").replace(/^([+-])>/, "$1");
  if (/^\d+(:\d\d)+/.test(plain)) return plain.split(":").reduce((sum, part) => sum * 60 + parseInt(part, 10), 0);
  if (/^[+-]?∞/.test(plain)) return plain[0] === "-" ? -Infinity : Infinity;
  const sign = plain[0] === "-" ? -1 : 1;
  const parts = [...plain.replace(/^[+-]/, "").matchAll(/(\d+(?:\.\d+)?)(\/s|%|[a-zµA-Z]*)/gy)];
  return parts.length ? sign * parts.reduce((sum, [, digits, unit]) => sum + digits * (SIZES[unit] || 1), 0) : NaN;
}

// Rows in order of a column; what has no figure or text comes last either way.
function sorted(rows, column, figures, down) {
  const keyed = rows.map((row) => {
    const text = textOf(row.cells[column]);
    return { row, key: figures ? worth(text) : text };
  });
  const none = ({ key }) => key === "" || key === "–" || Number.isNaN(key);
  const compare = figures ? (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) : (a, b) => letters.compare(a.key, b.key);
  keyed.sort((a, b) => none(a) - none(b) || (none(a) ? 0 : compare(a, b) * (down ? -1 : 1)));
  return keyed.map(({ row }) => row);
}

function sortable(table, name) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const figures = (column) => heads[column].classList.contains("n") || (column > 0 && table.classList.contains("figures"));
  heads.forEach((head, column) => {
    if (!rows.some((row) => textOf(row.cells[column]))) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const first = figures(column) ? "down" : "up"; // figures from the greatest, texts from A; then the other way, then as it was
      const second = figures(column) ? "up" : "down";
      const next = { "": first, [first]: second, [second]: "" }[head.dataset.sorted || ""];
      view.set(`sort.${name}`, next && `${column}.${next}`);
      apply();
    });
  });
  const apply = () => {
    const [column, way] = view.get(`sort.${name}`).split(".");
    const known = heads[column]?.querySelector(".sort") && (way === "up" || way === "down");
    heads.forEach((head, at) => {
      const on = known && at === +column;
      head.dataset.sorted = on ? way : "";
      if (on) head.setAttribute("aria-sort", way === "up" ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    body.append(...(known ? sorted(rows, column, figures(column), way === "down") : rows));
  };
  view.follow(apply);
}

function filterable(table, name, label) {
  const rows = [...table.tBodies[0].rows];
  const tools = document.createElement("p");
  const field = document.createElement("input");
  const told = document.createElement("output");
  tools.className = "tools";
  field.type = "search";
  field.placeholder = "Filter";
  field.setAttribute("aria-label", `Filter: ${label}`);
  tools.append(field, told);
  table.closest(".scroll").before(tools);
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach((row) => {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    });
    told.textContent = words.length ? `${rows.filter((row) => !row.hidden).length} of ${rows.length}` : "";
  };
  field.addEventListener("input", () => {
    view.set(`find.${name}`, field.value.trim());
    show();
  });
  view.follow(() => {
    field.value = view.get(`find.${name}`);
    show();
  });
}

// Every table below `root` that is not folded away; named after its section, the second one `SECTION-2`.
function tables(root) {
  const seen = new Map();
  root.querySelectorAll("main .scroll > table").forEach((table) => {
    const rows = [...(table.tBodies[0]?.rows || [])];
    const width = table.tHead?.rows[0]?.cells.length;
    if (table.closest("details") || rows.length < 2 || rows.some((row) => row.cells.length !== width)) return;
    const section = table.closest("section")?.id || "table";
    const number = (seen.get(section) || 0) + 1;
    seen.set(section, number);
    const name = number > 1 ? `${section}-${number}` : section;
    sortable(table, name);
    if (rows.length >= FILTERED) filterable(table, name, table.closest(".scroll").getAttribute("aria-label"));
  });
}
