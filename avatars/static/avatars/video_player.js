// Videos in the admin. `[data-video-preview]` gets the loudness curve, a row of frames, and the captions with their times
// below its player; a click on any of them seeks. `[data-slot]` polls a render until its video is ready.
{
  const POLL_MS = 500;
  const STEP = 1; // seconds per arrow key
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  function element(tag, words, attributes = {}) {
    const made = document.createElement(tag);
    made.textContent = words;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  async function fetched(address, kind) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      return answer.ok && !answer.redirected ? await answer[kind]() : null;
    } catch (error) {
      if (error instanceof TypeError) return null; // no network: the player itself reports it
      throw error;
    }
  }

  // ---- a video

  function addControls(box) {
    box.removeAttribute("data-video-preview");
    const player = box.querySelector("video");
    const seek = (seconds) => {
      player.currentTime = Math.max(0, Math.min(seconds, player.duration || seconds));
    };
    addPreview(box, player, seek);
    addCaptions(box, player, seek).then(() => addTranslation(box, player));
  }

  async function addPreview(box, player, seek) {
    const preview = await fetched(box.dataset.previewUrl, "json");
    if (!preview) return;
    addLoudness(box.querySelector(".ou-wave"), preview.bars, player, seek);
    addPictures(box.querySelector(".ou-sheet"), preview, player, seek);
  }

  function addLoudness(wave, bars, player, seek) {
    for (const height of bars) wave.append(element("i", "", { style: `--height: ${Math.max(2, height)}%` }));
    const draw = () => {
      const length = player.duration || 0;
      const played = length ? player.currentTime / length : 0;
      wave.setAttribute("aria-valuemax", length.toFixed(1));
      wave.setAttribute("aria-valuenow", player.currentTime.toFixed(1));
      wave.setAttribute("aria-valuetext", clock(player.currentTime));
      [...wave.children].forEach((bar, index) => bar.classList.toggle("ou-played", index < played * bars.length));
    };
    for (const news of ["timeupdate", "seeking", "loadedmetadata"]) player.addEventListener(news, draw);
    wave.addEventListener("click", (event) => {
      const box = wave.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * player.duration);
    });
    wave.addEventListener("keydown", (event) => {
      const to = {
        ArrowLeft: player.currentTime - STEP,
        ArrowRight: player.currentTime + STEP,
        Home: 0,
        End: player.duration,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      seek(to);
    });
    wave.hidden = false;
    draw();
  }

  function addPictures(sheet, preview, player, seek) {
    sheet.style.setProperty("--columns", preview.columns);
    const size = () => {
      if (player.videoWidth) sheet.style.setProperty("--shape", `${player.videoWidth} / ${player.videoHeight}`);
    };
    player.addEventListener("loadedmetadata", size);
    size();
    preview.times.forEach((time, index) => {
      const column = index % preview.columns;
      const row = Math.floor(index / preview.columns);
      const at = (part, whole) => `${whole > 1 ? (100 * part) / (whole - 1) : 0}%`;
      const place = `${at(column, preview.columns)} ${at(row, preview.rows)}`;
      const scale = `${100 * preview.columns}% ${100 * preview.rows}%`;
      const style = `background: url("${preview.sheet}") ${place} / ${scale}`;
      const words = sheet.dataset.words.replace("{time}", clock(time));
      const cell = element("button", "", { type: "button", style, title: words, "aria-label": words });
      cell.addEventListener("click", () => seek(time));
      sheet.append(cell);
    });
    sheet.hidden = false;
  }

  // ---- its captions

  async function addCaptions(box, player, seek) {
    if (!box.dataset.captions) return;
    const captions = await fetched(box.dataset.captions, "text");
    if (!captions) return;
    const list = box.querySelector(".ou-lines");
    const lines = [...captions.matchAll(/^(\d+):(\d+):(\d+)[,.](\d+) --> .*\r?\n([\s\S]*?)(?=\r?\n\r?\n|$(?![\s\S]))/gm)];
    for (const [, hours, minutes, seconds, thousandths, words] of lines) {
      const at = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(thousandths) / 1000;
      const button = element("button", words.replace(/\s*\r?\n/g, " "), { type: "button" });
      button.prepend(element("time", clock(at)));
      button.addEventListener("click", () => seek(at + 0.01));
      const item = element("li", "");
      item.append(button);
      list.append(item);
      player.addEventListener("timeupdate", () => {
        const next = item.nextElementSibling?.dataset.at ?? Infinity;
        button.classList.toggle("ou-now", player.currentTime >= at && player.currentTime < next);
      });
      item.dataset.at = at;
    }
    list.hidden = lines.length === 0;
    const track = element("track", "", { kind: "captions", label: box.dataset.captionsLabel });
    track.src = address(captions);
    player.append(track);
  }

  // The captions in the other language are in the player's menu.
  async function addTranslation(box, player) {
    const captions = box.dataset.translation && await fetched(box.dataset.translation, "text");
    if (!captions) return;
    const track = element("track", "", { kind: "captions", label: box.dataset.translationLabel });
    track.src = address(captions);
    player.append(track);
  }

  const address = (captions) => {
    const spoken = captions.replace(/(\d\d:\d\d:\d\d),(\d\d\d)/g, "$1.$2");
    return URL.createObjectURL(new Blob([`WEBVTT\n\n${spoken}`], { type: "text/vtt" }));
  };

  // ---- a render until it is done

  function show(slot, state) {
    slot.dataset.again = state.again ?? "";
    if (state.html && !playsStream(slot, state)) {
      slot.streamed = null;
      slot.innerHTML = state.html;
      slot.querySelectorAll("[data-video-preview]").forEach(addControls);
      slot.dispatchEvent(new CustomEvent("video-ready", { bubbles: true }));
      return;
    }
    if (state.html) return void (slot.timer = setTimeout(follow, POLL_MS, slot)); // until the stream was watched
    if (!slot.querySelector(".ou-slot-words")) slot.replaceChildren(...slot.empty.map((part) => part.cloneNode(true)));
    slot.querySelector(".ou-slot-progress").hidden = state.ended;
    slot.querySelector("progress").value = state.progress ?? 0;
    slot.querySelector(".ou-slot-words").textContent = state.words;
    showStream(slot, state);
    if (!state.ended) slot.timer = setTimeout(follow, POLL_MS, slot);
  }

  // The video as far as it is drawn, above the words about the rest; not where two are compared, which begin together.
  function showStream(slot, state) {
    if (!(state.stream || state.poster) || !globalThis.StreamPlayer || slot.closest(".ou-compare")) {
      slot.streamed?.stop();
      slot.streamed?.video.remove();
      slot.streamed = null;
      return;
    }
    if (!slot.streamed) {
      const { captions, language, other, otherLanguage } = slot.dataset;
      const video = element("video", "", { class: "ou-player", controls: "", playsinline: "", "data-testid": "stream" });
      Object.assign(video.dataset, { captions, language, other, otherLanguage });
      slot.prepend(video);
      slot.streamed = new globalThis.StreamPlayer(video);
    }
    if (state.poster) slot.streamed.video.poster = state.poster;
    if (state.stream) slot.streamed.update(state.stream);
    else if (slot.streamed.begun) slot.streamed.stop();
  }

  // Whether the stream of a finished video is still being watched: the video takes its place only after that.
  function playsStream(slot, state) {
    const { streamed } = slot;
    if (!streamed?.begun || !state.stream || !streamed.video.isConnected) return false;
    streamed.update(state.stream);
    return !streamed.video.paused && !streamed.video.ended;
  }

  async function follow(slot) {
    const from = slot.dataset.again;
    const state = document.hidden ? undefined : await fetched(from, "json");
    if (slot.dataset.again !== from) return; // another render was requested meanwhile
    if (state) show(slot, state);
    else slot.timer = setTimeout(follow, POLL_MS * 2, slot);
  }

  // Show another render in a slot.
  globalThis.showRender = (slot, state) => {
    clearTimeout(slot.timer);
    slot.streamed?.stop();
    slot.streamed = null;
    show(slot, state);
  };

  // ---- two videos at once

  function together(button) {
    const videos = () => [...document.querySelectorAll(".ou-compare video")];
    const words = button.textContent;
    const tell = () => {
      button.textContent = videos().some((video) => !video.paused) ? button.dataset.pause : words;
      button.disabled = videos().length < 2;
    };
    button.addEventListener("click", () => {
      const [first, ...rest] = videos();
      const runs = videos().some((video) => !video.paused);
      for (const video of rest) video.muted = true;
      if (runs) return videos().forEach((video) => video.pause());
      const at = first.ended ? 0 : first.currentTime;
      for (const video of videos()) {
        video.currentTime = at;
        video.play();
      }
    });
    const watch = () => {
      tell();
      for (const video of videos()) for (const news of ["play", "pause", "ended"]) video.addEventListener(news, tell);
    };
    addEventListener("video-ready", watch);
    watch();
  }

  function begin() {
    /** @type {NodeListOf<HTMLElement & { empty?: Node[] }>} what a slot shows before its first video */
    const slots = document.querySelectorAll("[data-slot]");
    for (const slot of slots) {
      slot.empty = [...slot.children].filter((part) => !part.matches(".ou-video-preview")).map((part) => part.cloneNode(true));
      if (slot.dataset.again && !slot.querySelector(".ou-video-preview")) follow(slot);
    }
    document.querySelectorAll("[data-video-preview]").forEach(addControls);
    document.querySelectorAll("[data-together]").forEach(together);
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
}
