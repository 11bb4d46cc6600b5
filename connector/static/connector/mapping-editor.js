/* The mapping editor: filters the two lists, and asks the server after each change what would happen. It stores nothing. */
"use strict";

const CHECK_AFTER_MS = 350; // between the last change and the question: one a word, not a letter

class MappingEditor {
  constructor(form) {
    this.form = form;
    this.timer = null;
    this.asked = 0;
    form.querySelectorAll("[data-filter]").forEach((input) => {
      input.addEventListener("input", () => this.filter(input));
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          event.preventDefault(); // a search is not the form
        }
      });
      this.filter(input);
    });
    form.addEventListener("input", (event) => this.onChange(event));
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=shuffle]");
      if (button) {
        event.preventDefault();
        this.check({ shuffle: "1" });
      }
    });
    form.querySelectorAll(".mp-picks input:checked").forEach((input) => {
      input.closest("label").scrollIntoView({ block: "nearest" });
    });
    window.scrollTo(0, 0);
  }

  filter(input) {
    const wanted = input.value.trim().toLowerCase();
    this.form.querySelectorAll(`${input.dataset.filter} [data-search]`).forEach((line) => {
      line.hidden = !line.dataset.search.includes(wanted) && !line.querySelector("input").checked;
    });
  }

  onChange(event) {
    if (event.target.matches("[data-filter]")) {
      return;
    }
    const line = event.target.closest(".mp-picks label");
    if (line && event.target.type === "text") {
      line.querySelector("input[type=radio]").checked = true; // whoever writes a text means it
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.check({}), CHECK_AFTER_MS);
  }

  async check(more) {
    this.asked += 1;
    const mine = this.asked;
    const body = new FormData(this.form);
    Object.entries(more).forEach(([name, value]) => body.set(name, value));
    let answer = null;
    try {
      const response = await fetch(this.form.dataset.checkUrl, { method: "POST", body });
      answer = response.ok ? await response.json() : null;
    } catch (lost) {
      answer = null;
    }
    if (mine !== this.asked) {
      return; // an older answer that came late
    }
    if (!answer) {
      this.piece("findings").textContent = this.form.dataset.lost;
      return;
    }
    this.show(answer);
  }

  show(answer) {
    this.put("findings", answer.findings);
    this.put("example", answer.example);
    const choices = this.piece("choices");
    if (choices.dataset.choicesOf !== answer.choices_of) {
      this.put("choices", answer.choices); // another field or source: another table; else what is chosen stays
      choices.dataset.choicesOf = answer.choices_of;
    }
  }

  piece(name) {
    return this.form.querySelector(`[data-piece=${name}]`);
  }

  put(name, html) {
    const place = this.piece(name);
    if (place && place.innerHTML !== html) {
      place.innerHTML = html; // made by the server, escaped there
    }
  }
}

document.querySelectorAll("[data-mapping-editor]").forEach((form) => new MappingEditor(form));
