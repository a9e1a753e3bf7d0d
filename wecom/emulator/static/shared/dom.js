// Small tools for making nodes. Text always becomes text: nothing here parses HTML into the page.
export const $ = (id) => document.getElementById(id);

export function make(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  const { className, text, ...attributes } = options;
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Only addresses that a message may lead to; anything else is shown as text.
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function anchor(url, ...children) {
  const safe = safeUrl(url);
  if (!safe) return make("span", {}, ...children);
  return make("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// A short word that goes away by itself.
let gone = 0;
export function toast(text) {
  clearTimeout(gone);
  $("toast").textContent = text;
  gone = setTimeout(() => ($("toast").textContent = ""), 4000);
}

const TINTS = ["#4a8cf0", "#f0873c", "#22a884", "#9a6be0", "#e2607f", "#3aa0c9", "#7c8a3a", "#c7723f"];

// As WeChat Work does: a coloured square with the end of a Chinese name or the initials of another.
export function avatar(person, size = "") {
  const name = person.name || person.userid;
  const initials = /[\u4e00-\u9fff]/.test(name)
    ? name.slice(-2)
    : name.split(/\s+/).map((part) => part[0]).join("").slice(0, 2).toUpperCase();
  let sum = 0;
  for (const character of person.userid) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  const node = make("span", { className: `avatar ${size}`, text: initials, "aria-hidden": "true" });
  node.style.setProperty("--tint", TINTS[sum % TINTS.length]);
  return node;
}

export function appAvatar() {
  return make("span", { className: "avatar", "aria-hidden": "true" }, make("img", { src: "/emulator/static/app.svg", alt: "" }));
}
