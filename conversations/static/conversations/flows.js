// Scrolls to the marked state of a picture, and to the newest message.
addEventListener("DOMContentLoaded", () => {
  for (const frame of document.querySelectorAll(".ou-flow")) {
    const here = frame.querySelector(".here");
    if (!here) continue;
    const [box, around] = [here.getBoundingClientRect(), frame.getBoundingClientRect()];
    frame.scrollTop += box.top - around.top - (around.height - box.height) / 2;
    frame.scrollLeft += box.left - around.left - (around.width - box.width) / 2;
  }
  for (const thread of document.querySelectorAll(".ou-try .ou-thread")) thread.scrollTop = thread.scrollHeight;
});
