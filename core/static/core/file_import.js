// The preview comes without leaving the page, so that the chosen file need not be chosen again to be taken over.
addEventListener("DOMContentLoaded", () => {
  /** @type {HTMLFormElement} */
  const form = document.querySelector("[data-import]");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.name !== "preview") return;
    event.preventDefault();
    event.submitter.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) });
      if (signedOut(answer)) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("[data-import-result]");
      if (found) form.querySelector("[data-import-result]").replaceWith(found);
      else form.submit();
    } finally {
      event.submitter.disabled = false;
    }
  });
  // Another file has another preview.
  form.querySelector("[type=file]").addEventListener("change", () => {
    form.querySelector("[data-import-result]").replaceChildren();
  });
});
