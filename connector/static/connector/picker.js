/* Find a campaign, an owner or an account in Salesforce as one types, by keyboard or pointer. */
"use strict";

const WAIT_MS = 300; // between the last key and the search: one API call a word, not a letter

class Picker {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("[data-picker-input]");
    this.list = root.querySelector("[role=listbox]");
    this.status = root.querySelector("[role=status]");
    this.value = root.querySelector("[data-picker-value]");
    this.found = [];
    this.active = -1;
    this.timer = null;
    this.asked = 0;
    this.input.addEventListener("input", () => this.schedule());
    this.input.addEventListener("focus", () => this.schedule());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => window.setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) {
        this.choose(Number(option.dataset.index));
      }
    });
    if (document.activeElement === this.input) {
      this.schedule(); // somebody was quicker than the page: what is typed already counts
    }
  }

  org() {
    const field = document.getElementById("id_org");
    return field ? field.value : this.root.dataset.org || "";
  }

  parameters() {
    return { org: this.org(), q: this.input.value };
  }

  say(text, kind = "") {
    this.status.textContent = text;
    this.status.dataset.kind = kind;
  }

  schedule() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.search(), WAIT_MS);
  }

  async search() {
    if (!this.org()) {
      this.say(this.root.dataset.textOrg, "bad");
      return;
    }
    this.asked += 1;
    const mine = this.asked;
    this.say(this.root.dataset.textWait);
    const answer = await this.ask(this.root.dataset.searchUrl, this.parameters());
    if (mine !== this.asked) {
      return; // an older answer that came late
    }
    if (!answer || answer.problem) {
      this.close();
      this.say(answer ? answer.problem : this.root.dataset.textLost, "bad");
      return;
    }
    this.found = answer.found;
    this.show();
  }

  // posted: it makes an API call, and what is typed stands in no address
  async ask(address, parameters) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ ...parameters, csrfmiddlewaretoken: token });
    try {
      const response = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
      return response.ok ? await response.json() : null;
    } catch (lost) {
      return null;
    }
  }

  show() {
    this.active = -1;
    this.list.replaceChildren(...this.found.map((one, index) => this.option(one, index)));
    const isOpen = this.found.length > 0 && document.activeElement === this.input;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.input.removeAttribute("aria-activedescendant");
    this.say(this.found.length ? `${this.root.dataset.textFound} ${this.found.length}` : this.root.dataset.textNone);
  }

  option(one, index) {
    const item = document.createElement("li");
    item.id = `${this.list.id}_${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.index = String(index);
    const name = document.createElement("span");
    name.textContent = one.name;
    const detail = document.createElement("span");
    detail.className = "cx-subtle";
    detail.textContent = one.detail;
    item.append(name, detail);
    return item;
  }

  onKey(event) {
    if (event.key === "Escape") {
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !this.list.hidden && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Enter" && (!this.list.hidden || this.input.value)) {
      event.preventDefault(); // whoever presses Enter here means the search: the form is not sent in the middle of it
      if (this.list.hidden) {
        window.clearTimeout(this.timer);
        this.search();
      }
    }
  }

  move(step) {
    if (this.list.hidden || !this.found.length) {
      return;
    }
    this.active = (this.active + step + this.found.length) % this.found.length;
    this.list.querySelectorAll("[role=option]").forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) {
        option.scrollIntoView({ block: "nearest" });
        this.input.setAttribute("aria-activedescendant", option.id);
      }
    });
  }

  choose(index) {
    const chosen = this.found[index];
    this.value.value = chosen.value;
    this.name(chosen.name, chosen.detail);
    this.input.value = "";
    this.close();
    this.say("");
    this.follow(chosen);
  }

  name(name, detail) {
    this.root.querySelector("[data-picker-name]").textContent = name;
    this.root.querySelector("[data-picker-detail]").textContent = detail;
  }

  follow() {}

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}

/* Its statuses follow the campaign. */
class CampaignPicker extends Picker {
  async follow(campaign) {
    const answer = await this.ask(this.root.dataset.labelsUrl, { campaign: campaign.value });
    if (!answer || answer.problem) {
      this.say(answer ? answer.problem : this.root.dataset.textLost, "bad");
      return;
    }
    document.querySelectorAll("select[data-status]").forEach((select) => fillStatuses(select, answer));
  }
}

/* An id that can be typed too: the name beside it goes when it is. */
class RecordPicker extends Picker {
  constructor(root) {
    super(root);
    this.value.addEventListener("input", () => this.name("", ""));
  }

  parameters() {
    const createAs = document.getElementById("id_create_as");
    return { ...super.parameters(), create_as: createAs ? createAs.value : "" };
  }

  async search() {
    if (this.input.value.trim()) {
      await super.search();
    } else {
      this.asked += 1;
      this.close();
      this.say("");
    }
  }
}

function fillStatuses(select, answer) {
  const empty = select.querySelector("option[value='']");
  const options = answer.labels.map((label) => new Option(label, label));
  const wanted = answer.suggested[select.dataset.status] || "";
  select.replaceChildren(...(empty ? [empty] : []), ...options);
  select.value = wanted;
}

// a form's scripts stand in the head, without defer
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-picker=campaign]").forEach((root) => new CampaignPicker(root));
  document.querySelectorAll("[data-picker=record]").forEach((root) => new RecordPicker(root));
});
