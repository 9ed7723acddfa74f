// The menu of a row (⋯): one panel for all rows, filled for the one that asks.
import { addresses, mark, reportAddress } from "./rows.js";

export class RowMenu {
  constructor(panel, words, bulk, offers) {
    Object.assign(this, { panel, words, bulk, offers });
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("keydown", (event) => this.key(event), true);
    window.addEventListener("resize", () => this.close());
    window.addEventListener("scroll", () => this.close(), { passive: true });
  }

  clicked(event) {
    const button = event.target.closest("[data-row-menu]");
    if (!button || event.ctrlKey || event.metaKey) return this.close();
    event.preventDefault();
    if (this.button === button) return this.close();
    this.open(button);
  }

  open(button) {
    this.close();
    this.button = button;
    const row = button.closest("tr");
    mark(row);
    this.panel.replaceChildren(...this.items(row));
    this.panel.hidden = false;
    const box = button.getBoundingClientRect();
    const top = Math.min(box.bottom + 4, innerHeight - this.panel.offsetHeight - 8);
    this.panel.style.top = `${Math.max(top, 8)}px`;
    this.panel.style.left = `${Math.max(box.right - this.panel.offsetWidth, 8)}px`;
    button.setAttribute("aria-expanded", "true");
    this.panel.querySelector("[role=menuitem]").focus();
  }

  items(row) {
    const to = addresses(row);
    const links = [["viewer", to.viewer], ["report", reportAddress(row)], ["study", to.study], ["quality", to.quality], ["download", to.download]];
    const shown = links.filter(([key]) => this.words[key]).map(([key, href]) => {
      const link = document.createElement("a");
      link.href = href;
      if (key === "download") link.download = "";
      return [key, link];
    });
    for (const action of ["assign", "priority", "accept", "print"].filter((one) => this.offers(one))) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "menu-item";
      button.addEventListener("click", () => {
        this.close();
        this.bulk(action);
      });
      shown.push([action, button]);
    }
    return shown.map(([key, item]) => {
      item.setAttribute("role", "menuitem");
      item.textContent = this.words[key];
      return item;
    });
  }

  key(event) {
    if (this.panel.hidden) return;
    const items = Array.from(this.panel.querySelectorAll("[role=menuitem]"));
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[(to + items.length) % items.length].focus();
    else if (event.key === "Escape") this.close(true);
    else if (event.key === "Tab") return this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  close(giveBack = false) {
    if (this.panel.hidden) return;
    this.panel.hidden = true;
    this.button?.setAttribute("aria-expanded", "false");
    if (giveBack) this.button?.focus();
    this.button = null;
  }
}
