// Tick everybody on the page, or nobody; without scripts the button is not there.
document.querySelectorAll("[data-tick-all]").forEach((button) => {
  const boxes = () => Array.from(document.querySelectorAll('input[type="checkbox"][name="selected"]'));
  button.hidden = false;
  button.addEventListener("click", () => {
    const tick = boxes().some((box) => !box.checked);
    boxes().forEach((box) => { box.checked = tick; });
  });
});
