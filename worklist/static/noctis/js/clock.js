// Clocks go on between two answers of the server. The words and limits are those of clock.py.

const TICK_MS = 20_000;
const words = () => document.getElementById("live")?.dataset ?? {};

export function durationText(seconds) {
  const whole = Math.floor(seconds);
  if (whole >= 86_400) return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}`;
  return `${Math.floor(whole / 60)} min`;
}

export function stateOf(remaining, total) {
  if (remaining < 0) return "late";
  const share = total > 0 ? remaining / total : 1;
  if (share > 0.5) return "calm";
  return share >= 0.25 ? "soon" : "hurry";
}

export function tick(now = Date.now() / 1000) {
  for (const clock of document.querySelectorAll(".clock[data-due]")) {
    const remaining = Number(clock.dataset.due) - now;
    const text = durationText(Math.abs(remaining));
    clock.textContent = remaining < 0 ? (words().lateWord ?? "{time} late").replace("{time}", text) : text;
    clock.className = `clock clock-${stateOf(remaining, Number(clock.dataset.total))}`;
  }
}

setInterval(tick, TICK_MS);
