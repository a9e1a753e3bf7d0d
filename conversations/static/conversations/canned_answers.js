// Canned answers at the desk: "/" in an empty box finds one by its title or words; the button shows all of them.
{
  const list = () => document.getElementById("desk-canned");
  const box = () => document.getElementById("desk-composer")?.elements.text;
  const chosen = () => list().querySelector("[aria-selected=true]");
  const fitting = () => [...list().children].filter((option) => !option.hidden);

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box().setAttribute("aria-activedescendant", option.id);
    else box().removeAttribute("aria-activedescendant");
  }

  function show(words) {
    const wanted = words.trim().toLowerCase();
    for (const option of list().children) option.hidden = !option.textContent.toLowerCase().includes(wanted);
    list().hidden = !fitting().length;
    choose(fitting()[0]);
  }

  function hide() {
    list().hidden = true;
    choose(null);
  }

  function insert(option) {
    const field = box();
    const before = field.value.startsWith("/") ? "" : field.value.trimEnd();
    field.value = [before, option.querySelector("[data-text]").textContent].filter(Boolean).join("\n");
    hide();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const keys = {
    ArrowDown: () => choose(fitting()[fitting().indexOf(chosen()) + 1] ?? fitting()[0]),
    ArrowUp: () => choose(fitting()[fitting().indexOf(chosen()) - 1] ?? fitting().at(-1)),
    Enter: () => insert(chosen()),
    Tab: () => insert(chosen()),
    Escape: hide,
  };

  addEventListener("DOMContentLoaded", () => {
    if (!list()) return;
    document.addEventListener("input", ({ target }) => {
      if (target !== box()) return;
      if (target.value.startsWith("/") && !target.value.includes("\n")) show(target.value.slice(1));
      else hide();
    });
    // Before the desk's own listener, which sends on Enter.
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.target !== box() || list().hidden || event.isComposing || event.shiftKey || !(event.key in keys)) return;
        event.preventDefault();
        event.stopPropagation();
        keys[event.key]();
      },
      { capture: true },
    );
    document.addEventListener("click", ({ target }) => {
      const option = target.closest("#desk-canned [role=option]");
      if (option) insert(option);
      else if (target.closest("[data-canned]") && list().hidden) {
        show("");
        box().focus();
      } else hide();
    });
  });
}
