// Answers that go into a sub-flow and come back: the lines “a = b” of a field as rows to choose from. The field keeps the lines.
(() => {
  const make = (tag, fields = {}, ...inside) => {
    const found = Object.assign(document.createElement(tag), fields);
    found.append(...inside);
    return found;
  };
  const parse = (text) =>
    text.split("\n").filter((line) => line.trim()).map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });

  class Answers {
    constructor(area) {
      this.area = area;
      this.own = JSON.parse(area.dataset.own);
      this.theirs = JSON.parse(area.dataset.theirs);
      this.words = JSON.parse(area.dataset.words);
      this.takes = area.dataset.answers === "taken"; // “ours = theirs”; what is given stands the other way round
      this.flow = area.form.querySelector("[name$='subflow']");
      this.list = make("datalist", { id: `${area.id}_own` }, ...this.own.map(([value, label]) => make("option", { value, label })));
      this.rows = make("div", { className: "ou-answers-rows" });
      this.add = make("button", { type: "button", className: "ou-answers-add", textContent: `+ ${this.words.add}` });
      this.box = make("div", { className: "ou-answers" }, this.rows, this.add, this.list);
      area.after(this.box);
      this.add.addEventListener("click", () => this.row("", "").querySelector("select").focus());
      this.flow.addEventListener("change", () => this.show());
      this.show();
    }

    show() {
      this.known = this.theirs[this.flow.value];
      this.box.hidden = !this.known;
      this.area.style.display = this.known ? "none" : "";
      this.rows.replaceChildren();
      if (this.known) for (const [left, right] of parse(this.area.value)) this.row(...(this.takes ? [right, left] : [left, right]));
    }

    row(theirs, ours) {
      const { words } = this;
      const select = make("select", { ariaLabel: words.theirs });
      select.append(make("option", { value: "", textContent: words.choose }));
      for (const [name, step, hasLabel] of this.known) {
        const shown = step && step !== name ? `${name} · ${step}` : name;
        select.append(make("option", { value: name, textContent: shown }));
        if (hasLabel && this.takes) select.append(make("option", { value: `${name}.label`, textContent: words.label.replace("%s", shown) }));
      }
      if (theirs && ![...select.options].some((one) => one.value === theirs))
        select.append(make("option", { value: theirs, textContent: words.missing.replace("%s", theirs) }));
      select.value = theirs;
      const input = make("input", { type: "text", value: ours, ariaLabel: words.own, placeholder: words.own });
      input.setAttribute("list", this.list.id);
      const remove = make("button", { type: "button", className: "ou-answers-remove", ariaLabel: words.remove, title: words.remove, textContent: "×" });
      const row = make("div", { className: "ou-answers-row" }, select, make("span", { textContent: words.between }), input, remove);
      select.addEventListener("change", () => {
        if (this.takes && select.value && !input.value) input.value = select.value.replace(".", "_");
        this.write();
      });
      input.addEventListener("input", () => this.write());
      remove.addEventListener("click", () => {
        row.remove();
        this.write();
        this.add.focus();
      });
      this.rows.append(row);
      return row;
    }

    write() {
      const lines = [...this.rows.children].map((row) => {
        const [theirs, ours] = [row.querySelector("select").value, row.querySelector("input").value.trim()];
        return theirs || ours ? (this.takes ? `${ours} = ${theirs}` : `${theirs} = ${ours}`) : "";
      });
      this.area.value = lines.filter(Boolean).join("\n");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  const begin = () => {
    for (const area of document.querySelectorAll("textarea[data-answers]:not([data-begun])")) {
      area.dataset.begun = "yes";
      if (area.form?.querySelector("[name$='subflow']")) new Answers(area);
    }
  };
  addEventListener("DOMContentLoaded", () => {
    begin();
    new MutationObserver(begin).observe(document.body, { childList: true, subtree: true }); // the panel of the graph
  });
})();
