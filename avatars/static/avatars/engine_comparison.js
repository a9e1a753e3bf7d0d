// The page that compares engines: each panel gets its measures once its video is there. Loaded before `video_player.js`,
// which says when a video is.
{
  async function measure(panel) {
    const place = panel.querySelector("[data-result]");
    place.textContent = place.dataset.words;
    try {
      const answer = await fetch(panel.dataset.engineResult, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new TypeError(answer.statusText);
      place.innerHTML = await answer.text();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      place.textContent = place.dataset.failed;
      return;
    }
    // The video of another engine would be taken for one of this engine.
    if (place.querySelector("[data-other-engine]")) panel.querySelector("[data-slot]").remove();
  }

  document.addEventListener("video-ready", (event) => {
    const panel = event.target.closest("[data-engine-result]");
    if (panel) measure(panel);
  });
  for (const panel of document.querySelectorAll("[data-engine-result]")) if (panel.querySelector("video")) measure(panel);
}
