// The page's own figures are packed JSON.
tables(document);
const packed = document.getElementById("figures");
if (packed && "DecompressionStream" in window) unpacked(packed.textContent).then(JSON.parse).then(charts).then(view.scroll);
else view.scroll();
