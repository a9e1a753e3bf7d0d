// The emulator's clock: how far it was advanced, what each step makes expire, and the way back to now.
import { callApi, latest } from "../shared/control_api.js";
import { byId, element } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { fullTime } from "../shared/time_format.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const STEPS = { minute: 61, hours2: 2 * HOUR + 1, day: DAY + 1, days3: 3 * DAY + 1 }; // seconds; just after something expires

const ask = latest((method, data) => callApi(method, "clock", data), show);
export const load = () => ask("GET");
const setClock = (data) => ask("POST", data);

function show({ now, offset }) {
  const realTime = Math.abs(offset) < 1;
  byId("clock-now").textContent = fullTime(now);
  byId("clock-offset").textContent = realTime ? t("realTime") : t(offset > 0 ? "ahead" : "behind", duration(Math.abs(offset)));
  byId("clock-reset").hidden = realTime;
}

function duration(seconds) {
  const days = Math.floor(seconds / DAY);
  const time = new Date((seconds % DAY) * 1000).toISOString().slice(11, 19);
  return days ? `${t("days", days)} ${time}` : time;
}

function stepItem([name, seconds]) {
  const button = element("button", {
    className: "small-button", type: "button", text: t(`step.${name}`), click: () => setClock({ advance: seconds }), "data-testid": `step-${name}`,
  });
  return element("li", {}, element("span", { text: t(`effect.${name}`) }), button);
}

export function start() {
  byId("clock-steps").append(...Object.entries(STEPS).map(stepItem));
  byId("clock-reset").addEventListener("click", () => setClock({ offset: 0 }));
  byId("clock-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const hours = Number(byId("clock-hours").value);
    if (hours) setClock({ advance: hours * HOUR });
  });
}
