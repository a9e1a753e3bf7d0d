// Shows the choices of a step only while it asks with choices.
addEventListener("DOMContentLoaded", () => {
  const show = (select) => {
    const area = select.closest("tr")?.querySelector("[name$='-choices']");
    if (area) area.style.visibility = select.value === "ask:choice" ? "" : "hidden";
  };
  const all = () => document.querySelectorAll("select[name^='states-'][name$='-kind']").forEach(show);
  addEventListener("change", (event) => event.target.matches?.("select[name$='-kind']") && show(event.target));
  addEventListener("formset:added", all);
  all();
});
