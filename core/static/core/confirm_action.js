// Asks for confirmation before an action on several rows of a list.
addEventListener("submit", (event) => {
  if (event.target.id !== "changelist-form" || event.submitter?.name !== "index") return;
  /** @type {HTMLSelectElement} */
  const action = document.querySelector("#changelist-form select[name=action]");
  const selected = document.querySelectorAll("#changelist-form input.action-select:checked").length;
  // The first two have a page of their own to confirm on; a download changes nothing.
  if (!action?.value || /^(delete_selected|run_now)$|^(export|csv)/.test(action.value) || !selected) return;
  const label = action.options[action.selectedIndex].text.trim();
  if (!confirm(`${label} (${selected})?`)) event.preventDefault();
});
