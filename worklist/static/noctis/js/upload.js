// The upload page: collects files, sends three at a time, tells what became of each.
import { filesFromDrop, filesFromInput } from "./upload-files.js";
import { sendFile } from "./upload-send.js";
import { UploadView } from "./upload-view.js";

const PARALLEL = 3;

class Upload {
  constructor(form, view) {
    this.form = form;
    this.view = view;
    this.queue = [];
    this.active = new Set();
    this.failed = [];
    this.bytes = { total: 0, done: 0 };
    this.stopped = false;
  }

  get isRunning() {
    return this.active.size > 0 || this.queue.length > 0;
  }

  add(files) {
    if (files.length === 0 || !this.form.reportValidity()) return;
    this.stopped = false;
    for (const file of files) {
      this.queue.push(file);
      this.bytes.total += file.blob.size;
    }
    this.view.began(files.length);
    this.advance();
  }

  retry() {
    const files = this.failed;
    this.failed = [];
    this.view.forgetFailures();
    for (const file of files) this.bytes.total += file.blob.size;
    this.queue.push(...files);
    this.stopped = false;
    this.advance();
  }

  stop() {
    this.stopped = true;
    for (const file of this.queue) this.bytes.total -= file.blob.size;
    this.view.notSent(this.queue.length);
    this.failed.push(...this.queue);
    this.queue = [];
    for (const request of this.active) request.abort();
  }

  advance() {
    while (this.queue.length > 0 && this.active.size < PARALLEL) void this.send(this.queue.shift());
    this.view.progress(this.bytes, this.active.size + this.queue.length, this.failed.length);
  }

  async send(file) {
    let sent = 0;
    const request = sendFile(this.address(), this.token(), file, {
      progressed: (count) => {
        this.bytes.done += count - sent;
        sent = count;
        this.view.progress(this.bytes, this.active.size + this.queue.length, this.failed.length);
      },
      answered: (line) => this.view.line(line),
    });
    this.active.add(request);
    const error = await request.finished;
    this.active.delete(request);
    this.bytes.done += file.blob.size - sent;
    if (error) this.fail(file, error);
    this.advance();
  }

  fail(file, error) {
    if (error.retry) this.failed.push(file);
    const result = error.retry ? "failed" : "refused";
    this.view.line({ name: file.name, result, message: error.message, word: error.word });
    if (error.fatal) this.stop();
  }

  address() {
    const facility = this.form.elements.facility?.value;
    return facility ? `${this.form.action}?facility=${encodeURIComponent(facility)}` : this.form.action;
  }

  token() {
    return this.form.elements.csrfmiddlewaretoken.value;
  }
}

const words = JSON.parse(document.getElementById("upload-words").textContent);
const form = document.getElementById("upload");
const drop = document.getElementById("drop");
const view = new UploadView(document, words);
const upload = new Upload(form, view);

form.addEventListener("submit", (event) => event.preventDefault());

for (const kind of ["files", "folder"]) {
  const input = document.getElementById(`pick-${kind}`);
  document.querySelector(`[data-pick=${kind}]`).addEventListener("click", () => {
    if (form.reportValidity()) input.click();
  });
  input.addEventListener("change", () => {
    upload.add(filesFromInput(input));
    input.value = "";
  });
}

let depth = 0;
document.addEventListener("dragenter", (event) => {
  event.preventDefault();
  depth += 1;
  drop.classList.add("is-over");
});
document.addEventListener("dragleave", () => {
  depth -= 1;
  if (depth <= 0) drop.classList.remove("is-over");
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  depth = 0;
  drop.classList.remove("is-over");
  upload.add(await filesFromDrop(event.dataTransfer));
});

document.querySelector("[data-stop]").addEventListener("click", () => upload.stop());
document.querySelector("[data-retry]").addEventListener("click", () => upload.retry());
window.addEventListener("beforeunload", (event) => {
  if (upload.isRunning) event.preventDefault();
});
