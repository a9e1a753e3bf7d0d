// Asks before an action on several rows of a list: what they do reaches people.
addEventListener("submit", (event) => {
  if (event.target.id !== "changelist-form" || event.submitter?.name !== "index") return;
  const action = event.target.querySelector("select[name=action]");
  const chosen = event.target.querySelectorAll("input.action-select:checked").length;
  // Deleting has a page of its own that asks.
  if (!action?.value || action.value === "delete_selected" || !chosen) return;
  const words = action.options[action.selectedIndex].text.trim();
  if (!confirm(`${words} (${chosen})?`)) event.preventDefault();
});
