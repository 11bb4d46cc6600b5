/* Copy buttons: <button data-copy="#id" data-copied="Copied">. The text stays selectable where copying is refused. */
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) {
    return;
  }
  const source = document.querySelector(button.dataset.copy);
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
  } catch (refused) {
    window.getSelection().selectAllChildren(source);
    return;
  }
  button.textContent = button.dataset.copied;
  window.setTimeout(() => {
    button.textContent = label;
  }, 2000);
});
