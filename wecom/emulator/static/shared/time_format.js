// Times as a messenger writes them.
import { language, t } from "./texts.js";

const locale = language === "zh" ? "zh-CN" : "en-GB";
const format = (options) => new Intl.DateTimeFormat(locale, { hour12: false, ...options });
const minutes = format({ hour: "2-digit", minute: "2-digit" });
const seconds = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = format({ month: "long", day: "numeric" });
const dateAndTime = format({ dateStyle: "medium", timeStyle: "medium" });

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const daysAgo = (date) => Math.round((midnight(new Date()) - midnight(date)) / 86400000);
const dateOf = (timestamp) => new Date(timestamp * 1000); // timestamps are Unix seconds

// The time between messages of a chat, with the day unless it is today.
export function separatorTime(timestamp) {
  const date = dateOf(timestamp);
  const days = daysAgo(date);
  const time = minutes.format(date);
  if (days === 0) return time;
  return days === 1 ? `${t("yesterday")} ${time}` : `${day.format(date)} ${time}`;
}

// The time in a list: today's time of day, else the day.
export function listTime(timestamp) {
  const date = dateOf(timestamp);
  const days = daysAgo(date);
  if (days === 0) return minutes.format(date);
  return days === 1 ? t("yesterday") : day.format(date);
}

export const timeOfDay = (timestamp) => seconds.format(dateOf(timestamp));
export const fullTime = (timestamp) => dateAndTime.format(dateOf(timestamp));
export const currentTime = () => minutes.format(new Date());
