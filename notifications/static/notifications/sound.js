// A gentle sound of two notes, made here: no file to load, nothing that startles.

let context = null;

// Browsers keep silent until somebody has touched the page.
for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => void ready().resume(), { once: true, passive: true });
}

function ready() {
  context ??= new AudioContext();
  return context;
}

function note(audio, frequency, at, seconds) {
  const tone = audio.createOscillator();
  const loudness = audio.createGain();
  tone.type = "sine";
  tone.frequency.value = frequency;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.14, at + 0.03);
  loudness.gain.exponentialRampToValueAtTime(0.0008, at + seconds);
  tone.connect(loudness).connect(audio.destination);
  tone.start(at);
  tone.stop(at + seconds);
}

/** Play it, if the browser lets us. */
export function playSound() {
  const audio = ready();
  if (audio.state !== "running") return;
  note(audio, 659.3, audio.currentTime, 0.7);
  note(audio, 987.8, audio.currentTime + 0.16, 1.1);
}

/** Play it as the answer to a click. */
export async function tryOut() {
  await ready().resume();
  playSound();
}
