// What the upload page shows: progress, totals, a line for each file.

const RESULTS = ["stored", "duplicate", "quarantined", "skipped", "refused", "failed"];
const PROBLEMS = new Set(["quarantined", "refused", "failed"]);
// The page stays light when a folder of fifty thousand files is dropped; problems are always listed.
const MAX_LINES = 2000;

export class UploadView {
  constructor(document, words) {
    this.words = words;
    this.card = document.getElementById("progress");
    this.outcomes = document.getElementById("outcomes");
    this.list = this.outcomes.querySelector("[data-list]");
    this.counts = Object.fromEntries(RESULTS.map((result) => [result, 0]));
    this.studies = new Set();
    this.plainLines = 0;
    this.startedAt = performance.now();
    this.outcomes.addEventListener("click", (event) => this.filter(event));
  }

  began(count) {
    this.card.hidden = false;
    this.outcomes.hidden = false;
    if (!this.running) this.startedAt = performance.now();
    this.announced = count;
  }

  line(line) {
    this.counts[line.result] += 1;
    if (line.study_instance_uid && line.result !== "refused") this.studies.add(line.study_instance_uid);
    if (PROBLEMS.has(line.result) || this.plainLines < MAX_LINES) this.list.prepend(this.item(line));
    if (!PROBLEMS.has(line.result)) this.plainLines += 1;
    this.hint();
    this.totals();
  }

  item(line) {
    const item = document.createElement("li");
    item.className = `outcome outcome-${line.result}`;
    item.classList.toggle("is-problem", PROBLEMS.has(line.result));
    const result = document.createElement("span");
    result.className = "outcome-result";
    result.textContent = this.words[line.result];
    const name = document.createElement("span");
    name.className = "outcome-name";
    name.dir = "auto";
    name.textContent = line.name;
    name.title = line.name;
    const message = document.createElement("span");
    message.className = "outcome-message";
    message.textContent = line.message || this.words[line.word] || "";
    item.append(result, name, message);
    return item;
  }

  notSent(count) {
    this.counts.failed += count;
    this.totals();
  }

  forgetFailures() {
    this.counts.failed = 0;
    for (const item of this.list.querySelectorAll(".outcome-failed")) item.remove();
    this.totals();
  }

  hint() {
    const more = this.outcomes.querySelector("[data-more]");
    more.hidden = this.plainLines <= MAX_LINES;
    more.textContent = this.words.more.replace("{count}", this.plainLines - MAX_LINES);
  }

  totals() {
    const items = RESULTS.filter((result) => this.counts[result] > 0).map((result) => {
      const item = document.createElement("li");
      item.className = `total total-${result}`;
      const number = document.createElement("strong");
      number.textContent = this.counts[result].toLocaleString();
      item.append(number, ` ${this.words[result].toLocaleLowerCase()}`);
      return item;
    });
    this.card.querySelector("[data-totals]").replaceChildren(...items);
  }

  progress(bytes, waiting, failed) {
    this.running = waiting > 0;
    const bar = this.card.querySelector("progress");
    bar.max = Math.max(bytes.total, 1);
    bar.value = this.running ? Math.min(bytes.done, bytes.total) : bar.max;
    this.card.querySelector("[data-title]").textContent = this.running
      ? this.words.sending.replace("{count}", waiting.toLocaleString())
      : this.finishedTitle(failed);
    this.card.querySelector("[data-rate]").textContent = this.rate(bytes);
    this.card.querySelector("[data-stop]").hidden = !this.running;
    this.card.querySelector("[data-retry]").hidden = this.running || failed === 0;
    this.card.querySelector("[data-done]").hidden = this.running;
  }

  finishedTitle(failed) {
    if (failed > 0) return this.words.unfinished;
    return this.words.finished.replace("{count}", this.studies.size.toLocaleString());
  }

  rate(bytes) {
    const seconds = Math.max((performance.now() - this.startedAt) / 1000, 0.001);
    const amount = `${megabytes(bytes.done)} / ${megabytes(bytes.total)} MB`;
    return this.running ? `${amount} · ${megabytes(bytes.done / seconds)} MB/s` : amount;
  }

  filter(event) {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    for (const other of this.outcomes.querySelectorAll("[data-show]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    this.list.classList.toggle("only-problems", button.dataset.show === "problems");
  }
}

function megabytes(bytes) {
  return (bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 });
}
