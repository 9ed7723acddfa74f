// Countdowns, and the form's parts that depend on each other. Everything works without it.

function spanText(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { style: "short", numeric: "auto" });
  return minutes < 120 ? format.format(Math.max(minutes, 0), "minute") : format.format(Math.floor(minutes / 60), "hour");
}

function count() {
  for (const place of document.querySelectorAll("[data-countdown]")) {
    place.textContent = spanText(new Date(place.dataset.countdown).getTime() - Date.now());
  }
}

if (document.querySelector("[data-countdown]")) {
  count();
  setInterval(count, 15000);
}

const form = document.querySelector("[data-critical-form]");
if (form) {
  const someone = form.querySelector("#id_recipient");
  const other = form.querySelector("[data-someone-else]");
  const told = form.querySelector("[data-told]");
  const readBack = form.querySelector("[data-read-back]");
  const arrange = () => {
    other.hidden = Boolean(someone?.value);
    form.querySelector("#id_recipient_name").required = !other.hidden;
    readBack.hidden = !told.checked;
    readBack.querySelector("input").required = told.checked;
  };
  form.addEventListener("change", arrange);
  arrange();
}
