// The quality page: choosing by click and key, and forms that show what they would do first.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

const decide = one("#decide");
const bar = one("[data-chosen-bar]");
const rejecting = one("#reject-dialog");
const previewing = one("#preview-dialog");
const moving = one("#move-dialog");
const ofSeries = one("#series-dialog");

const chosen = () => all("input[name=series]:checked, input[name=instance]:checked", decide);

function tellChosen() {
  const count = chosen().length;
  const words = count ? `${count} ${bar.dataset.some}` : bar.dataset.all;
  bar.textContent = words;
  one("[data-chosen]", rejecting).textContent = `· ${words}`;
}

function tellTitle() {
  const title = one("input[name=title]:checked", rejecting).value;
  one("[data-reasons]", rejecting).hidden = title !== "113001";
  one("[data-hides]", rejecting).hidden = title !== "113037" && title !== "113038";
  // A hidden choice is not sent: the other titles need no reason.
  for (const input of all("input[name=reason]", rejecting)) input.disabled = title !== "113001";
}

function reject() {
  tellChosen();
  tellTitle();
  rejecting.showModal();
  one("input[name=reason]:checked", rejecting)?.focus();
}

async function showImages(button) {
  const card = button.closest(".quality-card");
  const place = document.getElementById(button.getAttribute("aria-controls"));
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  card.classList.toggle("has-images", !isOpen);
  place.hidden = isOpen;
  if (isOpen || place.childElementCount) return;
  place.textContent = "…";
  const url = new URL(one(".quality-grid").dataset.imagesUrl, location.href);
  url.searchParams.set("series", button.dataset.images);
  const answer = await fetch(url).catch(() => null);
  if (answer?.ok) place.innerHTML = await answer.text();
  else place.textContent = "–";
}

let waiting = null;

async function preview(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  const body = one("[data-preview-body]", previewing);
  if (!answer?.ok) return location.reload();
  body.innerHTML = await answer.text();
  const isRefused = one("[data-refused]", body) !== null;
  one("[data-confirm]", previewing).hidden = isRefused;
  one("[data-why]", previewing).hidden = isRefused;
  waiting = form;
  for (const dialog of [moving, ofSeries]) if (dialog.open) dialog.close();
  previewing.showModal();
}

function confirm() {
  for (const [name, value] of [["confirmed", "1"], ["why", one("[data-why-input]", previewing).value]]) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    waiting.append(input);
  }
  waiting.submit();
}

function openMove(button) {
  const kind = button.dataset.move;
  one("#move-dialog-title").textContent = button.dataset.title;
  one("input[name=kind]", moving).value = kind;
  one("[data-new]", moving).hidden = kind !== "move-series";
  const place = one("[data-series]", moving);
  place.replaceChildren(
    ...all("input[name=series]:checked", decide).map(({ value }) =>
      Object.assign(document.createElement("input"), { type: "hidden", name: "series", value }),
    ),
  );
  moving.showModal();
  one("[data-search]", moving).focus();
  void search();
}

let asked = 0;

async function search() {
  const input = one("[data-search]", moving);
  const url = new URL(input.dataset.search, location.href);
  url.searchParams.set("q", input.value);
  const isSeries = one("input[name=kind]", moving).value === "move-series";
  url.searchParams.set("kind", isSeries ? "study" : "patient");
  const number = ++asked;
  const answer = await fetch(url).catch(() => null);
  if (answer?.ok && number === asked) one("[data-targets]", moving).innerHTML = await answer.text();
}

function editSeries(button) {
  const form = one("form", ofSeries);
  form.elements.series.value = button.dataset.editSeries;
  form.elements.SeriesDescription.value = button.dataset.description;
  form.elements.BodyPartExamined.value = button.dataset.bodyPart;
  form.elements.Laterality.value = button.dataset.laterality;
  ofSeries.showModal();
}

function step(by) {
  const boxes = all(".quality-pick input, .quality-images:not([hidden]) input", decide);
  const at = boxes.indexOf(document.activeElement);
  boxes[at < 0 ? 0 : (at + by + boxes.length) % boxes.length]?.focus();
}

const KEYS = {
  a: () => one("[data-accept]").click(),
  r: reject,
  u: () => one("#undo-last")?.requestSubmit(),
  n: () => one("[data-next]").click(),
  v: () => one("[data-viewer]").click(),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Escape: () => {
    for (const box of chosen()) box.checked = false;
    tellChosen();
  },
};

// Focus may stay for a moment in a dialog that was just closed.
const isTyping = (target) =>
  target.closest("textarea, select, input:not([type=checkbox])") !== null &&
  target.closest("dialog:not([open])") === null;

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (rejecting.open && /^[1-9]$/.test(event.key) && event.target.tagName !== "TEXTAREA") {
    const label = all("[data-reasons] label", rejecting)[Number(event.key) - 1];
    one("input", label).checked = true;
    one("input", label).focus();
    return;
  }
  // Enter in a field would press the form's first button, which accepts.
  if (event.key === "Enter" && event.target.form === decide && event.target.tagName === "INPUT") {
    event.preventDefault();
    if (rejecting.open) one("button[value=reject]", rejecting).click();
    return;
  }
  if (one("dialog[open]") || isTyping(event.target)) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

document.addEventListener("keydown", onKey);
document.addEventListener("change", (event) => {
  if (event.target.name === "title") tellTitle();
  if (event.target.closest("#decide")) tellChosen();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-reject]")) reject();
  else if (button.matches("[data-undo]")) KEYS.u();
  else if (button.matches("[data-images]")) void showImages(button);
  else if (button.matches("[data-edit-series]")) editSeries(button);
  else if (button.matches("[data-move]")) openMove(button);
  else if (button.matches("[data-confirm]")) confirm();
  else if (button.matches("[data-close]")) button.closest("dialog").close();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-preview]")) return;
  event.preventDefault();
  void preview(event.target);
});
let typing;
one("[data-search]")?.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => void search(), 200);
});
// An answer without a picture is no error, but a broken sign would look like one.
document.addEventListener("error", (event) => event.target.classList?.add("is-missing"), true);
decide.dataset.ready = "true";
