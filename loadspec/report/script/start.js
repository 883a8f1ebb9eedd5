// The page's own figures are packed JSON, in the link that saves them.
tables(document);
const figures = document.getElementById("figures");
if (figures && "DecompressionStream" in window) {
  unpacked(figures.getAttribute("href").split(",")[1]).then(JSON.parse).then((data) => {
    files(data);
    charts(data);
    view.scroll();
  });
} else view.scroll();
