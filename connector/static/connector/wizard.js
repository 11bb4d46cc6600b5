/* The wizard without waiting for "Next": what an answer changes is shown at once, and counts come by themselves.
   Everything works without this: the same buttons send the same form. */
"use strict";

class WizardForm {
  constructor(form) {
    this.form = form;
    this.asked = 0;
    form.addEventListener("change", (event) => {
      if (form.querySelector("[data-part]") && event.target.closest("[data-live], select[data-status]")) {
        this.refresh("stay");
      }
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-busy]");
      if (button) {
        event.preventDefault();
        this.ask(button);
      }
    });
    form.addEventListener("keydown", (event) => {
      const search = event.target.closest("input[type=search]");
      const button = search && search.parentElement.querySelector("button[name=go]");
      if (event.key === "Enter" && button) {
        event.preventDefault(); // whoever presses Enter in a search means the search, not the next step
        button.click();
      }
    });
    const auto = form.querySelector("button[data-auto]");
    if (auto) {
      this.ask(auto);
    }
  }

  ask(button) {
    button.disabled = true;
    button.textContent = button.dataset.busy;
    this.refresh(button.value);
  }

  async refresh(go) {
    this.asked += 1;
    const mine = this.asked;
    const body = new FormData(this.form);
    body.set("go", go);
    let text;
    try {
      const response = await fetch(window.location.href, { method: "POST", body });
      if (!response.ok) {
        throw new Error(String(response.status));
      }
      text = await response.text();
    } catch (lost) {
      if (go !== "stay") {
        this.form.querySelectorAll("button[data-busy]").forEach((button) => { button.disabled = false; });
      }
      return; // what is shown stays; the next button sends the form as ever
    }
    if (mine !== this.asked) {
      return; // an older answer that came late
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    this.form.querySelectorAll("[data-part]").forEach((part) => {
      const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (fresh) {
        part.replaceWith(document.importNode(fresh, true));
      }
    });
  }
}

document.querySelectorAll("form[data-wizard]").forEach((form) => new WizardForm(form));
