// The rule of a segment: right inputs for each value, rows and groups that come and go, and a live count.
// The plain elements stay the form's truth; what is drawn here writes into them.
addEventListener("DOMContentLoaded", () => {
  for (const rule of document.querySelectorAll("[data-rule]")) start(rule);

  function start(rule) {
    const form = rule.closest("form");
    const { subjects, tests } = JSON.parse(rule.dataset.catalogue);
    const word = (name) => rule.dataset[`words${name}`];
    const blank = (name) => rule.querySelector(`template[data-blank-${name}]`).innerHTML;

    const element = (tag, attributes = {}, ...inside) => {
      const made = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
      made.append(...inside);
      return made;
    };
    const input = (type, value, label, changed) => {
      const made = element("input", { type, class: "ou-rule-input", "aria-label": label, step: type === "number" ? "any" : undefined });
      made.value = value;
      made.addEventListener("input", changed);
      return made;
    };
    const select = (choices, value, label, changed) => {
      const options = choices.map(([key, words]) => element("option", { value: key }, words));
      const made = element("select", { class: "ou-rule-input", "aria-label": label }, element("option", { value: "" }, "–"), ...options);
      made.value = value;
      made.addEventListener("change", changed);
      return made;
    };

    // What stands in the place of the plain value: a list of elements, for a subject and a shape.
    function inputs(row, subject, shape, value, write) {
      const type = { date: "date", number: "number" }[subject.kind] ?? "text";
      const label = word("Value");
      if (shape === "count") return [input("number", value.value, label, (event) => write(event.target.value))];
      if (shape === "range" || shape === "days") {
        const kind = shape === "days" ? "number" : type;
        const [from, to] = value.value.split("..").map((part) => part.trim());
        const both = () => write(first.value || last.value ? `${first.value}..${last.value}` : "");
        const first = input(kind, from ?? "", word("From"), both);
        const last = input(kind, to ?? "", word("To"), both);
        const pair = (words, one) => element("span", { class: "ou-rule-pair" }, element("span", { class: "ou-quiet" }, words), one);
        return [pair(word("From"), first), pair(word("To"), last)];
      }
      if (["department", "tag", "segment"].includes(subject.kind)) {
        const place = element("span", { class: "ou-rule-chips" });
        Chips.into(place, {
          url: rule.dataset.findUrl,
          form,
          kinds: [subject.kind],
          chosen: value.value ? JSON.parse(row.dataset.names || "[]") : [],
          words: { search: word("Search"), remove: word("Remove"), nothing: word("Nothing") },
          changed: (chosen) => {
            row.dataset.names = JSON.stringify(chosen);
            write(chosen.map((one) => one.id).join(", "));
          },
        });
        return [place];
      }
      if (subject.kind === "flag") return [select([["yes", word("Yes")], ["no", word("No")]], value.value, label, (event) => write(event.target.value))];
      if (subject.kind === "choice" && shape === "one") return [select(subject.choices, value.value, label, (event) => write(event.target.value))];
      if (subject.kind === "choice") {
        const chosen = new Set(value.value.split(",").map((part) => part.trim()).filter(Boolean));
        return subject.choices.map(([key, words]) => {
          const box = element("input", { type: "checkbox", value: key });
          box.checked = chosen.has(key);
          box.addEventListener("change", () => {
            box.checked ? chosen.add(key) : chosen.delete(key);
            write([...chosen].join(", "));
          });
          return element("label", { class: "ou-rule-box" }, box, " ", words);
        });
      }
      return [input(type, value.value, label, (event) => write(event.target.value))];
    }
    const hint = (test, subject) => ({ within_days: word("Days"), anniversary_within: word("Days"), days_ago: word("Ago"), anniversary_in: word("Ahead") })[test] ?? (subject.kind === "text" && tests[test]?.shape === "many" ? word("Commas") : "");

    function draw(row) {
      const [asked, how, value, below] = ["subject", "test", "value", "below"].map((name) => row.querySelector(`[data-${name}]`));
      const subject = subjects[asked.value];
      const before = how.value;
      if (subject) how.replaceChildren(...subject.tests.map((key) => element("option", { value: key }, tests[key].label)));
      how.value = subject?.tests.includes(before) ? before : (subject?.tests[0] ?? before);
      how.hidden = !subject;
      const shape = tests[how.value]?.shape ?? "one";
      below.hidden = subject?.kind !== "department" || shape !== "many";
      row.querySelector("[data-drawn]")?.remove();
      value.hidden = true;
      if (subject && shape !== "nothing") {
        const write = (text) => {
          value.value = text;
          ask();
        };
        const drawn = element("span", { class: "ou-rule-drawn", "data-drawn": "" }, ...inputs(row, subject, shape, value, write));
        const words = hint(how.value, subject);
        if (words) drawn.append(element("span", { class: "ou-quiet ou-rule-hint" }, words));
        value.after(drawn);
      }
    }

    function wire(row) {
      const [asked, how, value] = ["subject", "test", "value"].map((name) => row.querySelector(`[data-${name}]`));
      let shape = tests[how.value]?.shape;
      // The arrow keys choose each subject on the way, so that only a pointer leads on to the value.
      let pointed = false;
      asked.addEventListener("pointerdown", () => (pointed = true));
      asked.addEventListener("keydown", () => (pointed = false));
      asked.addEventListener("change", () => {
        value.value = "";
        row.dataset.names = "[]";
        how.value = ""; // so that the subject's first test is taken
        draw(row);
        shape = tests[how.value]?.shape;
        if (pointed) row.querySelector("[data-drawn] input, [data-drawn] select")?.focus({ preventScroll: true });
      });
      how.addEventListener("change", () => {
        if (tests[how.value]?.shape !== shape) value.value = "";
        shape = tests[how.value]?.shape;
        draw(row);
      });
      const remove = row.querySelector("[data-remove]");
      remove.hidden = false;
      remove.addEventListener("click", () => take(row));
      draw(row);
    }
    function take(node) {
      const neighbour = node.nextElementSibling ?? node.previousElementSibling;
      const group = node.parentElement.closest("[data-group]");
      node.remove();
      (neighbour?.querySelector("select") ?? group.querySelector("[data-add-condition]")).focus();
      ask();
    }
    function next(group) {
      const names = [...group.querySelectorAll(":scope > [data-rows] > *")].map((one) => one.dataset.condition ?? one.dataset.group);
      return 1 + Math.max(-1, ...names.filter(Boolean).map((name) => Number(name.split("-").pop())));
    }
    function add(group, kind) {
      const path = `${group.dataset.group}-${next(group)}`;
      const place = document.createElement("template");
      place.innerHTML = blank(kind).replaceAll("__path__", path);
      const made = place.content.firstElementChild;
      for (const plain of made.querySelectorAll("[data-plain]")) plain.remove();
      made.dataset.depth = String(Number(group.dataset.depth) + 1);
      group.querySelector(":scope > [data-rows]").append(made);
      if (kind === "group") {
        gather(made);
        add(made, "condition");
      } else {
        wire(made);
        made.querySelector("select").focus();
      }
    }
    function gather(group) {
      const deepest = Number(group.dataset.depth) >= 3;
      const button = (name) => group.querySelector(`:scope > .ou-rule-add > [data-add-${name}]`);
      button("condition").hidden = false;
      button("condition").addEventListener("click", () => add(group, "condition"));
      button("group").hidden = deepest;
      button("group").addEventListener("click", () => add(group, "group"));
      const remove = group.querySelector(":scope > legend [data-remove-group]");
      remove.hidden = group.dataset.depth === "1";
      remove.addEventListener("click", () => take(group));
    }

    // The live count: asked for when the hand rests, and only the latest answer counts.
    const shown = rule.querySelector("[data-preview]");
    const part = (name) => shown.querySelector(`[data-${name}]`);
    let timer = 0;
    let latest = 0;
    function ask() {
      clearTimeout(timer);
      timer = setTimeout(count, 350);
    }
    async function count() {
      const mine = ++latest;
      const data = new FormData(form);
      data.set("own", rule.dataset.own);
      const answer = await fetch(rule.dataset.previewUrl, { method: "POST", body: data });
      if (mine !== latest || signedOut(answer) || !answer.ok) return;
      tell(await answer.json());
    }
    function tell(answer) {
      shown.hidden = false;
      const words = part("count").dataset.words;
      part("count").textContent = answer.error ? "" : words.replace("{count}", answer.count).replace("{of}", answer.of);
      part("names").textContent = answer.error ? "" : answer.names;
      part("told").textContent = answer.words ?? "";
      part("error").textContent = answer.error ?? "";
      part("error").className = answer.code === "value_missing" ? "ou-quiet" : "ou-figure-bad"; // still being written
      part("warnings").replaceChildren(...(answer.warnings ?? []).map((one) => element("p", { class: "ou-notice ou-warn" }, one)));
      for (const row of rule.querySelectorAll("[data-condition]")) {
        row.classList.remove("ou-rule-wrong");
        row.querySelector("[data-flaw]").hidden = true;
      }
    }

    const plain = [...rule.querySelectorAll("[data-plain]")];
    for (const one of plain) one.remove();
    for (const group of rule.querySelectorAll("[data-group]")) gather(group);
    for (const row of rule.querySelectorAll("[data-condition]")) wire(row);
    const root = rule.querySelector("[data-group]");
    if (!root.querySelector("[data-condition]")) {
      add(root, "condition");
      document.activeElement?.blur();
    }
    rule.addEventListener("change", ask);
    document.addEventListener("signedin", ask);
    if (rule.querySelector("[data-value]")?.value || rule.querySelectorAll("[data-condition]").length > 1) count();
  }
});
