// Unpacks the page's script and lets it run: the page's policy names it by its hash. Old browsers do without.
if ("DecompressionStream" in window) {
  const packed = document.getElementById("code");
  unpacked(packed.textContent).then((text) => {
    packed.after(Object.assign(document.createElement("script"), { textContent: text }));
  });
}
