// Runs once in a notebook's own page. Every frame of ours says how high it must be; it is told in
// turn whether the notebook is dark, and its still picture makes room for it.
(() => {
  if (window.autogradLiteFrames) return;
  window.autogradLiteFrames = true;
  {{place}}
  const frames = () => document.querySelectorAll("iframe.autograd-lite");
  const tellTheme = (frame) => frame.contentWindow?.postMessage({ autogradLiteTheme: themeAround(frame) }, "*");
  addEventListener("message", (event) => {
    const height = Number(event.data?.autogradLiteHeight);
    if (!Number.isFinite(height)) return;
    for (const frame of frames()) {
      if (frame.contentWindow !== event.source) continue;
      const border = frame.offsetHeight - frame.clientHeight;
      const wanted = Math.min(Math.ceil(height), {{most}}) + border;
      if (wanted > frame.offsetHeight) frame.style.height = `${wanted}px`;
      frame.closest(".autograd-lite-walk")?.querySelector("img")?.setAttribute("hidden", "");
      tellTheme(frame);
    }
  });
  new MutationObserver(() => frames().forEach(tellTheme)).observe(document.body, { attributes: true });
  // Where the kernel of a live walk is gone, its place says so: the frame above it is still there.
  let waiting = false;
  const tidy = () => {
    waiting = false;
    for (const walk of document.querySelectorAll(".autograd-lite-walk")) {
      const live = walk.closest(".jp-OutputArea-child")?.nextElementSibling;
      const gone = live && /^Error displaying widget/.test(live.textContent.trim());
      if (gone) live.style.display = "none";
    }
  };
  new MutationObserver(() => {
    if (!waiting) requestAnimationFrame(tidy);
    waiting = true;
  }).observe(document.body, { childList: true, subtree: true });
})();
