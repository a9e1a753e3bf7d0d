// A card with buttons: title, words, and either its buttons or the greyed text that the application put in their place.
import { anchor, make } from "./dom.js";
import { say } from "./strings.js";

const STYLES = { 1: "blue", 2: "plain", 3: "red", 4: "grey" };

function facts(content) {
  const rows = (content.horizontal_content_list ?? []).map((item) => {
    const value = item.type === 1 ? anchor(item.url ?? "", item.value ?? "") : make("span", { text: item.value ?? "" });
    return make("div", { className: "fact" }, make("span", { className: "fact-name", text: item.keyname }), value);
  });
  return rows.length ? make("div", { className: "facts" }, ...rows) : null;
}

function button(one, press) {
  const style = STYLES[one.style] ?? "blue";
  if (one.type === 1) {
    const link = anchor(one.url ?? "", one.text);
    link.classList.add("card-button", style);
    return link;
  }
  const node = make("button", { className: `card-button ${style}`, type: "button", text: one.text, "data-testid": "card-button" });
  node.addEventListener("click", async () => {
    const all = [...node.parentElement.querySelectorAll("button")];
    for (const other of all) other.disabled = true;
    node.classList.add("pressing");
    await press(one.key);
    node.classList.remove("pressing");
    for (const other of all) other.disabled = false; // the platform leaves them as they are until the card is changed
  });
  return node;
}

// `press(key)` tells the application and returns once it knows.
export function buttonCard(entry, press) {
  const { content, card } = entry;
  const body = make("div", { className: "card-body" });
  if (content.source?.desc) body.append(make("div", { className: "card-source", text: content.source.desc }));
  body.append(make("div", { className: "card-title", text: content.main_title?.title ?? "" }));
  for (const text of [content.main_title?.desc, content.sub_title_text]) {
    if (text) body.append(make("div", { className: "card-text", text }));
  }
  const list = facts(content);
  if (list) body.append(list);
  const row = make("div", { className: "card-buttons", role: "group", "aria-label": say("buttons") });
  if (card?.replaced) {
    row.append(make("button", { className: "card-button replaced", type: "button", disabled: true, text: card.replaced, "data-testid": "replaced" }));
  } else {
    row.append(...(content.button_list ?? []).map((one) => button(one, press)));
  }
  return make("div", { className: "card button-card" }, body, row);
}
