// A short sound for what arrives; off until somebody wants it.
import { $ } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const KEY = "emulator.sound";
let context = null;
let on = localStorage.getItem(KEY) === "on";

function show() {
  const words = say(on ? "soundOff" : "soundOn");
  $("bell").setAttribute("aria-pressed", String(on));
  $("bell").setAttribute("aria-label", words);
  $("bell").title = words;
}

export function start() {
  show();
  $("bell").addEventListener("click", () => {
    on = !on;
    localStorage.setItem(KEY, on ? "on" : "off");
    show();
    ring();
  });
}

export function ring() {
  if (!on) return;
  context ??= new AudioContext();
  const [tone, loudness] = [context.createOscillator(), context.createGain()];
  const now = context.currentTime;
  tone.frequency.setValueAtTime(880, now);
  tone.frequency.setValueAtTime(1320, now + 0.09);
  loudness.gain.setValueAtTime(0.12, now);
  loudness.gain.exponentialRampToValueAtTime(0.001, now + 0.3);
  tone.connect(loudness).connect(context.destination);
  tone.start(now);
  tone.stop(now + 0.32);
}
