// Cards in a form: the parts of the chosen kind, rows that come, move and go, errors while one writes, and the phone.
// The plain elements stay the form's truth; nothing here is sent but what they hold.
addEventListener("DOMContentLoaded", () => {
  for (const card of document.querySelectorAll("[data-card]")) start(card);

  function start(card) {
    const form = card.closest("form");
    const kind = card.querySelector("[data-kind]");
    // Of a saved draft all that is missing is told; of a new card only what is wrong.
    const strict = card.querySelector("[data-flaw]:not([hidden])") !== null;

    const show = () => {
      for (const part of card.querySelectorAll("[data-kinds]")) part.hidden = !part.dataset.kinds.split(" ").includes(kind.value);
      for (const list of card.querySelectorAll("[data-list]")) tidy(list);
    };
    const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-rows] > [data-row]")];

    // Names follow the places of rows, because the server reads them in the order of their numbers.
    function tidy(list) {
      const rows = rowsOf(list);
      rows.forEach((row, place) => {
        const path = `${list.dataset.list}-${place}`;
        if (row.dataset.row !== path) rename(row, path);
        row.querySelector("[data-up]").hidden = place === 0;
        row.querySelector("[data-down]").hidden = place === rows.length - 1;
        row.querySelector("[data-remove]").hidden = false;
        const action = row.querySelector("[data-action]");
        if (action) {
          row.querySelector('[data-cell="url"]').hidden = action.value !== "open";
          row.querySelector('[data-cell="key"]').hidden = action.value !== "answer";
        }
      });
      list.querySelector("[data-add]").hidden = rows.length >= Number(list.dataset.most);
    }
    function rename(row, path) {
      const before = row.dataset.row;
      row.dataset.row = path;
      for (const one of row.querySelectorAll("[name], [data-flaw]")) {
        for (const name of ["name", "id", "data-flaw"]) {
          const value = one.getAttribute(name);
          if (value) one.setAttribute(name, value.replace(before, path));
        }
      }
    }
    function add(list) {
      const row = list.querySelector("template[data-blank]").content.firstElementChild.cloneNode(true);
      list.querySelector("[data-rows]").append(row);
      const confirms = [...list.querySelectorAll("[data-action]")].filter((one) => one.value === "confirm");
      if (confirms.length > 1) row.querySelector("[data-action]").value = "answer"; // one button confirms
      tidy(list);
      return row;
    }
    const first = (row) => row?.querySelector("input:not([type=hidden]), textarea, select");

    card.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const list = button?.closest("[data-list]");
      if (!list) return;
      const row = button.closest("[data-row]");
      if (button.matches("[data-add]")) {
        first(add(list)).focus();
      } else if (button.matches("[data-remove]")) {
        const next = row.nextElementSibling ?? row.previousElementSibling;
        row.remove();
        tidy(list);
        (first(next) ?? list.querySelector("[data-add]")).focus();
      } else if (button.matches("[data-up], [data-down]")) {
        const up = button.matches("[data-up]");
        up ? row.previousElementSibling.before(row) : row.nextElementSibling.after(row);
        tidy(list);
        (button.hidden ? row.querySelector(up ? "[data-down]" : "[data-up]") : button).focus();
      }
      ask();
    });
    kind.addEventListener("change", () => {
      show();
      for (const list of card.querySelectorAll("[data-list]:not([hidden])")) {
        const needed = list.matches('[data-list$="-buttons"], [data-list$="-choices"], [data-list$="-selectors"], [data-list$="-articles"]');
        if (needed && !rowsOf(list).length) add(list);
      }
    });
    card.addEventListener("change", (event) => {
      const list = event.target.closest("[data-list]");
      if (list) tidy(list);
      ask();
    });
    card.addEventListener("input", () => ask());
    document.addEventListener("signedin", () => ask());

    // Only the latest answer counts. What is still empty is no error before the form is saved.
    let timer = 0;
    let latest = 0;
    const phone = card.querySelector("[data-preview]");
    function ask() {
      clearTimeout(timer);
      timer = setTimeout(tell, 300);
    }
    async function tell() {
      const mine = ++latest;
      const data = new FormData();
      for (const [name, value] of new FormData(form)) if (name.startsWith(`${card.dataset.card}-`) || name === "csrfmiddlewaretoken" || name === "application") data.append(name, value);
      data.set("card", card.dataset.card);
      const answer = await fetch(card.dataset.previewUrl, { method: "POST", body: data, headers: { Accept: "application/json" } });
      if (mine !== latest || signedOut(answer) || !answer.ok) return;
      const { html, flaws, missing } = await answer.json();
      const told = strict ? { ...missing, ...flaws } : flaws;
      phone.innerHTML = html;
      for (const place of card.querySelectorAll("[data-flaw]")) {
        place.textContent = told[place.dataset.flaw] ?? "";
        place.hidden = !place.textContent;
      }
    }

    for (const list of card.querySelectorAll("[data-list]")) {
      list.querySelector("[data-plain]")?.remove();
    }
    show();
    kind.dispatchEvent(new Event("change"));
    new IntersectionObserver(([one], watch) => {
      if (!one.isIntersecting) return;
      watch.disconnect();
      tell();
    }).observe(card);
  }
});
