// An audience: a picker for each side over its plain text fields, and who gets it, asked for when the hand rests.
addEventListener("DOMContentLoaded", () => {
  for (const audience of document.querySelectorAll("[data-audience]")) start(audience);

  function start(audience) {
    const form = audience.closest("form");
    const word = (name) => audience.dataset[`words${name}`];
    const reach = audience.querySelector("[data-reach]");
    let timer = 0;
    let latest = 0;

    const ask = () => {
      clearTimeout(timer);
      timer = setTimeout(count, 350);
    };
    const count = async () => {
      const mine = ++latest;
      const data = new FormData(form);
      data.set("name", audience.dataset.audience);
      const answer = await fetch(audience.dataset.previewUrl, { method: "POST", body: data });
      if (mine !== latest || signedOut(answer) || !answer.ok) return;
      reach.innerHTML = await answer.text();
      reach.hidden = false;
    };

    for (const side of audience.querySelectorAll("[data-side]")) {
      const fields = [...side.querySelectorAll("input[data-kind]")];
      for (const field of fields) field.closest("[data-plain]").hidden = true;
      Chips.into(side.querySelector("[data-picker]"), {
        url: audience.dataset.findUrl,
        form,
        kinds: fields.map((field) => field.dataset.kind),
        chosen: JSON.parse(side.dataset.chosen),
        toggle: { kind: "department", on: word("Alone"), off: word("Below") },
        words: { search: word("Search"), remove: word("Remove"), nothing: word("Nothing") },
        changed: (chosen) => {
          for (const field of fields) {
            const mine = chosen.filter((one) => one.kind === field.dataset.kind);
            field.value = mine.map((one) => one.id + (one.alone ? "!" : "")).join(", ");
          }
          ask();
        },
      });
    }
    audience.addEventListener("change", ask);
    document.addEventListener("signedin", ask);
    form.elements.application?.addEventListener("change", ask);
    if ([...audience.querySelectorAll("input, select")].some((one) => (one.type === "checkbox" ? one.checked : one.value))) count();
  }
});
