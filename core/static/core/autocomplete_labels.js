// The fields in which rows are searched for are made by a script of Django's; they are named like their choice.
addEventListener("DOMContentLoaded", () => {
  const name = (box) => {
    const choice = box.previousElementSibling;
    const words = choice?.labels?.[0]?.textContent.trim() || choice?.name || "";
    const fields = box.querySelectorAll(".select2-search__field, .select2-selection--single, [role=textbox]");
    for (const field of fields) field.setAttribute("aria-label", words);
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.classList?.contains("select2")) name(node);
  }).observe(document.body, { childList: true, subtree: true });
});
