// The questions of a card: votes and selections. `selected()` is {question_key: [option id, …]} as chosen now.
import { element } from "../shared/dom.js";
import { t } from "../shared/texts.js";

let votes = 0; // each vote has radio buttons of its own, across all cards of the page

function vote({ question_key: key, mode, option_list: options = [], disable }, closed) {
  const name = `vote-${(votes += 1)}`;
  const type = mode === 1 ? "checkbox" : "radio";
  const rows = options.map((option) => {
    const input = element("input", { type, name, value: option.id, checked: Boolean(option.is_checked), disabled: Boolean(disable) || closed });
    return element("label", { className: "option", "data-testid": "option" }, input, element("span", { text: option.text }));
  });
  const node = element("div", { className: "options", role: type === "radio" ? "radiogroup" : "group" }, ...rows);
  return { key, node, chosen: () => [...node.querySelectorAll("input:checked")].map((input) => input.value) };
}

function selection({ question_key: key, title, selected_id: selectedId, option_list: options = [], disable }, closed) {
  const select = element("select", { disabled: Boolean(disable) || closed, "data-testid": "selection" });
  select.append(...options.map((option) => element("option", { value: option.id, text: option.text, selected: option.id === selectedId })));
  const node = element("label", { className: "selection" }, element("span", { text: title || t("choose") }), select);
  return { key, node, chosen: () => (select.value ? [select.value] : []) };
}

export function cardQuestions({ checkbox, select_list: selects, button_selection: buttonSelection }, { closed }) {
  const questions = [
    ...(checkbox ? [vote(checkbox, closed)] : []),
    ...(selects ?? []).map((each) => selection(each, closed)),
    ...(buttonSelection ? [selection(buttonSelection, closed)] : []),
  ];
  const selected = () => Object.fromEntries(questions.map(({ key, chosen }) => [key, chosen()]));
  return { nodes: questions.map(({ node }) => node), selected };
}
