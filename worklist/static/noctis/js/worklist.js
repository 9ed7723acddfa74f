// The worklist's behaviour beyond its links and its form: keys, thumbnails, live rows, errors.
import { LiveEvents } from "./live.js";
import { LiveRows } from "./live-rows.js";

const results = () => document.getElementById("results");
const filters = document.getElementById("filters");
const loadError = document.getElementById("load-error");
let lastFailed = null;

// --- Rows: a click anywhere opens the study; j, k and the arrows move, Enter opens ------------

const rows = () => Array.from(results().querySelectorAll("tbody tr"));
const currentRow = () => results().querySelector("tr.is-current");

function moveTo(row) {
  if (!row) return;
  currentRow()?.classList.remove("is-current");
  row.classList.add("is-current");
  row.querySelector(".study-link").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(currentRow());
  moveTo(at < 0 ? all[0] : all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function isTyping(target) {
  return target.closest("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]") !== null;
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => currentRow() && step(1),
  ArrowUp: () => currentRow() && step(-1),
  "/": () => document.getElementById("filter-name").select(),
  n: () => results().querySelector("[data-page=next]")?.click(),
  p: () => results().querySelector("[data-page=previous]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    if (event.key === "ArrowDown" && event.target.type === "search") step(0);
    return;
  }
  const action = KEYS[event.key];
  if (!action || event.target.closest(".menu[open]")) return;
  event.preventDefault();
  action();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows tr");
  if (!row || event.target.closest("a, button") || window.getSelection().toString()) return;
  const link = row.querySelector(".study-link");
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("#rows tr");
  if (row && row !== currentRow()) {
    currentRow()?.classList.remove("is-current");
    row.classList.add("is-current");
  }
});

// --- Thumbnails: a study without one shows its modality ----------------------------------------

document.addEventListener(
  "error",
  (event) => event.target instanceof HTMLImageElement && event.target.closest(".thumb")?.classList.add("is-missing"),
  true,
);
// Those that failed before this script ran.
for (const image of document.querySelectorAll(".thumb img")) {
  if (image.complete && image.naturalWidth === 0) image.closest(".thumb").classList.add("is-missing");
}

// --- Filters ------------------------------------------------------------------------------------

const TYPING_MS = 200;
let typing;

function applyFilters() {
  clearTimeout(typing);
  filters.dispatchEvent(new CustomEvent("noctis:filter"));
}

const filtersToggle = filters.querySelector("[data-toggle-filters]");
filtersToggle.addEventListener("click", () => {
  const isOpen = filters.classList.toggle("is-open");
  filtersToggle.setAttribute("aria-expanded", String(isOpen));
});

filters.addEventListener("input", (event) => {
  if (event.target.type !== "search") return;
  clearTimeout(typing);
  typing = setTimeout(applyFilters, TYPING_MS);
});

filters.addEventListener("change", (event) => {
  if (event.target.type === "search") return;
  applyFilters();
  const menu = event.target.closest("#modality-menu");
  if (!menu) return;
  const label = menu.querySelector("[data-label]");
  const chosen = Array.from(menu.querySelectorAll("input:checked"), (input) => input.value);
  label.textContent = chosen.join(", ") || label.dataset.none;
});

// --- Loading and its failures -------------------------------------------------------------------

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === results()) results().setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterSwap", () => {
  loadError.hidden = true;
  live?.listChanged();
});

function failed(event, words) {
  lastFailed = event.detail.requestConfig;
  results().setAttribute("aria-busy", "false");
  const text = loadError.querySelector("span");
  text.textContent = text.dataset[words];
  loadError.hidden = false;
}

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401 || event.detail.xhr.status === 403) location.reload();
  else failed(event, "textLoad");
});
document.addEventListener("htmx:sendError", (event) => failed(event, "textOffline"));

// A session that has ended answers with the sign-in page: that is a page, not a list.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.xhr.getResponseHeader("X-Noctis-Fragment") && event.detail.target === results()) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

loadError.querySelector("[data-retry]").addEventListener("click", () => {
  if (lastFailed) htmx.ajax("GET", lastFailed.path, { source: lastFailed.elt, target: "#results", swap: "outerHTML" });
});

// --- Live rows ----------------------------------------------------------------------------------

const place = document.getElementById("live");
const live = new LiveRows(place, results);
const events = new LiveEvents(
  place.dataset.events,
  place.dataset.lastEvent,
  (event) => live.heard(event),
  (connected) => live.connected(connected),
);
events.start();
