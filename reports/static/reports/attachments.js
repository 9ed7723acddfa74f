// Files beside a study. Everything is listened for on the document, so that the panel works however
// it came into the page, once or many times.

const REFRESH_MS = 4000;
const PARALLEL = 2;
const queues = new WeakMap();

const panelOf = (element) => element.closest("[data-attachments]");
const wordsOf = (panel) => JSON.parse(panel.querySelector('script[type="application/json"]').textContent);
const tokenOf = (panel) => panel.querySelector("[name=csrfmiddlewaretoken]").value;

// --- Sending: one request for each file, two at a time ------------------------------------------

function describe(panel) {
  const form = panel.querySelector("[data-attachment-form]");
  const boxes = Array.from(form.querySelectorAll("input[name=role]"));
  const roles = boxes.filter((box) => box.checked).map((box) => box.value);
  return {
    kind: form.querySelector("input[name=kind]:checked").value,
    roles: roles.length === boxes.length ? null : roles.join(","),
    version: form.querySelector("[name=version]")?.value ?? "",
  };
}

function line(panel, file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "sending-name";
  name.dir = "auto";
  name.textContent = file.name;
  const word = document.createElement("span");
  word.className = "sending-word";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  item.append(name, word, button, bar);
  panel.querySelector("[data-attachment-sending]").append(item);
  return { item, word, button, bar };
}

function add(panel, files) {
  const queue = queues.get(panel) ?? { waiting: [], active: 0 };
  queues.set(panel, queue);
  const description = describe(panel);
  for (const file of files) queue.waiting.push({ file, description, view: line(panel, file) });
  advance(panel, queue);
}

function advance(panel, queue) {
  while (queue.waiting.length > 0 && queue.active < PARALLEL) void send(panel, queue, queue.waiting.shift());
}

async function send(panel, queue, task) {
  queue.active += 1;
  const words = wordsOf(panel);
  const problem = task.file.size > Number(panel.dataset.maxBytes) ? words.too_large : await transfer(panel, task, words);
  queue.active -= 1;
  if (problem === null) {
    task.view.item.remove();
    await refresh(panel);
  } else {
    failed(panel, queue, task, problem, words);
  }
  advance(panel, queue);
}

function failed(panel, queue, task, problem, words) {
  const { item, word, button } = task.view;
  item.className = "is-failed";
  word.textContent = problem;
  button.textContent = words.retry;
  button.onclick = () => {
    item.remove();
    queue.waiting.push({ ...task, view: line(panel, task.file) });
    advance(panel, queue);
  };
}

/** Send one file; give null when it is stored, else what went wrong. */
function transfer(panel, { file, description, view }, words) {
  const request = new XMLHttpRequest();
  request.open("POST", panel.dataset.attachments);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-CSRFToken", tokenOf(panel));
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.setRequestHeader("X-Attachment-Kind", description.kind);
  if (description.roles !== null) request.setRequestHeader("X-Attachment-Roles", description.roles);
  if (description.version) request.setRequestHeader("X-Report-Version", description.version);
  view.word.textContent = words.sending;
  view.button.textContent = words.stop;
  view.button.onclick = () => request.abort();
  request.upload.onprogress = (event) => {
    view.bar.value = event.total ? event.loaded / event.total : 0;
    view.word.textContent = event.loaded < event.total ? `${Math.floor(view.bar.value * 100)} %` : words.storing;
  };
  return new Promise((resolve) => {
    request.onload = () => resolve(request.status === 201 ? null : refusal(request, words));
    request.onerror = () => resolve(words.offline);
    request.onabort = () => resolve(words.stopped);
    request.send(file);
  });
}

function refusal(request, words) {
  if (request.status === 401) return words.signed_out;
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return `${request.status} ${request.statusText}`;
  }
}

// --- The list: drawn again by the server ---------------------------------------------------------

async function refresh(panel) {
  const address = new URL(panel.dataset.attachments, location.href);
  address.searchParams.set("fragment", "1");
  let response;
  try {
    response = await fetch(address, { headers: { "X-Noctis-Script": "1" } });
  } catch {
    return; // what is shown stays; the next time may do
  }
  if (!response.ok || !response.headers.get("X-Noctis-Fragment") || !panel.isConnected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-attachment-list]");
  const old = panel.querySelector("[data-attachment-list]");
  old.replaceWith(document.adoptNode(fresh));
  panel.dispatchEvent(new CustomEvent("noctis:attachments", { bubbles: true, detail: { count: Number(fresh.dataset.count) } }));
  watch(panel);
}

/** While something waits for the scanner, look again now and then. */
function watch(panel) {
  clearTimeout(Number(panel.dataset.timer));
  if (!panel.querySelector('[data-state="pending"]')) return;
  panel.dataset.timer = String(setTimeout(() => document.hidden ? watch(panel) : void refresh(panel), REFRESH_MS));
}

async function remove(button) {
  const panel = panelOf(button);
  if (!window.confirm(wordsOf(panel).delete)) return;
  button.disabled = true;
  const headers = { "X-CSRFToken": tokenOf(panel), "X-Noctis-Script": "1" };
  await fetch(button.dataset.attachmentDelete, { method: "POST", headers }).catch(() => null);
  await refresh(panel);
}

// --- The viewer: pictures that the server made anew ----------------------------------------------

function show(link) {
  const viewer = panelOf(link).querySelector("[data-attachment-viewer]");
  viewer.querySelector("[data-viewer-name]").textContent = link.dataset.attachmentShow;
  const image = viewer.querySelector("img");
  image.alt = link.dataset.attachmentShow;
  image.src = link.href;
  viewer.showModal();
}

document.addEventListener("click", (event) => {
  const element = event.target;
  if (element.closest("[data-attachment-pick]")) panelOf(element).querySelector("[data-attachment-input]").click();
  const doomed = element.closest("[data-attachment-delete]");
  if (doomed) void remove(doomed);
  const link = element.closest("a[data-attachment-show]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    show(link);
  }
  if (element.closest("[data-viewer-close]") || element.matches("[data-attachment-viewer]")) element.closest("dialog").close();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-attachment-input]")) return;
  add(panelOf(event.target), Array.from(event.target.files));
  event.target.value = "";
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-attachment-form]")) event.preventDefault();
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("[data-attachment-drop]");
    if (!place || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    place.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") add(panelOf(place), Array.from(event.dataTransfer.files));
  });
}

// A picture that could not be made anew shows the file's sign instead.
document.addEventListener("error", (event) => event.target.matches?.(".attachment-face img") && event.target.remove(), true);

// Panels that are there now, and those that come later.
const found = (root) => root.querySelectorAll?.("[data-attachments]").forEach(watch);
found(document);
document.addEventListener("htmx:load", (event) => found(event.target));
