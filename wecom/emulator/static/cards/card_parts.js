// The parts of a template card that are read or followed; none of them tells the application anything but its menu.
import { anchor, make, safeUrl } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const SHADES = { 0: "grey", 1: "black", 2: "red", 3: "green" };

// A picture that cannot be had is left out, as a phone does.
function image(url, className, alt = "") {
  if (!safeUrl(url)) return null;
  const node = make("img", { className, src: url, alt, loading: "lazy" });
  node.addEventListener("error", () => node.remove());
  return node;
}

// Where it leads: a web page opens; a mini program is named, since none is emulated.
function target({ type, url, appid, pagepath }, ...children) {
  if (type === 1) return anchor(url ?? "", ...children);
  if (type === 2) return make("span", { title: `${say("miniProgram")} ${appid ?? ""} ${pagepath ?? ""}`.trim() }, ...children);
  return null;
}

export function action(given) {
  const link = given ? target(given) : null;
  link?.classList.add("card-action");
  return link;
}

export function source({ source: given }) {
  if (!given?.desc && !given?.icon_url) return null;
  const desc = make("span", { className: `shade-${SHADES[given.desc_color] ?? "grey"}`, text: given.desc ?? "" });
  return make("div", { className: "card-source" }, image(given.icon_url, "source-icon"), desc);
}

export function lines({ main_title: given }) {
  const title = given?.title ? make("div", { className: "card-title", text: given.title }) : null;
  const desc = given?.desc ? make("div", { className: "card-text", text: given.desc }) : null;
  return [title, desc];
}

export function emphasis(given) {
  if (!given) return null;
  const title = given.title ? make("strong", { text: given.title }) : null;
  return make("div", { className: "emphasis" }, title, given.desc ? make("small", { text: given.desc }) : null);
}

export function quote(given) {
  if (!given) return null;
  const title = given.title ? make("div", { className: "quote-title", text: given.title }) : null;
  const words = [title, given.quote_text ? make("div", { text: given.quote_text }) : null];
  const link = target(given, ...words) ?? make("div", {}, ...words);
  link.classList.add("quote");
  return link;
}

export function strip(given) {
  if (!given) return null;
  const words = make("div", { className: "strip-words" }, ...lines({ main_title: given }));
  const link = target(given, image(given.image_url, "strip-image"), words) ?? make("div", {}, image(given.image_url, "strip-image"), words);
  link.classList.add("strip");
  return link;
}

export function picture(given) {
  if (!given) return null;
  const node = image(given.url, "card-image");
  if (node) node.style.aspectRatio = String(given.aspect_ratio ?? 1.3);
  return make("div", {}, node);
}

function value(item) {
  if (item.type === 1) return anchor(item.url ?? "", item.value ?? "");
  if (item.type === 2) return make("a", { href: `/emulator/media/${encodeURIComponent(item.media_id)}`, download: item.value ?? "", text: item.value ?? "" });
  if (item.type === 3) return make("span", { className: "mention", text: item.value || item.userid });
  return make("span", { text: item.value ?? "" });
}

export function facts(list) {
  if (!list?.length) return null;
  const rows = list.map((item) => make("div", { className: "fact" }, make("span", { className: "fact-name", text: item.keyname }), value(item)));
  return make("div", { className: "facts" }, ...rows);
}

export function jumps(list) {
  if (!list?.length) return null;
  const rows = list.map((item) => {
    const link = target(item, item.title) ?? make("span", { text: item.title });
    link.classList.add("jump");
    return link;
  });
  return make("div", { className: "jumps" }, ...rows);
}

// The menu behind the dots at the top right; `press(key, button)` tells the application.
export function menu(given, press) {
  if (!given?.action_list?.length) return null;
  const list = make("div", { className: "action-menu", role: "menu", hidden: true });
  if (given.desc) list.append(make("p", { className: "action-desc", text: given.desc }));
  const dots = make("button", { className: "dots", type: "button", text: "⋯", "aria-label": say("cardMenu"), "aria-expanded": "false", "data-testid": "card-menu" });
  const open = (yes) => {
    list.hidden = !yes;
    dots.setAttribute("aria-expanded", String(yes));
  };
  for (const one of given.action_list) {
    const item = make("button", { className: "action-item", type: "button", role: "menuitem", text: one.text, "data-testid": "card-menu-item" });
    item.addEventListener("click", async () => {
      await press(one.key, item);
      open(false);
    });
    list.append(item);
  }
  dots.addEventListener("click", () => open(list.hidden));
  const node = make("div", { className: "card-menu" }, dots, list);
  node.addEventListener("keydown", (event) => event.key === "Escape" && open(false));
  node.addEventListener("focusout", (event) => node.contains(event.relatedTarget) || open(false));
  return node;
}
