// The parts of a template card that show something or open a page. Of these only the menu calls the application.
import { element, externalLink, safeUrl } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { popupMenu } from "../shared/popup_menu.js";

const COLORS = { 0: "grey", 1: "black", 2: "red", 3: "green" };

// A picture that fails to load is left out, as on a phone.
function image(url, className, alt = "") {
  if (!safeUrl(url)) return null;
  const node = element("img", { className, src: url, alt, loading: "lazy" });
  node.addEventListener("error", () => node.remove());
  return node;
}

// A web page (type 1) opens; a mini program (type 2) is only named, since none is emulated.
function jumpTarget({ type, url, appid, pagepath }, ...children) {
  if (type === 1) return externalLink(url ?? "", ...children);
  if (type === 2) return element("span", { title: `${t("miniProgram")} ${appid ?? ""} ${pagepath ?? ""}`.trim() }, ...children);
  return null;
}

export function cardAction(action) {
  const link = action ? jumpTarget(action) : null;
  link?.classList.add("card-action");
  return link;
}

export function source({ source: given }) {
  if (!given?.desc && !given?.icon_url) return null;
  const desc = element("span", { className: `color-${COLORS[given.desc_color] ?? "grey"}`, text: given.desc ?? "" });
  return element("div", { className: "card-source" }, image(given.icon_url, "source-icon"), desc);
}

// Title and description, of the card or of one of its parts; null for what is missing.
export function titleLines(given) {
  const title = given?.title ? element("div", { className: "card-title", text: given.title }) : null;
  const desc = given?.desc ? element("div", { className: "card-text", text: given.desc }) : null;
  return [title, desc];
}

export function emphasis(given) {
  if (!given) return null;
  const title = given.title ? element("strong", { text: given.title }) : null;
  return element("div", { className: "emphasis" }, title, given.desc ? element("small", { text: given.desc }) : null);
}

export function quote(given) {
  if (!given) return null;
  const title = given.title ? element("div", { className: "quote-title", text: given.title }) : null;
  const lines = [title, given.quote_text ? element("div", { text: given.quote_text }) : null];
  const node = jumpTarget(given, ...lines) ?? element("div", {}, ...lines);
  node.classList.add("quote");
  return node;
}

export function imageText(given) {
  if (!given) return null;
  const lines = element("div", { className: "image-text-lines" }, ...titleLines(given));
  const parts = [image(given.image_url, "image-text-image"), lines];
  const node = jumpTarget(given, ...parts) ?? element("div", {}, ...parts);
  node.classList.add("image-text");
  return node;
}

export function cardImage(given) {
  if (!given) return null;
  const node = image(given.url, "card-image");
  if (node) node.style.aspectRatio = String(given.aspect_ratio ?? 1.3);
  return element("div", {}, node);
}

function value(item) {
  if (item.type === 1) return externalLink(item.url ?? "", item.value ?? "");
  if (item.type === 2) return element("a", { href: `/emulator/media/${encodeURIComponent(item.media_id)}`, download: item.value ?? "", text: item.value ?? "" });
  if (item.type === 3) return element("span", { className: "mention", text: item.value || item.userid });
  return element("span", { text: item.value ?? "" });
}

export function keyValues(list) {
  if (!list?.length) return null;
  const rows = list.map((item) => element("div", { className: "key-value" }, element("span", { className: "key", text: item.keyname }), value(item)));
  return element("div", { className: "key-values" }, ...rows);
}

export function jumpList(list) {
  if (!list?.length) return null;
  const rows = list.map((item) => {
    const node = jumpTarget(item, item.title) ?? element("span", { text: item.title });
    node.classList.add("jump");
    return node;
  });
  return element("div", { className: "jump-list" }, ...rows);
}

// The menu at the top right; `press(key, button)` tells the application.
export function actionMenu(given, press) {
  if (!given?.action_list?.length) return null;
  const items = given.action_list.map((action) => {
    const item = element("button", { className: "menu-item", type: "button", role: "menuitem", text: action.text, "data-testid": "card-menu-item" });
    item.addEventListener("click", async () => {
      await press(action.key, item);
      menu.close();
    });
    return item;
  });
  const head = given.desc ? [element("p", { className: "menu-title", text: given.desc })] : [];
  const menu = popupMenu({ className: "card-menu", label: t("cardMenu"), testId: "card-menu", fill: () => [...head, ...items] });
  return menu.node;
}
