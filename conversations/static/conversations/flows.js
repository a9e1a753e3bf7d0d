// Scrolls to the marked state of a picture, and to the newest message; pictures in a frame are zoomed and moved.
/* global GraphView */
addEventListener("DOMContentLoaded", () => {
  for (const frame of document.querySelectorAll(".ou-flow")) {
    const here = frame.querySelector(".here");
    if (!here) continue;
    const [box, around] = [here.getBoundingClientRect(), frame.getBoundingClientRect()];
    frame.scrollTop += box.top - around.top - (around.height - box.height) / 2;
    frame.scrollLeft += box.left - around.left - (around.width - box.width) / 2;
  }
  for (const frame of document.querySelectorAll("[data-viewer]")) {
    const view = new GraphView(frame);
    view.begin();
    const here = frame.querySelector(".here")?.dataset.state;
    if (here) view.reveal(here);
    frame.parentElement.addEventListener("click", ({ target }) => {
      const zoom = target.closest("[data-zoom]")?.dataset.zoom;
      if (zoom === "fit") view.fit();
      else if (zoom) view.zoom(zoom === "in" ? 1.25 : 0.8);
    });
  }
  for (const thread of document.querySelectorAll(".ou-try .ou-thread")) thread.scrollTop = thread.scrollHeight;
});
