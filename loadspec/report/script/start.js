// The page's own figures, packed: base64 of deflated JSON (zlib's format).
async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

tables(document);
const packed = document.getElementById("figures");
if (packed && "DecompressionStream" in window) unpacked(packed.textContent).then(charts).then(view.scroll);
else view.scroll();
