/* Proposes when an export was made: when the chosen file was last changed, for the person to look at and correct. */
"use strict";

(() => {
  const file = document.querySelector("[data-export-file]");
  const time = document.querySelector("[data-export-time]");
  if (!file || !time) {
    return;
  }
  file.addEventListener("change", () => {
    const chosen = file.files[0];
    if (!chosen || time.dataset.exportOwn) {
      return;
    }
    const at = new Date(chosen.lastModified);
    const local = new Date(at.getTime() - at.getTimezoneOffset() * 60000);
    time.value = local.toISOString().slice(0, 16);
  });
  time.addEventListener("input", () => {
    time.dataset.exportOwn = "1";
  });
})();
