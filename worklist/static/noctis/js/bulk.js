// Selecting rows, and doing one thing with all of them: preview, do, undo.
import { currentRow, moveTo, rows } from "./rows.js";
import { toast, undoToast } from "./toasts.js";

export class Bulk {
  /** @param {HTMLElement} bar  @param {(ids: string[]) => void} changed */
  constructor(bar, changed) {
    this.bar = bar;
    this.changed = changed;
    this.selected = new Set();
    this.anchor = null;
    this.dialog = document.getElementById("bulk-dialog");
    bar.addEventListener("click", (event) => {
      const action = event.target.closest("[data-bulk]")?.dataset.bulk;
      if (action) void this.ask(action);
      if (event.target.closest("[data-bulk-clear]")) this.clear();
    });
    document.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]") || event.target === this.dialog) this.dialog.close();
    });
    this.dialog.addEventListener("submit", (event) => this.submitted(event));
  }

  clicked(event) {
    if (event.target.matches("[data-select-all]")) this.selectAll(event.target.checked);
    const cell = event.target.closest("td.c-select");
    if (!cell) return;
    const row = cell.closest("tr");
    // The box turns by itself when it is hit; beside it, the cell does it.
    this.set(row, !this.selected.has(row.dataset.id), event.shiftKey);
  }

  toggle(row, isRange) {
    if (row) this.set(row, !this.selected.has(row.dataset.id), isRange);
  }

  set(row, isOn, isRange) {
    const all = rows();
    const [from, to] = [all.indexOf(this.anchor), all.indexOf(row)];
    const range = isRange && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [row];
    for (const one of range) {
      if (isOn || (isRange && from >= 0)) this.selected.add(one.dataset.id);
      else this.selected.delete(one.dataset.id);
    }
    this.anchor = row;
    this.draw();
  }

  selectAll(isOn) {
    for (const row of rows()) {
      if (isOn) this.selected.add(row.dataset.id);
      else this.selected.delete(row.dataset.id);
    }
    this.draw();
  }

  clear() {
    this.selected.clear();
    this.anchor = null;
    this.draw();
  }

  /** Another list is shown, or a row was drawn again: what is selected is what is still there. */
  follow() {
    const shown = new Set(rows().map((row) => row.dataset.id));
    for (const id of Array.from(this.selected)) if (!shown.has(id)) this.selected.delete(id);
    if (this.anchor && !this.anchor.isConnected) this.anchor = null;
    this.draw();
  }

  draw() {
    const all = rows();
    for (const row of all) {
      const isOn = this.selected.has(row.dataset.id);
      row.classList.toggle("is-selected", isOn);
      row.querySelector("[data-select]").checked = isOn;
    }
    const count = this.selected.size;
    const box = document.querySelector("[data-select-all]");
    if (box) {
      box.checked = count > 0 && count === all.length;
      box.indeterminate = count > 0 && count < all.length;
    }
    this.bar.hidden = count === 0;
    const words = count === 1 ? this.bar.dataset.one : this.bar.dataset.many;
    this.bar.querySelector("[data-bulk-count]").textContent = words.replace("{count}", count);
  }

  offers(action) {
    return this.bar.querySelector(`[data-bulk="${action}"]`) !== null;
  }

  /** Show what `action` would do with the selected rows, or with the current one. */
  async ask(action) {
    const ids = this.selected.size ? Array.from(this.selected) : [currentRow()?.dataset.id].filter(Boolean);
    if (!ids.length || !this.offers(action)) return;
    const query = new URLSearchParams({ action, ids: ids.join(",") });
    const response = await fetch(`${this.bar.dataset.address}?${query}`).catch(() => null);
    if (!response?.ok || !response.headers.has("X-Noctis-Fragment")) return void this.fail();
    this.dialog.querySelector("[data-body]").innerHTML = await response.text();
    this.returnTo = currentRow();
    this.dialog.showModal();
  }

  fail(text) {
    toast(text ?? this.bar.dataset.failed, "error");
  }

  submitted(event) {
    const form = event.target.closest("[data-bulk-form]");
    if (!form) return;
    if (form.target === "_blank") {
      setTimeout(() => this.dialog.close());
      return;
    }
    event.preventDefault();
    void this.send(form);
  }

  async send(form) {
    // Not form.action: the form has a field of that name.
    const answer = await post(form.getAttribute("action"), new FormData(form));
    if (!answer) return this.fail();
    if (answer.error) return this.say(form, answer.error);
    this.dialog.close();
    this.clear();
    moveTo(this.returnTo?.isConnected ? this.returnTo : null);
    this.changed(answer.ids.map(String));
    if (answer.undo) undoToast(answer.text, this.bar.dataset.undoWord, () => void this.undo(answer.undo));
    else toast(answer.text);
  }

  say(form, text) {
    form.querySelector(".errors")?.remove();
    const line = document.createElement("p");
    line.className = "errors";
    line.setAttribute("role", "alert");
    line.textContent = text;
    form.querySelector(".actions").before(line);
    form.elements.reason?.focus();
  }

  async undo(address) {
    const answer = await post(address, new FormData());
    if (!answer || answer.error) return this.fail(answer?.error);
    this.changed(answer.ids.map(String));
    toast(answer.text, "success");
  }
}

async function post(address, body) {
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  const response = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.headers.get("Content-Type")?.startsWith("application/json")) return null;
  return response.json();
}
