// The rows of the list, and the one that the keys act on.

export const results = () => document.getElementById("results");
export const rows = () => Array.from(results().querySelectorAll("#rows tr"));
export const currentRow = () => results().querySelector("tr.is-current");

export function mark(row) {
  currentRow()?.classList.remove("is-current");
  row.classList.add("is-current");
}

export function moveTo(row) {
  if (!row) return;
  mark(row);
  row.querySelector(".study-link").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

export function step(by) {
  const all = rows();
  const at = all.indexOf(currentRow());
  moveTo(at < 0 ? all[0] : all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

/** The addresses of what can be opened of a row. */
export function addresses(row) {
  const uid = encodeURIComponent(row.dataset.uid);
  return {
    viewer: row.querySelector(".study-link").href,
    report: `/report/?StudyInstanceUID=${uid}`,
    released: `/reports/${uid}/`,
    study: row.querySelector("[data-row-menu]").href,
    quality: `/quality/${uid}/`,
    download: `/viewer/studies/${uid}/zip`,
  };
}

/** Where the report is written, for whom that is, else where it is read. */
export function reportAddress(row) {
  const writes = document.getElementById("live").dataset.writes === "true";
  return writes ? addresses(row).report : addresses(row).released;
}
