// A live walk in a notebook: the same mount(), with its step shared with the kernel.
function render({ model, el }) {
  const key = model.get("key");
  // The still picture and the frame are for those who open the notebook later.
  for (const saved of document.querySelectorAll(`.autograd-lite-walk[data-walk="${CSS.escape(key)}"]`)) {
    saved.hidden = true;
  }
  el.classList.add("autograd-lite-live");
  el.style.height = `${model.get("height")}px`;
  el.dataset.lmSuppressShortcuts = "true"; // the arrow keys step here, and do not move to a cell
  const shown = mount(el, JSON.parse(model.get("walk")), { at: model.get("at") });
  const root = el.querySelector(".ag-step");
  const theme = () => shown.theme(themeAround(el.parentElement));
  const fit = () => {
    const wanted = Math.min({{most}}, heightWanted(root));
    if (wanted > el.clientHeight + 1) el.style.height = `${Math.ceil(wanted)}px`;
  };
  const moved = ({ detail }) => {
    fit();
    if (model.get("at") === detail.at) return;
    model.set("at", detail.at);
    model.save_changes();
  };
  const answered = ({ detail }) => {
    model.set("answers", [...model.get("answers"), detail]);
    model.save_changes();
  };
  const told = () => model.get("at") !== shown.at() && shown.go(model.get("at"));
  el.addEventListener("ag-step", moved);
  el.addEventListener("ag-answer", answered);
  model.on("change:at", told);
  const watcher = new MutationObserver(theme);
  watcher.observe(document.body, { attributes: true });
  const sizes = new ResizeObserver(() => (theme(), fit()));
  sizes.observe(el);
  return () => {
    watcher.disconnect();
    sizes.disconnect();
    model.off("change:at", told);
    el.removeEventListener("ag-step", moved);
    el.removeEventListener("ag-answer", answered);
    shown.destroy();
  };
}
export default { render };
