// The picker of recipients: a search field with suggestions, and a chip for each that was chosen.
// The three text fields stay the form's truth, and the only ones without this script.
addEventListener("DOMContentLoaded", () => {
  const FIELDS = { member: "id_user_ids", department: "id_department_numbers", tag: "id_tag_numbers" };
  const picker = document.getElementById("recipient-picker");
  const first = document.getElementById(FIELDS.member);
  if (!picker || !first) return;
  const chips = picker.querySelector("[data-chips]");
  const search = picker.querySelector("input");
  const list = picker.querySelector("[role=listbox]");
  const total = picker.querySelector("[data-total]");
  let chosen = [];
  let latest = 0;

  const field = (kind) => document.getElementById(FIELDS[kind]);
  const ask = async (words) => {
    const form = new FormData(first.form);
    form.set("q", words);
    const answer = await fetch(picker.dataset.url, { method: "POST", body: form });
    return signedOut(answer) || !answer.ok ? null : answer.json();
  };
  const element = (tag, text, classes) => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = classes;
    return made;
  };

  const write = () => {
    for (const kind of Object.keys(FIELDS)) {
      const ids = chosen.filter((one) => one.kind === kind).map((one) => one.id);
      field(kind).value = ids.join("\n");
      field(kind).dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const show = () => {
    chips.replaceChildren(
      ...chosen.map((one) => {
        const chip = element("span", one.name, `ou-chip ou-chip-${one.kind}`);
        chip.title = one.note;
        const remove = element("button", "×", "");
        remove.type = "button";
        remove.setAttribute("aria-label", `${picker.dataset.remove} ${one.name}`);
        remove.addEventListener("click", () => {
          chosen = chosen.filter((other) => other !== one);
          write();
          refresh();
        });
        chip.append(remove);
        return chip;
      }),
    );
  };
  const refresh = async () => {
    const answer = await ask("");
    if (!answer) return;
    chosen = answer.chosen;
    total.textContent = answer.total;
    show();
  };
  const choose = (one) => {
    if (!chosen.some((other) => other.kind === one.kind && other.id === one.id)) chosen.push(one);
    search.value = "";
    list.replaceChildren();
    list.hidden = true;
    search.setAttribute("aria-expanded", "false");
    write();
    refresh();
    search.focus();
  };
  const suggest = async () => {
    const words = search.value.trim();
    const mine = ++latest;
    if (!words) {
      list.hidden = true;
      return;
    }
    const answer = await ask(words);
    if (mine !== latest || !answer) return;
    list.replaceChildren(
      ...answer.found.map((one) => {
        const option = element("button", one.name, "ou-suggestion");
        option.type = "button";
        option.setAttribute("role", "option");
        option.append(element("span", one.note, "ou-quiet"));
        option.addEventListener("click", () => choose(one));
        return option;
      }),
    );
    if (!answer.found.length) list.append(element("p", picker.dataset.nothing, "ou-quiet"));
    list.hidden = false;
    search.setAttribute("aria-expanded", "true");
  };

  search.addEventListener("input", suggest);
  search.addEventListener("keydown", (event) => {
    const options = [...list.querySelectorAll("button")];
    if (event.key === "Enter") {
      event.preventDefault();
      options[0]?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      options[0]?.focus();
    } else if (event.key === "Escape") list.hidden = true;
  });
  list.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") event.target.nextElementSibling?.focus();
    else if (event.key === "ArrowUp") (event.target.previousElementSibling ?? search).focus();
    else if (event.key === "Escape") search.focus();
    else return;
    event.preventDefault();
  });
  for (const kind of Object.keys(FIELDS)) field(kind).addEventListener("change", (event) => event.isTrusted && refresh());
  document.getElementById("id_application")?.addEventListener("change", refresh);
  picker.hidden = false;
  for (const kind of ["department", "tag"]) field(kind).closest(".field-row, .form-row, [class*=field-]")?.setAttribute("hidden", "");
  refresh();
});
