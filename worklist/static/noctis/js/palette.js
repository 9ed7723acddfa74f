// The command palette: a combobox over a list of commands and, from the server, of patients.
import { addresses, currentRow, reportAddress } from "./rows.js";

const TYPING_MS = 180;

export class Palette {
  /** @param {HTMLDialogElement} dialog  @param {(action: string) => void} bulk  @param {(action: string) => boolean} offers */
  constructor(dialog, bulk, offers) {
    this.dialog = dialog;
    this.bulk = bulk;
    this.offers = offers;
    this.commands = JSON.parse(document.getElementById("commands").textContent);
    this.input = dialog.querySelector("input");
    this.list = dialog.querySelector("[role=listbox]");
    this.none = dialog.querySelector(".palette-none");
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.run(event.target.closest("[role=option]")));
    this.list.addEventListener("mousemove", (event) => {
      const option = event.target.closest("[role=option]");
      if (option && option !== this.active()) this.choose(option);
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  open() {
    this.row = currentRow();
    this.input.value = "";
    this.found = [];
    this.draw();
    this.dialog.showModal();
    this.input.focus();
  }

  possible() {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    return this.commands.filter((command) => {
      if (/^(row|bulk):/.test(command.do) && !this.row) return false;
      const text = `${command.label} ${command.hint}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  typed() {
    this.found = [];
    this.draw();
    clearTimeout(this.timer);
    const text = this.input.value.trim();
    if (text.length > 1) this.timer = setTimeout(() => void this.search(text), TYPING_MS);
  }

  async search(text) {
    const response = await fetch(`${this.dialog.dataset.address}?${new URLSearchParams({ q: text })}`).catch(() => null);
    if (!response?.ok || !response.headers.has("X-Noctis-Fragment")) return;
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    if (this.input.value.trim() !== text) return;
    this.found = Array.from(template.content.querySelectorAll("[role=option]"));
    this.draw();
  }

  draw() {
    const chosen = this.active()?.id;
    const commands = this.possible().map((command) => option(command, this.row));
    this.list.replaceChildren(...commands, ...(this.found ?? []));
    const options = this.options();
    this.none.hidden = options.length > 0;
    this.choose(options.find((one) => one.id === chosen) ?? options[0]);
  }

  options() {
    return Array.from(this.list.querySelectorAll("[role=option]"));
  }

  active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  choose(one) {
    this.active()?.setAttribute("aria-selected", "false");
    one?.setAttribute("aria-selected", "true");
    one?.scrollIntoView({ block: "nearest" });
    if (one) this.input.setAttribute("aria-activedescendant", one.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const options = this.options();
    const at = options.indexOf(this.active());
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1 };
    if (event.key in moves) {
      event.preventDefault();
      this.choose(options[(moves[event.key] + options.length) % options.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.run(this.active());
    }
  }

  run(one) {
    if (!one) return;
    this.dialog.close();
    const { href, do: action } = one.dataset;
    if (href) location.assign(href);
    else if (action.startsWith("bulk:")) this.bulk(action.slice(5));
    else if (action === "row:report") location.assign(reportAddress(this.row));
    else if (action.startsWith("row:")) location.assign(addresses(this.row)[action.slice(4)]);
    else location.assign(action);
  }
}

function option(command, row) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.id = `palette-${command.do.replace(/[^a-z0-9]+/gi, "-")}`;
  item.dataset.do = command.do;
  const label = document.createElement("span");
  label.className = "palette-label";
  label.textContent = command.label;
  const hint = document.createElement("span");
  hint.className = "palette-hint";
  hint.textContent = /^(row|bulk):/.test(command.do) ? row.dataset.name : command.hint;
  item.append(label, hint);
  return item;
}
