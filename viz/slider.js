// The slider and its button: they call `show(index)`, and say where they are.
const model = JSON.parse(document.getElementById("model").textContent);
const slider = document.querySelector("input");
const said = document.querySelector("output");
const button = document.querySelector("button");
let timer = null;

function move(index) {
  slider.value = index;
  show(Number(slider.value));
  said.textContent = model.said[slider.value];
  slider.setAttribute("aria-valuetext", model.said[slider.value]);
}

function play(on) {
  clearInterval(timer);
  timer = null;
  if (on) {
    move(slider.value === slider.max ? 0 : slider.value);
    timer = setInterval(() => {
      move(Number(slider.value) + 1);
      if (slider.value === slider.max) play(false);
    }, model.pause);
  }
  button.textContent = model.words[on ? "pause" : "play"];
}

slider.addEventListener("input", () => (play(false), move(slider.value)));
button.addEventListener("click", () => play(timer === null));
move(slider.value);
if (window.parent !== window) {
  const tellHeight = () =>
    window.parent.postMessage({ autogradLiteHeight: document.body.offsetHeight }, "*");
  new ResizeObserver(tellHeight).observe(document.body);
}
