// Shows one picture of a row.
function show(index) {
  document.querySelector("figure img").src = model.frames[index];
}
