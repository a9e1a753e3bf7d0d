// Template cards of all five kinds: what stands on them, and what a person can choose and press.
import { action, emphasis, facts, jumps, lines, menu, picture, quote, source, strip } from "./card_parts.js";
import { anchor, make } from "../shared/dom.js";
import { choices } from "./card_questions.js";
import { say } from "../shared/texts.js";

const STYLES = { 1: "blue", 2: "plain", 3: "red", 4: "grey" };

// Tells the application, and shows meanwhile that something is under way; the platform leaves the buttons as they are
// until the application changes the card.
async function pressing(node, work) {
  const all = [...node.closest(".template-card").querySelectorAll("button, select, input")].filter((one) => !one.disabled);
  for (const one of all) one.disabled = true;
  node.classList.add("pressing");
  await work();
  node.classList.remove("pressing");
  for (const one of all) one.disabled = false;
}

function callback(text, style, key, chosen, press) {
  const node = make("button", { className: `card-button ${style}`, type: "button", text, "data-testid": "card-button" });
  node.addEventListener("click", () => pressing(node, () => press(key, chosen())));
  return node;
}

function button(one, chosen, press) {
  const style = STYLES[one.style] ?? "blue";
  if (one.type !== 1) return callback(one.text, style, one.key, chosen, press);
  const link = anchor(one.url ?? "", one.text);
  link.classList.add("card-button", style);
  return link;
}

const replaced = (text) =>
  make("button", { className: "card-button replaced", type: "button", disabled: true, text, "data-testid": "replaced" });

function buttons({ content, card }, chosen, press) {
  const { button_list: list, submit_button: submit } = content;
  if (!list?.length && !submit) return null;
  const row = make("div", { className: "card-buttons", role: "group", "aria-label": say("buttons") });
  if (card?.replaced) row.append(replaced(card.replaced));
  else if (submit) row.append(callback(submit.text, "filled", submit.key, chosen, press));
  else row.append(...list.map((one) => button(one, chosen, press)));
  return row;
}

// `press(key, selected)` tells the application and returns once it knows; `selected` is {question_key: [option id, …]}.
export function templateCard(entry, press) {
  const { content, card } = entry;
  const asked = choices(content, { closed: Boolean(card?.replaced) });
  const head = source(content);
  const words = make("div", { className: "card-words" }, ...lines(content));
  const link = action(content.card_action);
  if (link) link.append(words);
  const body = make("div", { className: "card-body" });
  const parts = [
    head, link ?? words, emphasis(content.emphasis_content), strip(content.image_text_area), picture(content.card_image), quote(content.quote_area),
    content.sub_title_text ? make("div", { className: "card-text", text: content.sub_title_text }) : null,
    ...(content.vertical_content_list ?? []).map((item) => make("div", { className: "vertical" }, ...lines({ main_title: item }))),
    facts(content.horizontal_content_list), ...asked.nodes,
  ];
  body.append(...parts.filter((part) => part?.childNodes.length));
  const node = make("div", { className: "card template-card" }, body, jumps(content.jump_list), buttons(entry, asked.selected, press));
  node.dataset.cardType = content.card_type;
  const more = menu(content.action_menu, (key, from) => pressing(from, () => press(key, {})));
  if (more) node.append(more);
  return node;
}
