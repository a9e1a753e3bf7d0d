// Times as a messenger writes them.
import { language, say } from "./texts.js";

const locale = language === "zh" ? "zh-CN" : "en-GB";
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
const exact = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(locale, { month: "long", day: "numeric" });
export const GAP = 300; // seconds without a message after which the time is written again

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export function stamp(seconds) {
  const date = new Date(seconds * 1000);
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86400000);
  const time = clock.format(date);
  if (days === 0) return time;
  if (days === 1) return `${say("yesterday")} ${time}`;
  return `${day.format(date)} ${time}`;
}

export const short = (seconds) => {
  const date = new Date(seconds * 1000);
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86400000);
  if (days === 0) return clock.format(date);
  return days === 1 ? say("yesterday") : day.format(date);
};

export const precise = (seconds) => exact.format(new Date(seconds * 1000));
const dated = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium", hour12: false });
export const full = (seconds) => dated.format(new Date(seconds * 1000));
export const now = () => clock.format(new Date());
