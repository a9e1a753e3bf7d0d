// The button on a digital human's page that films three seconds of it as the form stands, which is not saved.
{
  const begin = () => {
    const panel = document.querySelector("[data-preview]");
    const button = panel?.querySelector("button");
    const form = document.querySelector("#digitalhuman_form");
    if (!button || !form) return;
    const slot = panel.querySelector("[data-slot]");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const answer = await fetch(panel.dataset.preview, { method: "POST", body: withoutFiles(new FormData(form)) });
        if (answer.redirected) return location.reload(); // signed out meanwhile
        globalThis.showFilm(slot, answer.ok ? await answer.json() : refused(slot));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // no network
        globalThis.showFilm(slot, refused(slot));
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
