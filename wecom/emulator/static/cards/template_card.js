// Template cards of all five types: what they show, and what a member can choose and press.
import { actionMenu, cardAction, cardImage, emphasis, imageText, jumpList, keyValues, quote, source, titleLines } from "./card_parts.js";
import { cardQuestions } from "./card_questions.js";
import { element, externalLink } from "../shared/dom.js";
import { t } from "../shared/texts.js";

const STYLES = { 1: "blue", 2: "plain", 3: "red", 4: "grey" };

// Disables the card while the application is told. The platform leaves the buttons as they are until the application
// updates the card.
async function whileBusy(button, work) {
  const inputs = [...button.closest(".template-card").querySelectorAll("button, select, input")].filter((input) => !input.disabled);
  for (const input of inputs) input.disabled = true;
  button.classList.add("busy");
  await work();
  button.classList.remove("busy");
  for (const input of inputs) input.disabled = false;
}

function callbackButton(text, style, key, selected, press) {
  const node = element("button", { className: `card-button ${style}`, type: "button", text, "data-testid": "card-button" });
  node.addEventListener("click", () => whileBusy(node, () => press(key, selected())));
  return node;
}

function cardButton(button, selected, press) {
  const style = STYLES[button.style] ?? "blue";
  if (button.type !== 1) return callbackButton(button.text, style, button.key, selected, press);
  const link = externalLink(button.url ?? "", button.text);
  link.classList.add("card-button", style);
  return link;
}

const replacedButton = (text) =>
  element("button", { className: "card-button replaced", type: "button", disabled: true, text, "data-testid": "replaced" });

function cardButtons({ content, card }, selected, press) {
  const { button_list: buttons, submit_button: submit } = content;
  if (!buttons?.length && !submit) return null;
  const row = element("div", { className: "card-buttons", role: "group", "aria-label": t("cardButtons") });
  if (card?.replaced) row.append(replacedButton(card.replaced));
  else if (submit) row.append(callbackButton(submit.text, "filled", submit.key, selected, press));
  else row.append(...buttons.map((button) => cardButton(button, selected, press)));
  return row;
}

// `press(key, selected)` tells the application and resolves once it knows; `selected` is {question_key: [option id, …]}.
export function templateCard(entry, press) {
  const { content, card } = entry;
  const questions = cardQuestions(content, { closed: Boolean(card?.replaced) });
  const lines = element("div", { className: "card-lines" }, ...titleLines(content.main_title));
  const action = cardAction(content.card_action);
  if (action) action.append(lines);
  const body = element("div", { className: "card-body" });
  const parts = [
    source(content), action ?? lines, emphasis(content.emphasis_content), imageText(content.image_text_area), cardImage(content.card_image),
    quote(content.quote_area), content.sub_title_text ? element("div", { className: "card-text", text: content.sub_title_text }) : null,
    ...(content.vertical_content_list ?? []).map((item) => element("div", { className: "paragraph" }, ...titleLines(item))),
    keyValues(content.horizontal_content_list), ...questions.nodes,
  ];
  body.append(...parts.filter((part) => part?.childNodes.length));
  const buttons = cardButtons(entry, questions.selected, press);
  const node = element("div", { className: "card template-card" }, body, jumpList(content.jump_list), buttons);
  node.dataset.cardType = content.card_type;
  const menu = actionMenu(content.action_menu, (key, item) => whileBusy(item, () => press(key, {})));
  if (menu) node.append(menu);
  return node;
}
