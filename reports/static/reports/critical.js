// Countdowns, and the form's parts that depend on each other. Everything works without it.

function spanText(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { style: "short", numeric: "auto" });
  if (minutes < 1) return format.format(0, "second");
  return minutes < 120 ? format.format(minutes, "minute") : format.format(Math.floor(minutes / 60), "hour");
}

function count() {
  for (const place of document.querySelectorAll("[data-countdown]")) {
    place.textContent = spanText(new Date(place.dataset.countdown).getTime() - Date.now());
  }
}

// What others do meanwhile: the parts marked as live are taken from the page as it is now.
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (now && !part.contains(document.activeElement)) part.replaceWith(now);
    }
    count();
  } catch {
    // Offline for a moment: the next round finds it.
  }
}

if (document.querySelector("[data-countdown], [data-live]")) {
  count();
  setInterval(count, 15000);
}
if (document.querySelector("[data-live]")) {
  setInterval(() => void refresh(), 30000);
  document.addEventListener("visibilitychange", () => void refresh());
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
