// The field in which several rows are searched for is made by a script of Django's; it is named like its choice.
addEventListener("DOMContentLoaded", () => {
  const name = (box) => {
    const choice = box.previousElementSibling;
    const field = box.querySelector(".select2-search__field");
    field?.setAttribute("aria-label", choice?.labels?.[0]?.textContent.trim() || choice?.name || "");
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.classList?.contains("select2")) name(node);
  }).observe(document.body, { childList: true, subtree: true });
});
