// The embedded figures as CSV (RFC 4180), for spreadsheets: no cell is a formula to them, none holds what cannot be seen.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function cell(value) {
  if (typeof value === "number") return String(value);
  const text = (value ?? "").replace(UNSEEN, "");
  const plain = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

// Columns [name, values], of equal length.
function csv(columns) {
  const rows = columns[0][1].map((_, i) => columns.map(([, values]) => values[i]));
  return [columns.map(([name]) => name), ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

// A table of figures.json → its columns; those of one by name are columns of their own.
function columnsOf(table) {
  return Object.entries(table).flatMap(([name, column]) => {
    if (Array.isArray(column)) return [[name, column]];
    return typeof column === "object" ? Object.entries(column).map(([of, values]) => [`${name} ${of}`, values]) : [];
  });
}

function save(name, text) {
  const href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { download: name, href }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}

// A button for each table, beside the link to all of them.
function files({ points, generator, endpoints }) {
  const keys = Object.keys(endpoints[0] ?? {});
  const tables = {
    "points.csv": columnsOf(points),
    "generator.csv": columnsOf(generator),
    "endpoints.csv": keys.map((key) => [key, endpoints.map((row) => row[key])]),
  };
  const row = Object.assign(document.createElement("p"), { className: "tools" });
  Object.entries(tables).filter(([, columns]) => columns[0]?.[1].length).forEach(([name, columns]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    button.addEventListener("click", () => save(name, csv(columns)));
    row.append(button);
  });
  document.getElementById("data").append(row);
}
