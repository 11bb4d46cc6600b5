/* The campaign picker: searches Salesforce as one types, by keyboard or pointer, then loads the campaign's statuses. */
"use strict";

const WAIT_MS = 300; // between the last key and the search: one API call a word, not a letter

class CampaignPicker {
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
    return field ? field.value : "";
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
    const answer = await this.ask(this.root.dataset.searchUrl, { org: this.org(), q: this.input.value });
    if (mine !== this.asked) {
      return; // an older answer that came late
    }
    if (!answer || answer.problem) {
      this.close();
      this.say(answer ? answer.problem : this.root.dataset.textLost, "bad");
      return;
    }
    this.found = answer.campaigns;
    this.show();
  }

  async ask(address, parameters) {
    const query = new URLSearchParams(parameters).toString();
    try {
      const response = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
      return response.ok ? await response.json() : null;
    } catch (lost) {
      return null;
    }
  }

  show() {
    this.active = -1;
    this.list.replaceChildren(...this.found.map((campaign, index) => this.option(campaign, index)));
    const isOpen = this.found.length > 0 && document.activeElement === this.input;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.input.removeAttribute("aria-activedescendant");
    this.say(this.found.length ? `${this.root.dataset.textFound} ${this.found.length}` : this.root.dataset.textNone);
  }

  option(campaign, index) {
    const item = document.createElement("li");
    item.id = `${this.list.id}_${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.index = String(index);
    const name = document.createElement("span");
    name.textContent = campaign.name;
    const detail = document.createElement("span");
    detail.className = "cx-subtle";
    detail.textContent = campaign.detail;
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
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault(); // the form is not sent in the middle of a search
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
    const campaign = this.found[index];
    this.value.value = campaign.value;
    this.root.querySelector("[data-picker-name]").textContent = campaign.name;
    this.root.querySelector("[data-picker-detail]").textContent = campaign.detail;
    this.input.value = "";
    this.close();
    this.say("");
    this.loadLabels(campaign);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  async loadLabels(campaign) {
    const answer = await this.ask(this.root.dataset.labelsUrl, { campaign: campaign.value });
    if (!answer || answer.problem) {
      this.say(answer ? answer.problem : this.root.dataset.textLost, "bad");
      return;
    }
    document.querySelectorAll("select[data-status]").forEach((select) => fillStatuses(select, answer));
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
  document.querySelectorAll("[data-picker]").forEach((root) => new CampaignPicker(root));
});
