// Avatars of members and of the application.
import { element } from "./dom.js";

const COLORS = ["#4a8cf0", "#f0873c", "#22a884", "#9a6be0", "#e2607f", "#3aa0c9", "#7c8a3a", "#c7723f"];

// A coloured square as in WeChat Work, with the end of a Chinese name or the initials of another one.
export function memberAvatar(member, size = "") {
  const name = member.name || member.userid;
  const initials = /[\u4e00-\u9fff]/.test(name)
    ? name.slice(-2)
    : name.split(/\s+/).map((part) => part[0]).join("").slice(0, 2).toUpperCase();
  let hash = 0;
  for (const character of member.userid) hash = (hash * 31 + character.codePointAt(0)) % 9973;
  const node = element("span", { className: `avatar ${size}`, text: initials, "aria-hidden": "true" });
  node.style.setProperty("--avatar-color", COLORS[hash % COLORS.length]);
  return node;
}

export function applicationAvatar() {
  return element("span", { className: "avatar", "aria-hidden": "true" }, element("img", { src: "/emulator/static/app.svg", alt: "" }));
}
