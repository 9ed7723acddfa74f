// Messages that offer something to do.
export { toast } from "./shell.js";

const UNDO_MS = 20_000;

/** Show what was done, with a button that undoes it. */
export function undoToast(text, word, undo) {
  const box = document.getElementById("toasts");
  const note = document.createElement("div");
  note.className = "toast toast-success toast-undo";
  const words = document.createElement("span");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet button-small";
  button.dataset.undo = "";
  button.textContent = word;
  button.addEventListener("click", () => {
    note.remove();
    undo();
  });
  note.append(words, button);
  box.append(note);
  setTimeout(() => note.remove(), UNDO_MS);
}
