// A click on the slide in a scene's picture adds a point to the scene: its place, in percent of the slide.
(() => {
  const add = (picture, event) => {
    const area = (picture.dataset.slide || "").split(" ").map(Number);
    const points = picture.closest(".inline-related, fieldset, .form-group")?.querySelector('textarea[name$="-points"]');
    if (area.length !== 4 || !points) return;
    const box = picture.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    const [left, top, width, height] = area;
    const across = Math.round((100 * (x - left)) / width);
    const down = Math.round((100 * (y - top)) / height);
    if (across < 0 || across > 100 || down < 0 || down > 100) return;
    points.value = `${points.value.trimEnd()}\n${across} ${down}`.trim();
    points.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const picture = event.target.closest("[data-scene-picture]");
    if (picture) add(picture, event);
  });
})();
