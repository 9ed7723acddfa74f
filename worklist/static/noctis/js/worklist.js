// The worklist's behaviour beyond its links and its form: keys, live rows, actions, errors.
import { Bulk } from "./bulk.js";
import { tick } from "./clock.js";
import { LiveEvents } from "./live.js";
import { LiveRows } from "./live-rows.js";
import { Palette } from "./palette.js";
import { RowMenu } from "./row-menu.js";
import { addresses, currentRow, mark, reportAddress, results, step } from "./rows.js";
import { Views } from "./views.js";

const filters = document.getElementById("filters");
const loadError = document.getElementById("load-error");
const place = document.getElementById("live");
let lastFailed = null;

const views = new Views(document.getElementById("views"));
const bulk = new Bulk(document.getElementById("bulk"), (ids) => {
  for (const id of ids) live.later(id);
  views.changed();
});
const palette = new Palette(document.getElementById("palette"), (action) => void bulk.ask(action));
const words = JSON.parse(document.getElementById("row-words").textContent);
new RowMenu(document.getElementById("row-menu"), words, (action) => void askOfRow(action), (action) => bulk.offers(action));

/** From a row's own menu: that row, unless it is one of the selected. */
function askOfRow(action) {
  const row = currentRow();
  if (row && !bulk.selected.has(row.dataset.id)) bulk.clear();
  return bulk.ask(action);
}

// --- Keys ---------------------------------------------------------------------------------------

function isTyping(target) {
  return target.closest("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]") !== null;
}

const open = (address) => address && location.assign(address);
const ofRow = (what) => () => currentRow() && open(addresses(currentRow())[what]);
const select = (event) => {
  if (!currentRow()) step(0);
  bulk.toggle(currentRow(), event.shiftKey);
};

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => currentRow() && step(1),
  ArrowUp: () => currentRow() && step(-1),
  "/": () => document.getElementById("filter-name").select(),
  n: () => results().querySelector("[data-page=next]")?.click(),
  p: () => results().querySelector("[data-page=previous]")?.click(),
  d: ofRow("study"),
  r: () => currentRow() && words.report && open(reportAddress(currentRow())),
  a: () => void bulk.ask("assign"),
  s: () => void bulk.ask("priority"),
  x: select,
  X: select,
  g: () => waitForView(),
  "?": () => document.getElementById("keys").showModal(),
  Escape: () => bulk.clear(),
};

const VIEW_MS = 2000;
let viewTimer = null;

function waitForView() {
  document.getElementById("views").classList.add("is-waiting");
  clearTimeout(viewTimer);
  viewTimer = setTimeout(endWaiting, VIEW_MS);
}

function endWaiting() {
  clearTimeout(viewTimer);
  viewTimer = null;
  document.getElementById("views").classList.remove("is-waiting");
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) palette.open();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    if (event.key === "ArrowDown" && event.target.type === "search") step(0);
    return;
  }
  if (viewTimer !== null) {
    event.preventDefault();
    endWaiting();
    return views.go(event.key);
  }
  pressed(event);
});

function pressed(event) {
  const isOnRow = event.target.closest("#rows tr") !== null || event.target === document.body;
  const action = event.key === " " && isOnRow && currentRow() ? select : KEYS[event.key];
  if (!action || event.target.closest(".menu[open]")) return;
  event.preventDefault();
  action(event);
}

// --- Rows: a click anywhere opens the study ------------------------------------------------------

document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows tr");
  if (!row || event.target.closest("a, button, .c-select") || window.getSelection().toString()) return;
  const link = row.querySelector(".study-link");
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("#rows tr");
  if (row && row !== currentRow()) mark(row);
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
  const menu = event.target.closest(".choice-menu");
  if (!menu) return;
  const label = menu.querySelector("[data-label]");
  const chosen = Array.from(menu.querySelectorAll("input:checked"), (input) => input.parentElement.textContent.trim());
  label.textContent = chosen.join(", ") || label.dataset.none;
});

// --- Loading and its failures -------------------------------------------------------------------

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === results()) results().setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterSwap", () => {
  loadError.hidden = true;
  live.listChanged();
  views.follow();
  bulk.follow();
});

function failed(event, text) {
  lastFailed = event.detail.requestConfig;
  results().setAttribute("aria-busy", "false");
  const line = loadError.querySelector("span");
  line.textContent = line.dataset[text];
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

const live = new LiveRows(place, results, () => {
  bulk.follow();
  tick();
});
const events = new LiveEvents(
  place.dataset.events,
  place.dataset.lastEvent,
  (event) => {
    live.heard(event);
    views.changed();
  },
  (connected) => live.connected(connected),
);
events.start();
