// What every page does: menus close, the theme changes at once, toasts come and go.

const TOAST_MS = 6000;

function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details[data-menu]"));
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-menu][open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

function applyTheme(form, theme) {
  document.documentElement.dataset.theme = theme;
  for (const button of form.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-theme-form]");
  if (!form) return;
  event.preventDefault();
  const theme = event.submitter.value;
  applyTheme(form, theme);
  const body = new FormData(form);
  body.set("theme", theme);
  void fetch(form.action, { method: "POST", body, redirect: "manual" });
});

/** Show a short message that goes by itself; `level` is success, error, warning or info. */
export function toast(text, level = "info") {
  const box = document.getElementById("toasts");
  const note = document.createElement("div");
  note.className = `toast toast-${level}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", box.dataset.close);
  close.textContent = "×";
  note.append(words, close);
  box.append(note);
  fade(note);
}

function fade(note) {
  if (!note.classList.contains("toast-error")) setTimeout(() => note.remove(), TOAST_MS);
}

document.querySelectorAll("#toasts .toast").forEach(fade);
