// What a card asks: votes and selections. `selected()` is {question_key: [option id, …]} as it stands now.
import { make } from "../shared/dom.js";
import { say } from "../shared/texts.js";

let groups = 0; // radio buttons of two cards must not know each other

function vote({ question_key: key, mode, option_list: options = [], disable }, closed) {
  const name = `vote-${(groups += 1)}`;
  const type = mode === 1 ? "checkbox" : "radio";
  const rows = options.map((option) => {
    const input = make("input", { type, name, value: option.id, checked: Boolean(option.is_checked), disabled: Boolean(disable) || closed });
    return make("label", { className: "option", "data-testid": "option" }, input, make("span", { text: option.text }));
  });
  const node = make("div", { className: "options", role: type === "radio" ? "radiogroup" : "group" }, ...rows);
  return { key, node, chosen: () => [...node.querySelectorAll("input:checked")].map((input) => input.value) };
}

function selection({ question_key: key, title, selected_id: first, option_list: options = [], disable }, closed) {
  const select = make("select", { disabled: Boolean(disable) || closed, "data-testid": "selection" });
  select.append(...options.map((option) => make("option", { value: option.id, text: option.text, selected: option.id === first })));
  const node = make("label", { className: "selection" }, make("span", { text: title || say("choose") }), select);
  return { key, node, chosen: () => (select.value ? [select.value] : []) };
}

export function choices({ checkbox, select_list: selects, button_selection: one }, { closed }) {
  const asked = [
    ...(checkbox ? [vote(checkbox, closed)] : []),
    ...(selects ?? []).map((each) => selection(each, closed)),
    ...(one ? [selection(one, closed)] : []),
  ];
  const selected = () => Object.fromEntries(asked.map(({ key, chosen }) => [key, chosen()]));
  return { nodes: asked.map(({ node }) => node), selected };
}
