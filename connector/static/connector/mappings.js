/* Lines of mappings open by keyboard as by pointer, and a new line stands open. */
"use strict";

function makeOperable(title) {
  title.tabIndex = 0;
  title.setAttribute("role", "button");
  title.addEventListener("keydown", (event) => {
    if (event.target === title && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      title.click();
    }
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("#mappings-group h3 strong").forEach(makeOperable);
});

document.addEventListener("formset:added", (event) => {
  const title = event.target.querySelector("h3 strong");
  if (title && event.detail.formsetName === "mappings") {
    makeOperable(title);
    window.setTimeout(() => title.click(), 0); // Alpine starts the new line first
  }
});
