// A short sound when a message arrives; off until it is turned on.
import { byId } from "../shared/dom.js";
import { t } from "../shared/texts.js";

const KEY = "emulator.sound";
let context = null;
let on = localStorage.getItem(KEY) === "on";

function showToggle() {
  const label = t(on ? "soundOff" : "soundOn");
  byId("sound-toggle").setAttribute("aria-pressed", String(on));
  byId("sound-toggle").setAttribute("aria-label", label);
  byId("sound-toggle").title = label;
}

export function start() {
  showToggle();
  byId("sound-toggle").addEventListener("click", () => {
    on = !on;
    localStorage.setItem(KEY, on ? "on" : "off");
    showToggle();
    playSound();
  });
}

export function playSound() {
  if (!on) return;
  context ??= new AudioContext();
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  const now = context.currentTime;
  tone.frequency.setValueAtTime(880, now);
  tone.frequency.setValueAtTime(1320, now + 0.09);
  volume.gain.setValueAtTime(0.12, now);
  volume.gain.exponentialRampToValueAtTime(0.001, now + 0.3);
  tone.connect(volume).connect(context.destination);
  tone.start(now);
  tone.stop(now + 0.32);
}
