// The bell: how many notices are unread, the newest of them, and what matters now as a toast.
import { LiveEvents } from "../noctis/js/live.js";
import { playSound } from "./sound.js";

const TOAST_MS = 12000;
const TOASTS_AT_ONCE = 2;
const bell = document.getElementById("bell");
const list = bell.querySelector("[data-list]");
const part = (name) => bell.querySelector(`[data-${name}]`);

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// --- What the server says --------------------------------------------------------------------

async function recent() {
  const answer = await fetch(bell.dataset.recent, { headers: { Accept: "application/json" }, redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function post(fields) {
  const body = new FormData(part("token"));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(bell.dataset.read, { method: "POST", body, keepalive: true });
}

// --- Drawing -----------------------------------------------------------------------------------

function drawCount(unread, text) {
  const count = part("count");
  count.textContent = text;
  count.hidden = unread === 0;
  const label = unread ? `${bell.dataset.labelUnread} ${text}` : bell.dataset.label;
  bell.querySelector("summary").setAttribute("aria-label", label);
  part("all-read").hidden = unread === 0;
}

function words(notice) {
  const box = element("span", "notice-words");
  box.append(element("strong", "", notice.title));
  if (notice.text) box.append(element("span", "muted", notice.text));
  return box;
}

function row(notice) {
  const item = element("li", "notice-row");
  item.classList.toggle("is-unread", !notice.is_read);
  item.classList.toggle("is-urgent", notice.is_urgent);
  const link = element("a", "");
  link.href = notice.url;
  link.dataset.notice = notice.id;
  link.append(element("span", "notice-dot"), words(notice), element("time", "muted", notice.when));
  item.append(link);
  return item;
}

function draw(state) {
  drawCount(state.unread, state.unread_text);
  list.replaceChildren(...state.notices.map(row));
  list.hidden = state.notices.length === 0;
  list.removeAttribute("aria-busy");
  part("empty").hidden = state.notices.length > 0;
  part("error").hidden = true;
}

async function refresh() {
  try {
    const state = await recent();
    draw(state);
    return state;
  } catch {
    list.hidden = true;
    part("error").hidden = false;
    return null;
  }
}

// --- What matters now ----------------------------------------------------------------------------

function showToast(notice) {
  const note = element("div", notice.is_urgent ? "toast toast-error" : "toast");
  const link = element("a", "toast-link");
  link.href = notice.url;
  link.dataset.notice = notice.id;
  link.append(words(notice));
  const close = element("button", "icon-button", "×");
  close.type = "button";
  close.dataset.dismiss = "";
  const box = document.getElementById("toasts");
  close.setAttribute("aria-label", box.dataset.close);
  note.append(link, close);
  box.append(note);
  setTimeout(() => note.matches(":hover, :focus-within") || note.remove(), TOAST_MS);
}

const told = new Set();
let waiting = [];
let soon = 0;

/** One look at the server for all that came within a moment. */
function hear(event) {
  if (event.topic === "notice.new") waiting.push(event);
  clearTimeout(soon);
  soon = setTimeout(() => void tell(), 150);
}

async function tell() {
  const events = waiting.filter((event) => !told.has(event.notice_id));
  waiting = [];
  const state = await refresh();
  const pressing = events.filter((event) => event.is_toast).map((event) => event.notice_id);
  for (const event of events) told.add(event.notice_id);
  if (state && !document.hidden) {
    // Of many at once the newest: the bell has them all.
    state.notices.filter((one) => !one.is_read && pressing.includes(one.id)).slice(0, TOASTS_AT_ONCE).forEach(showToast);
  }
  // Sounds also while another window is in front, but in one tab only: the one that listens.
  if (state && live.source && events.some((event) => event.has_sound)) playSound();
}

// --- What the user does ---------------------------------------------------------------------------

bell.addEventListener("toggle", () => bell.open && void refresh());
part("again").addEventListener("click", () => void refresh());
part("all-read").addEventListener("click", async () => {
  await post({ all: "1" });
  await refresh();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-notice]");
  if (link) void post({ id: link.dataset.notice });
});

// --- Live -------------------------------------------------------------------------------------------

const TOPICS = new Set(["notice.new", "notice.read", "reset"]);
const live = new LiveEvents(
  bell.dataset.events,
  bell.dataset.lastEvent,
  (event) => TOPICS.has(event.topic) && hear(event),
  () => {},
);
live.start();
