// The views above the list: how many studies each has, and which one is shown.
import { results } from "./rows.js";

// Many events come together when a study is stored: they are counted once.
const SETTLE_MS = 1500;
const MANY = 9_999;

export class Views {
  constructor(place) {
    this.place = place;
    this.letters = new Map();
    for (const link of place.querySelectorAll("a[data-letter]")) this.letters.set(link.dataset.letter, link);
    place.querySelector("[data-save-view]").addEventListener("submit", (event) => {
      event.target.elements.query.value = results().dataset.query;
    });
    for (const form of document.querySelectorAll("form[data-columns]")) arrangeColumns(form);
    void this.count();
  }

  async count() {
    const response = await fetch(this.place.dataset.counts, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok || !response.headers.get("Content-Type")?.includes("json")) return;
    const counts = await response.json();
    for (const link of this.place.querySelectorAll("a[data-view]")) {
      const count = counts[link.dataset.view];
      const text = count === undefined ? "" : format(count);
      const shown = link.querySelector("[data-count]");
      if (shown.textContent !== text) shown.textContent = text;
      link.classList.toggle("is-empty", count === 0);
    }
  }

  /** Count again, once things are quiet. */
  changed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.count(), SETTLE_MS);
  }

  /** Mark the view that the list shows now. */
  follow() {
    const shown = results().dataset.query;
    for (const link of this.place.querySelectorAll("a[data-view]")) {
      if (link.dataset.query === shown) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  go(letter) {
    this.letters.get(letter)?.click();
  }
}

function format(count) {
  const lang = document.documentElement.lang;
  return count > MANY ? `${MANY.toLocaleString(lang)}+` : count.toLocaleString(lang);
}

function arrangeColumns(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up], [data-down]");
    if (!button) return;
    const item = button.closest("li");
    if ("up" in button.dataset) item.previousElementSibling?.before(item);
    else item.nextElementSibling?.after(item);
    button.focus();
  });
  let dragged = null;
  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
  });
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const below = event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
    if (below) over.after(dragged);
    else over.before(dragged);
  });
  form.addEventListener("submit", () => {
    form.elements.next.value = location.pathname + location.search;
  });
}
