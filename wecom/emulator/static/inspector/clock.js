// The emulator's clock: how far it was moved, what a step makes expire, and the way back.
import { $, make } from "../shared/dom.js";
import { call } from "../shared/control_api.js";
import { say } from "../shared/texts.js";
import { full } from "../shared/time_format.js";

const HOUR = 3600;
const STEPS = [
  ["minute", 61], ["hours2", 2 * HOUR + 1], ["day", 24 * HOUR + 1], ["days3", 72 * HOUR + 1],
];

export async function refresh() {
  show(await call("GET", "clock"));
}

function show({ now, offset }) {
  $("time-now").textContent = full(now);
  $("time-offset").textContent = Math.abs(offset) < 1 ? say("realTime") : say(offset > 0 ? "ahead" : "behind", span(Math.abs(offset)));
  $("time-reset").hidden = Math.abs(offset) < 1;
}

function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const rest = new Date((seconds % 86400) * 1000).toISOString().slice(11, 19);
  return days ? `${say("daysShort", days)} ${rest}` : rest;
}

const move = async (data) => show(await call("POST", "clock", data));

export function start() {
  const rows = STEPS.map(([name, seconds]) => {
    const button = make("button", { className: "mini", type: "button", text: say(`step.${name}`), click: () => move({ advance: seconds }), "data-testid": `step-${name}` });
    return make("li", {}, make("span", { text: say(`expires.${name}`) }), button);
  });
  $("time-steps").append(...rows);
  $("time-reset").addEventListener("click", () => move({ offset: 0 }));
  $("time-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const hours = Number($("time-hours").value);
    if (hours) move({ advance: hours * HOUR });
  });
}
