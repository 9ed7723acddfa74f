// Studies that come in while the list is open: into their place when the list is newest first and
// at its beginning, else only counted.

// Storing a study takes a while and tells of itself more than once: rows are fetched together.
const GATHER_MS = 600;

export class LiveRows {
  constructor(place, results) {
    this.place = place;
    this.results = results;
    this.waiting = new Set();
    this.unseen = new Set();
    this.isConnected = null;
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-show-new]")) this.showNew();
    });
  }

  heard(event) {
    if (event.topic === "reset") return this.reload();
    const id = String(event.study_id);
    const isShown = document.getElementById(`study-${id}`) !== null;
    if (isShown || this.results().dataset.live === "true") this.gather(id, event);
    else if (event.topic === "study.received") this.count(id);
  }

  gather(id, event) {
    this.waiting.add(id);
    this.timer ??= setTimeout(() => void this.fetch(), GATHER_MS);
    // What is announced may go on changing for this long without another word.
    if (event.settle_s) setTimeout(() => this.later(id), event.settle_s * 1000 + GATHER_MS);
  }

  later(id) {
    this.waiting.add(id);
    this.timer ??= setTimeout(() => void this.fetch(), 0);
  }

  async fetch() {
    const ids = Array.from(this.waiting);
    this.waiting.clear();
    this.timer = undefined;
    const query = new URLSearchParams(this.results().dataset.query);
    query.set("ids", ids.join(","));
    const response = await fetch(`${this.place.dataset.rows}?${query}`).catch(() => null);
    if (!response?.ok || !response.headers.has("X-Noctis-Fragment")) return;
    const body = document.createElement("tbody");
    const template = document.createElement("template");
    template.innerHTML = `<table><tbody>${await response.text()}</tbody></table>`;
    body.append(...template.content.querySelectorAll("tr"));
    for (const row of Array.from(body.children)) this.put(row);
  }

  put(row) {
    const old = document.getElementById(row.id);
    if (old) {
      if (old.dataset.revision === row.dataset.revision) return;
      row.classList.toggle("is-current", old.classList.contains("is-current"));
      // The picture stays: it would flicker with every image that arrives.
      row.querySelector(".thumb").replaceWith(old.querySelector(".thumb"));
      old.replaceWith(row);
      return;
    }
    if (this.results().dataset.live !== "true") return;
    const list = document.getElementById("rows");
    if (!list) return this.reload();
    this.insert(list, row);
  }

  insert(list, row) {
    const byDate = this.results().dataset.sort === "date";
    const follower = byDate
      ? Array.from(list.children).find((other) => other.dataset.order < row.dataset.order)
      : list.firstElementChild;
    if (!follower && list.children.length >= Number(this.place.dataset.pageSize)) return this.countTotal();
    row.classList.add("is-new");
    list.insertBefore(row, follower ?? null);
    this.countTotal();
  }

  countTotal() {
    const total = this.results().querySelector("[data-total]");
    const count = Number(total.dataset.total) + 1;
    total.dataset.total = String(count);
    const words = count === 1 ? this.place.dataset.totalOne : this.place.dataset.totalMany;
    total.textContent = words.replace("{count}", count.toLocaleString(document.documentElement.lang));
  }

  count(id) {
    this.unseen.add(id);
    const button = this.results().querySelector("[data-show-new]");
    const { one, many } = this.place.dataset;
    button.textContent = this.unseen.size === 1 ? one : many.replace("{count}", this.unseen.size);
    button.hidden = false;
  }

  showNew() {
    this.unseen.clear();
    const query = new URLSearchParams(this.results().dataset.query);
    for (const key of ["sort", "order"]) query.delete(key);
    htmx.ajax("GET", `${location.pathname}?${query}`, {
      source: "#results", target: "#results", swap: "outerHTML show:window:top",
    });
  }

  reload() {
    htmx.ajax("GET", location.pathname + location.search, {
      source: "#results", target: "#results", swap: "outerHTML",
    });
  }

  listChanged() {
    this.unseen.clear();
    this.showState();
  }

  connected(isConnected) {
    this.isConnected = isConnected;
    this.showState();
  }

  showState() {
    const state = this.results().querySelector("[data-live-state]");
    if (this.isConnected === null) return;
    state.hidden = false;
    state.classList.toggle("is-lost", !this.isConnected);
    state.textContent = this.isConnected ? this.place.dataset.connected : this.place.dataset.lost;
  }
}
