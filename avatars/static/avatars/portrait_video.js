// Follows the check of a portrait video (data-video-check is the URL of its progress), and shows its outcome.
{
  const EVERY = 2000;

  const follow = async (place) => {
    try {
      const answer = await fetch(place.dataset.videoCheck);
      if (signedOut(answer)) return document.addEventListener("signedin", () => follow(place), { once: true });
      const found = await answer.json();
      if (found.ended) return location.reload();
      place.textContent = found.words;
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error; // the server restarts
    }
    setTimeout(follow, EVERY, place);
  };

  addEventListener("DOMContentLoaded", () => {
    for (const place of document.querySelectorAll("[data-video-check]")) setTimeout(follow, EVERY, place);
  });
}
