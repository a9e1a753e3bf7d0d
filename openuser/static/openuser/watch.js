// The page of a video that is being made: plays what there is, says how far it is, and becomes the page of the finished
// video when that is there.
{
  const SOON_MS = 200;
  const POLL_MS = 500;
  const main = document.querySelector("main");
  const video = main.querySelector("video");
  const idle = main.querySelector("[data-idle]");
  const progress = main.querySelector("[data-progress]");
  // Where people want no motion, its first frame stands until the video begins.
  if (idle && matchMedia("(prefers-reduced-motion: reduce)").matches) {
    idle.autoplay = false;
    idle.pause();
    idle.classList.add("still");
  }
  const player = new globalThis.StreamPlayer(video);

  async function asked() {
    try {
      return await fetch(main.dataset.state, { credentials: "same-origin" });
    } catch (error) {
      if (error instanceof TypeError) return null; // no network
      throw error;
    }
  }

  async function follow() {
    const answer = await asked();
    if (answer && [403, 404, 410].includes(answer.status)) return gone();
    if (answer?.ok && show(await answer.json())) return undefined;
    return setTimeout(follow, player.begun ? POLL_MS : SOON_MS);
  }

  // Whether nothing more will change.
  function show(state) {
    progress.querySelector("progress").value = state.progress;
    progress.querySelector("p").textContent = state.words;
    if (state.poster && !video.poster) video.poster = state.poster;
    if (state.stream || state.ended) idle?.remove();
    if (state.stream) player.update(state.stream);
    else if (player.begun) player.stop();
    if (!state.ended) return false;
    if (!player.begun) location.reload();
    else if (!player.whole) return false;
    else finish();
    return true;
  }

  // The rest of the finished page; the video plays on.
  async function finish() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    progress.remove();
    main.querySelector("section").replaceWith(page.querySelector("main section"));
    if (!player.hasCaptions) video.append(...page.querySelectorAll("track"));
  }

  function gone() {
    player.stop();
    idle?.remove();
    video.hidden = true;
    main.querySelector("section").hidden = true;
    progress.querySelector("progress").hidden = true;
    progress.querySelector("p").textContent = main.dataset.gone;
  }

  follow();
}
