// Asks for confirmation before an action on several rows of a list.
addEventListener("submit", (event) => {
  if (event.target.id !== "changelist-form" || event.submitter?.name !== "index") return;
  const action = event.target.querySelector("select[name=action]");
  const selected = event.target.querySelectorAll("input.action-select:checked").length;
  // Deleting has a confirmation page of its own.
  if (!action?.value || action.value === "delete_selected" || !selected) return;
  const label = action.options[action.selectedIndex].text.trim();
  if (!confirm(`${label} (${selected})?`)) event.preventDefault();
});
