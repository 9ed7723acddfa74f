// Studies that come in or change while the list is open: a new one goes into its place when the
// list is at its beginning, else it is only counted; one that no longer fits is marked and leaves.

// Storing a study takes a while and tells of itself more than once: rows are fetched together.
const GATHER_MS = 600;
const LEAVING_MS = 4000;

export class LiveRows {
  /** @param {() => void} drawn called when rows were drawn again */
  constructor(place, results, drawn = () => {}) {
    this.drawn = drawn;
    this.place = place;
    this.results = results;
    this.waiting = new Set();
    this.unseen = new Set();
    this.arrived = new Set();
    this.isConnected = null;
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-show-new]")) this.showNew();
    });
  }

  heard(event) {
    if (event.topic === "reset") return this.reload();
    if (event.study_id === undefined) return;
    const id = String(event.study_id);
    if (event.topic === "study.received") this.arrived.add(id);
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
    const template = document.createElement("template");
    template.innerHTML = `<table><tbody>${await response.text()}</tbody></table>`;
    const rows = Array.from(template.content.querySelectorAll("tr"));
    const fitting = new Set(rows.map((row) => row.dataset.id));
    for (const row of rows) this.put(row);
    for (const id of ids) if (!fitting.has(id)) this.leave(id);
    this.drawn();
  }

  /** Mark a row that no longer fits the view; it goes once nobody is at it. */
  leave(id) {
    const row = document.getElementById(`study-${id}`);
    if (!row || row.classList.contains("is-leaving")) return;
    row.classList.add("is-leaving");
    row.title = this.place.dataset.leaving;
    const go = () => {
      if (!row.isConnected || !row.classList.contains("is-leaving")) return;
      if (row.matches(":hover, :focus-within")) return void setTimeout(go, LEAVING_MS);
      row.remove();
      if (!document.querySelector("#rows tr")) return void this.reload();
      this.countTotal(-1);
      this.drawn();
    };
    setTimeout(go, LEAVING_MS);
  }

  put(row) {
    const old = document.getElementById(row.id);
    if (old) {
      const isSame = old.dataset.revision === row.dataset.revision && !old.classList.contains("is-leaving");
      if (!isSame) this.patch(old, row);
      return;
    }
    if (this.results().dataset.live !== "true") return;
    const list = document.getElementById("rows");
    if (!list) return this.reload();
    this.insert(list, row);
  }

  patch(old, row) {
    row.classList.toggle("is-current", old.classList.contains("is-current"));
    row.classList.add("is-changed");
    // The picture stays: it would flicker with every image that arrives.
    const picture = old.querySelector(".thumb");
    if (picture) row.querySelector(".thumb")?.replaceWith(picture);
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(row);
    const moves = old.dataset.order !== row.dataset.order && this.results().dataset.live === "true";
    if (moves) row.parentElement.insertBefore(row, this.follower(row.parentElement, row));
    if (hadFocus) row.querySelector(".study-link").focus({ preventScroll: true });
  }

  /** The row before which `row` belongs; null for the end. */
  follower(list, row) {
    const isDown = this.results().dataset.descending === "true";
    const isBehind = (other) => (isDown ? other.dataset.order < row.dataset.order : other.dataset.order > row.dataset.order);
    return Array.from(list.children).find((other) => other !== row && isBehind(other)) ?? null;
  }

  insert(list, row) {
    const isFull = list.children.length >= Number(this.place.dataset.pageSize);
    // One that comes over from another page was counted there already.
    if (!isFull || this.arrived.delete(row.dataset.id)) this.countTotal();
    const follower = this.follower(list, row);
    if (!follower && isFull) return;
    row.classList.add("is-new");
    list.insertBefore(row, follower);
  }

  countTotal(by = 1) {
    const total = this.results().querySelector("[data-total]");
    const count = Math.max(Number(total.dataset.total) + by, 0);
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
