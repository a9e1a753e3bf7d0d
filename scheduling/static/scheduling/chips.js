// A picker: a search field with suggestions, and a chip for each that was chosen. The caller keeps what is chosen.
// `Chips.into(place, {url, form, kinds, chosen, words, changed, toggle})`: `words` has search, remove and nothing;
// `toggle` ({kind, on, off}) gives chips of a kind a switch, kept as `alone`.
globalThis.Chips = (() => {
  let made = 0;

  const element = (tag, text, classes) => {
    const one = document.createElement(tag);
    one.textContent = text;
    one.className = classes;
    return one;
  };

  const into = (place, { url, form, kinds, chosen, words, changed, toggle }) => {
    const list = element("div", "", "ou-suggestions");
    list.id = `chips-${++made}`;
    list.setAttribute("role", "listbox");
    list.hidden = true;
    const search = element("input", "", "ou-picker-search");
    search.type = "search";
    search.placeholder = words.search;
    search.autocomplete = "off";
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-label": words.search })) search.setAttribute(name, value);
    const chips = element("div", "", "ou-chips");
    chips.setAttribute("aria-live", "polite");
    const picker = element("div", "", "ou-picker");
    picker.append(chips, search, list);
    place.append(picker);
    let latest = 0;

    const close = () => {
      list.hidden = true;
      search.setAttribute("aria-expanded", "false");
    };
    const show = () =>
      chips.replaceChildren(
        ...chosen.map((one) => {
          const chip = element("span", one.name, `ou-chip ou-chip-${one.kind}`);
          chip.title = one.note || one.id;
          if (toggle?.kind === one.kind) {
            const swap = element("button", one.alone ? toggle.on : toggle.off, "ou-chip-toggle");
            swap.type = "button";
            swap.setAttribute("aria-pressed", String(Boolean(one.alone)));
            swap.addEventListener("click", () => {
              one.alone = !one.alone;
              swap.textContent = one.alone ? toggle.on : toggle.off;
              swap.setAttribute("aria-pressed", String(one.alone));
              changed(chosen);
            });
            chip.append(swap);
          }
          const remove = element("button", "×", "ou-chip-remove");
          remove.type = "button";
          remove.setAttribute("aria-label", `${words.remove} ${one.name}`);
          remove.addEventListener("click", () => {
            chosen.splice(chosen.indexOf(one), 1);
            show();
            changed(chosen);
            search.focus();
          });
          chip.append(remove);
          return chip;
        }),
      );
    const choose = (one) => {
      if (!chosen.some((other) => other.kind === one.kind && other.id === one.id)) chosen.push(one);
      search.value = "";
      close();
      show();
      changed(chosen);
      search.focus();
    };
    const suggest = async () => {
      const mine = ++latest;
      const asked = search.value.trim();
      if (!asked) return close();
      const query = new URLSearchParams({ q: asked, corporation: form.elements.corporation?.value ?? "" });
      for (const kind of kinds) query.append("kind", kind);
      const answer = await fetch(`${url}?${query}`);
      if (mine !== latest || signedOut(answer) || !answer.ok) return;
      const { found } = await answer.json();
      if (mine !== latest) return;
      list.replaceChildren(
        ...found.map((one) => {
          const option = element("button", one.name, "ou-suggestion");
          option.type = "button";
          option.setAttribute("role", "option");
          option.append(element("span", one.note, "ou-quiet"));
          option.addEventListener("click", () => choose(one));
          return option;
        }),
      );
      if (!found.length) list.append(element("p", words.nothing, "ou-quiet"));
      list.hidden = false;
      search.setAttribute("aria-expanded", "true");
    };

    search.addEventListener("input", (event) => {
      event.stopPropagation(); // searching changes nothing
      suggest();
    });
    document.addEventListener("signedin", suggest);
    search.addEventListener("keydown", (event) => {
      const options = [...list.querySelectorAll("button")];
      if (event.key === "Enter") {
        event.preventDefault();
        if (!list.hidden) options[0]?.click();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        options[0]?.focus();
      } else if (event.key === "Escape") close();
      else if (event.key === "Backspace" && !search.value && chosen.length) chips.lastElementChild.querySelector(".ou-chip-remove").click();
    });
    list.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") event.target.nextElementSibling?.focus();
      else if (event.key === "ArrowUp") (event.target.previousElementSibling ?? search).focus();
      else if (event.key === "Escape") {
        close();
        search.focus();
      } else return;
      event.preventDefault();
    });
    show();
    return picker;
  };

  return { into };
})();
