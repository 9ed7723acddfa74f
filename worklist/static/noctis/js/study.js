// The page of a study: parts of other rooms come in by htmx, clocks go on, changes are told.
import "./clock.js";
import { LiveEvents } from "./live.js";

// A part that is not there (404), or that answers with a whole page, is not shown.
function hide(target) {
  const part = target?.closest("[data-place]");
  if (part) part.hidden = true;
}

document.addEventListener("htmx:responseError", (event) => hide(event.detail.target));
document.addEventListener("htmx:sendError", (event) => hide(event.detail.target));
document.addEventListener("htmx:beforeSwap", (event) => {
  const isPage = /^\s*<!doctype/i.test(event.detail.serverResponse ?? "");
  const part = event.detail.target.closest("[data-place]");
  if (!isPage || !part) return;
  event.detail.shouldSwap = false;
  // There is such a page, and its heading leads to it.
  event.detail.target.replaceChildren();
  part.classList.add("is-link");
});

for (const image of document.querySelectorAll(".thumb img")) {
  const missing = () => image.closest(".thumb").classList.add("is-missing");
  image.addEventListener("error", missing);
  if (image.complete && image.naturalWidth === 0) missing();
}

const place = document.getElementById("live");
let isTold = false;

function tell() {
  if (isTold) return;
  isTold = true;
  const note = document.createElement("div");
  note.className = "toast toast-info";
  const words = document.createElement("span");
  words.textContent = place.dataset.changed;
  const show = document.createElement("a");
  show.className = "button button-quiet button-small";
  show.href = location.href;
  show.textContent = place.dataset.show;
  note.append(words, show);
  document.getElementById("toasts").append(note);
}

new LiveEvents(
  place.dataset.events,
  place.dataset.lastEvent,
  (event) => String(event.study_id) === place.dataset.study && tell(),
  () => {},
).start();
