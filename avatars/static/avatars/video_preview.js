// The button on a digital human's page that renders three seconds with the form's unsaved values.
{
  const begin = () => {
    const panel = document.querySelector("[data-preview]");
    const button = panel?.querySelector("button");
    /** @type {HTMLFormElement} */
    const form = document.querySelector("#digitalhuman_form");
    if (!button || !form) return;
    const slot = panel.querySelector("[data-slot]");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const answer = await fetch(panel.dataset.preview, { method: "POST", body: withoutFiles(new FormData(form)) });
        if (signedOut(answer)) return;
        globalThis.showRender(slot, answer.ok ? await answer.json() : refused(slot));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // no network
        globalThis.showRender(slot, refused(slot));
      } finally {
        button.disabled = false;
      }
    });
  };

  const refused = (slot) => ({ ended: true, words: slot.dataset.failed });

  function withoutFiles(data) {
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
}
