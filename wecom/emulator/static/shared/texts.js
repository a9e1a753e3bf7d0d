// The page's texts in Chinese or English: the browser's language, or that of `?lang=`.
import en from "./texts_en.js";
import zh from "./texts_zh.js";

const requested = new URLSearchParams(location.search).get("lang") || navigator.language || "zh";
export const language = requested.toLowerCase().startsWith("en") ? "en" : "zh";
/** @typedef {keyof typeof en} Name */
/** @type {Record<Name, string>} */
const TEXTS = { zh, en }[language];

// The text of a name, with `{0}`, `{1}` … replaced by the values.
/** @param {Name | `kind.${string}` | `step.${string}` | `effect.${string}`} name */
export function t(name, ...values) {
  return (TEXTS[name] ?? name).replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
}

// Fills in `data-text` (content), `data-placeholder` and `data-label` (accessible name, and tooltip of a button).
export function translatePage(root) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", t(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = t(node.dataset.label);
  }
}
