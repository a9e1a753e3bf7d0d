// Below each text of a campaign: a button for each variable, which is written where the cursor is. Below the form: the
// button that also starts it, where no approval is needed.
addEventListener("DOMContentLoaded", () => {
  const policy = document.getElementById("id_policy");
  for (const button of policy ? document.querySelectorAll("[data-alone]") : []) {
    const show = () => (button.style.display = policy.value === "alone" ? "" : "none");
    policy.addEventListener("change", show);
    show();
  }
  for (const field of document.querySelectorAll("[data-variables]")) {
    const bar = document.createElement("div");
    bar.className = "ou-variables";
    for (const { name, label } of JSON.parse(field.dataset.variables)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ou-chip";
      button.textContent = label;
      button.title = `{{${name}}}`;
      button.setAttribute("aria-label", `${label} {{${name}}}`);
      button.addEventListener("click", () => insert(field, name, name === "name" ? field.dataset.variableDefault : ""));
      bar.append(button);
    }
    field.after(bar);
  }

  // The words for an unknown value are selected: what is typed next takes their place.
  function insert(field, name, words) {
    field.setRangeText(`{{${name}|${words}}}`, field.selectionStart, field.selectionEnd, "end");
    field.selectionEnd -= 2;
    field.selectionStart = field.selectionEnd - words.length;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
