// Buttons that play a voice: data-voice-preview is the URL of the sound, data-text replaces the voice's sample text,
// data-failed is shown if the site does not answer.
{
  const player = new Audio();
  let playing = null;

  addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-voice-preview]");
    if (!button) return;
    event.preventDefault();
    if (button === playing) return stop();
    stop();
    show(button, "busy", "");
    try {
      const answer = await fetch(address(button));
      const out = signedOut(answer);
      if (out) return show(button, "failed", out);
      if (!answer.ok) return show(button, "failed", await reason(answer, button));
      if (player.src) URL.revokeObjectURL(player.src);
      player.src = URL.createObjectURL(await answer.blob());
      playing = button;
      await player.play();
      show(button, "playing", "");
    } catch (error) {
      playing = null;
      show(button, "failed", button.dataset.failed);
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    }
  });

  player.addEventListener("ended", stop);

  function stop() {
    player.pause();
    if (playing) show(playing, "", "");
    playing = null;
  }

  function address(button) {
    const url = new URL(button.dataset.voicePreview, location.href);
    if (button.dataset.text) url.searchParams.set("text", button.dataset.text);
    return url;
  }

  async function reason(answer, button) {
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    return isJson ? (await answer.json()).words : button.dataset.failed;
  }

  function show(button, state, words) {
    button.disabled = state === "busy";
    button.closest(".ou-voice-preview").dataset.state = state;
    const icon = button.querySelector(".material-symbols-outlined");
    if (icon) icon.textContent = { busy: "progress_activity", playing: "stop_circle", failed: "error" }[state] ?? "play_circle";
    const place = button.closest(".ou-voice-preview").querySelector(".ou-voice-preview-words");
    if (place) place.textContent = words;
  }
}
