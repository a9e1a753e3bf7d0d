// Below each text of a campaign: a button for each variable, which is written where the cursor is.
addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("textarea[data-variables]")) {
    const bar = document.createElement("div");
    bar.className = "ou-variables";
    for (const name of field.dataset.variables.split(" ")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ou-chip";
      button.textContent = `{{${name}}}`;
      button.setAttribute("aria-label", `{{${name}}}`);
      button.addEventListener("click", () => insert(field, `{{${name}|}}`));
      bar.append(button);
    }
    field.after(bar);
  }

  // The cursor stands where the words for an unknown value go.
  function insert(field, words) {
    field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
    field.selectionStart = field.selectionEnd -= 2;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
