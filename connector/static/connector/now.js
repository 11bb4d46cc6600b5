/* A piece of a page that keeps itself fresh: asked for every few seconds while somebody looks at it, less often where it
   says that nothing moves in it for now. A piece that says that it is settled is not asked for again. What else of the
   page hangs on it (data-now-part) follows now and then, and when the piece settles: it is read from the page itself. */
"use strict";

const EVERY_MS = 4000;
const SELDOM_MS = 15000; // while the piece says that nothing is sent
const SLOWEST_MS = 60000; // between two tries while nothing answers
const GIVE_UP_MS = 15000; // for one answer
const PARTS_EACH = 4; // refreshes of the piece

class FreshPiece {
  constructor(place, status) {
    this.place = place;
    this.status = status;
    this.wait = this.pace();
    this.timer = null;
    this.isAsking = false;
    this.refreshes = 0;
    this.isOver = this.isSettled();
    if (this.isOver) {
      return;
    }
    document.addEventListener("visibilitychange", () => this.onVisible());
    window.addEventListener("online", () => this.refresh());
    this.say(this.isSeldom() ? "seldom" : "live");
    this.schedule();
  }

  /* Said once a change, not once a refresh: a screen reader is told what happened, not every number. */
  say(kind) {
    if (this.status.dataset.kind !== kind) {
      this.status.dataset.kind = kind;
      this.status.textContent = this.status.getAttribute(`data-text-${kind}`);
    }
  }

  isSettled() {
    return this.place.querySelector("[data-now-settled]") !== null;
  }

  isSeldom() {
    return this.place.querySelector("[data-now-seldom]") !== null;
  }

  pace() {
    return this.isSeldom() ? SELDOM_MS : EVERY_MS;
  }

  schedule() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.refresh(), this.wait);
  }

  onVisible() {
    if (this.isOver) {
      return;
    }
    if (document.hidden) {
      window.clearTimeout(this.timer);
      this.say("paused");
    } else {
      this.wait = this.pace();
      this.refresh();
    }
  }

  async refresh() {
    if (this.isAsking || this.isOver || document.hidden) {
      return;
    }
    this.isAsking = true;
    const outcome = await this.ask();
    this.isAsking = false;
    this.isOver = outcome === "out" || this.isSettled();
    this.refreshes += 1;
    if (outcome !== "out" && outcome !== "lost" && (this.isOver || this.refreshes % PARTS_EACH === 0)) {
      await this.refreshParts();
    }
    if (this.isOver) {
      this.say(outcome === "out" ? "out" : "settled");
      return; // no later try can succeed, or would say anything else
    }
    this.wait = outcome === "lost" ? Math.min(2 * this.wait, SLOWEST_MS) : this.pace();
    if (!document.hidden) {
      this.say(outcome);
      this.schedule();
    }
  }

  fetch(address) {
    return fetch(address, {
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
  }

  /* Leaves a part alone that somebody is in the middle of. */
  async refreshParts() {
    const parts = [...document.querySelectorAll("[data-now-part]")];
    if (!parts.length) {
      return;
    }
    try {
      const answer = await this.fetch(window.location.href);
      if (!answer.ok || answer.redirected) {
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) {
        const fresh = page.querySelector(`[data-now-part="${part.dataset.nowPart}"]`);
        if (fresh && !part.contains(document.activeElement)) {
          part.replaceWith(document.importNode(fresh, true));
        }
      }
    } catch (error) {
      // no answer in time: what is shown stays, as old as it is; the piece itself says that the connection is gone
    }
  }

  async ask() {
    try {
      const answer = await this.fetch(this.place.dataset.url);
      if (answer.redirected || answer.status === 403) {
        return "out";
      }
      if (!answer.ok) {
        return "lost";
      }
      this.show(await answer.text());
      return this.isSeldom() ? "seldom" : "live";
    } catch (error) {
      return "lost"; // offline, or no answer in time
    }
  }

  show(html) {
    const before = this.numbers();
    const focused = this.place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    this.place.innerHTML = html;
    for (const [key, element] of this.elements()) {
      if (before.has(key) && before.get(key) !== element.textContent) {
        element.classList.add("cx-changed");
      }
    }
    if (focused) {
      const again = [...this.place.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
      if (again) {
        again.focus({ preventScroll: true });
      }
    }
  }

  elements() {
    return [...this.place.querySelectorAll("[data-now-number]")].map((element) => [element.dataset.nowNumber, element]);
  }

  numbers() {
    return new Map(this.elements().map(([key, element]) => [key, element.textContent]));
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector("[data-now]");
  const status = document.querySelector("[data-now-status]");
  if (place && status) {
    new FreshPiece(place, status);
  }
});
