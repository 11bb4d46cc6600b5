/* How far a long task is: asked each second while the page is seen, more rarely while the server does not answer. */
"use strict";

(() => {
  const box = document.querySelector("[data-errand]");
  if (!box) {
    return;
  }
  const bar = box.querySelector("[data-errand-bar]");
  const words = box.querySelector("[data-errand-words]");
  let wait = 1000;
  let left = -Infinity;

  // Somebody who has just followed a link is on the way there: loading this page again would hold them here. What turns
  // out to be a download leaves the page where it is, which is why the moment is kept and not the fact.
  window.addEventListener("beforeunload", () => {
    left = performance.now();
  });

  const show = (said) => {
    words.textContent = said.progress;
    if (said.percent !== null) {
      bar.value = said.percent;
    }
  };

  const ask = async () => {
    if (document.hidden) {
      window.setTimeout(ask, 1000);
      return;
    }
    try {
      const answer = await fetch(box.dataset.errand, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const said = await answer.json();
      if (!said.is_open && performance.now() - left > 5000) {
        window.location.reload();
        return;
      }
      show(said);
      wait = 1000;
    } catch (lost) {
      words.textContent = box.dataset.textLost;
      wait = Math.min(wait * 2, 15000);
    }
    window.setTimeout(ask, wait);
  };

  window.setTimeout(ask, 400);
})();
