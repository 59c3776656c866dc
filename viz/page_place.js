// Where a walk stands: dark or light as the reader's system is, unless the surroundings say otherwise.
function pageTheme(tools, root) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let wanted = null;
  const show = () => (root.dataset.theme = wanted ?? (system.matches ? "dark" : "light"));
  tools.listen(system, "change", show);
  show();
  return (theme) => {
    wanted = theme === "dark" || theme === "light" ? theme : null;
    show();
  };
}

// The theme of the page around an element, by the colour that it stands on; null if none has one.
function themeAround(element) {
  for (let at = element; at; at = at.parentElement) {
    const parts = getComputedStyle(at).backgroundColor.match(/[\d.]+/g)?.map(Number);
    if (!parts || (parts.length > 3 && parts[3] < 0.5)) continue;
    return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] < 128 ? "dark" : "light";
  }
  return null;
}

// How high a walk inside `root` has to be for nothing of its explanation to be hidden.
function heightWanted(root) {
  const shell = root.querySelector(".shell");
  const panel = root.querySelector(".panel");
  if (getComputedStyle(shell).display !== "grid") return shell.scrollHeight;
  return shell.clientHeight + Math.max(0, panel.scrollHeight - panel.clientHeight);
}

// In a frame, the page asks its surroundings for the height that it needs, and hears their theme.
function placeInFrame(element, shown) {
  if (window.parent === window) return;
  const root = element.querySelector(".ag-step");
  const tell = () => window.parent.postMessage({ autogradLiteHeight: heightWanted(root) }, "*");
  element.addEventListener("ag-step", tell);
  new ResizeObserver(tell).observe(root);
  addEventListener("message", (event) => {
    if (event.source === window.parent) shown.theme(event.data?.autogradLiteTheme);
  });
}
