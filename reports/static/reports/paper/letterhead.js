// The live preview of a letterhead: the server draws the page with what the form has, in a shadow
// tree, so that the paper's style sheet and ours do not meet.

const form = document.querySelector("[data-letterhead]");
const sheet = document.querySelector("[data-sheet]");
const state = form.querySelector("[data-state]");
const PAUSE_MS = 250;

const root = sheet.attachShadow({ mode: "open" });
const styles = document.createElement("link");
styles.rel = "stylesheet";
styles.href = sheet.dataset.styles;
const frame = document.createElement("style");
frame.textContent = ":host { overflow: hidden; } .paper { flex: 1; width: 100%; min-height: inherit; } .shown { display: flex; width: 100%; min-height: inherit; }";
const shown = document.createElement("div");
shown.className = "shown";
root.append(styles, frame, shown);
shown.append(sheet.querySelector("[data-first]").content.cloneNode(true));

function fit() {
  const room = sheet.parentElement.clientWidth;
  const scale = Math.min(1, room / sheet.offsetWidth);
  sheet.style.transform = `scale(${scale})`;
  sheet.style.marginBottom = `${(scale - 1) * sheet.offsetHeight}px`;
  sheet.style.marginRight = `${(scale - 1) * sheet.offsetWidth}px`;
}

function showErrors(answer) {
  for (const list of form.querySelectorAll("[data-error]")) {
    list.replaceChildren();
    form.querySelector(`[name="${list.dataset.error}"]`)?.removeAttribute("aria-invalid");
  }
  for (const error of answer.querySelectorAll("[data-errors] li")) {
    form.querySelector(`[data-error="${error.dataset.field}"]`)?.append(error.cloneNode(true));
    form.querySelector(`[name="${error.dataset.field}"]`)?.setAttribute("aria-invalid", "true");
  }
  const contrast = answer.querySelector("[data-contrast]");
  const text = form.querySelector("[data-contrast-text]");
  text.textContent = contrast ? `${text.dataset.words} ${contrast.textContent}` : "";
}

let running = null;
async function draw() {
  running?.abort();
  const mine = (running = new AbortController());
  state.textContent = state.dataset.busy;
  try {
    const response = await fetch(form.dataset.preview, {
      method: "POST",
      body: new FormData(form),
      signal: mine.signal,
    });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    showErrors(answer);
    shown.replaceChildren(...answer.querySelector("[data-problems]").children);
    sheet.dataset.paper = new FormData(form).get("paper");
    state.textContent = state.dataset.unsaved;
    fit();
  } catch (error) {
    if (error.name !== "AbortError") state.textContent = state.dataset.failed;
  }
}

let timer = 0;
function later() {
  clearTimeout(timer);
  timer = setTimeout(draw, PAUSE_MS);
}

const accent = form.elements.accent;
const picker = document.querySelector("#accent-picker");
picker.addEventListener("input", () => {
  accent.value = picker.value;
});
accent.addEventListener("input", () => {
  if (/^#[0-9a-f]{6}$/i.test(accent.value)) picker.value = accent.value;
});
form.addEventListener("input", later);
document.querySelector("#letterhead-facility")?.addEventListener("change", (event) => event.target.form.requestSubmit());
sheet.dataset.paper = new FormData(form).get("paper");
new ResizeObserver(fit).observe(sheet.parentElement);
styles.addEventListener("load", fit);
fit();
