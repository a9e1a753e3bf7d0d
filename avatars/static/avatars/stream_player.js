// Plays a video while it is made. `StreamPlayer(video).update(stream)` takes what the server says of its stream, again and
// again: {base, codecs, parts, ended}. Fragments go to the player through Media Source Extensions, or, where a browser has
// none (iPhones), as a playlist of HLS. Both show captions in a track that grows with the parts, named by the video's
// `data-captions` and `data-language`, and those of a translated video in a second one, named by its `data-other` and
// `data-other-language`.
{
  const RETRY_MS = 500;
  const HLS = "application/vnd.apple.mpegurl";
  const CUE = /^(\d+):(\d+):(\d+\.\d+) --> (\d+):(\d+):(\d+\.\d+)\n([\s\S]*?)(?=\n\n|\n?$(?![\s\S]))/gm;
  const SHORT_PAUSE = 0.6; // seconds through which a caption stays up, as in the finished file
  const seconds = (hours, minutes, rest) => Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);

  class StreamPlayer {
    constructor(video) {
      this.video = video;
      this.left = 0;
      this.tracks = [];
      this.base = "";
      this.parts = 0; // fragments that the server has
      this.next = 0; // the fragment that the player gets next
      this.captioned = 0; // parts whose captions are shown
    }

    get begun() {
      return this.base !== "" && !this.unplayable;
    }

    get hasCaptions() {
      return this.tracks.some(({ track }) => track);
    }

    // Whether all that there will be was handed to the player.
    get whole() {
      return this.ended && (this.byPlaylist || this.next > this.parts);
    }

    update(stream) {
      if (stream.base !== this.base) this.begin(stream);
      this.parts = stream.parts;
      this.ended = stream.ended;
      this.pump();
      this.caption();
    }

    // Adds the captions of the parts that are new.
    async caption() {
      if (this.captioning || !this.video.dataset.captions) return;
      this.captioning = true;
      const { base } = this;
      while (this.base === base && this.captioned < this.parts) {
        const all = [];
        for (const { end } of this.tracks) all.push(await (await fetched(`${base}${this.captioned + 1}${end}`))?.text());
        if (all.includes(undefined) || this.base !== base) break; // asked for again with the next update
        all.forEach((words, number) => {
          for (const cue of words.matchAll(CUE)) this.addCue(this.tracks[number], cue);
        });
        this.captioned += 1;
      }
      this.captioning = false;
    }

    addCue(kind, found) {
      kind.track ??= this.video.addTextTrack("captions", kind.label, kind.language);
      kind.track.mode = kind.mode;
      const cue = new VTTCue(seconds(...found.slice(1, 4)), seconds(...found.slice(4, 7)), found[7]);
      const before = [...kind.track.cues].at(-1);
      if (before && cue.startTime - before.endTime < SHORT_PAUSE) before.endTime = cue.startTime;
      kind.track.addCue(cue);
    }

    // The tracks of a stream; those that the video has stay, empty.
    tracksOf(stream) {
      for (const { track } of this.tracks) for (const cue of [...(track?.cues ?? [])]) track.removeCue(cue);
      const { captions, language, other, otherLanguage } = this.video.dataset;
      const kinds = [{ end: ".vtt", label: captions, language, mode: stream.captions }];
      if (stream.translated && other) kinds.push({ end: ".translated.vtt", label: other, language: otherLanguage, mode: "hidden" });
      return kinds.map((kind, number) => ({ ...kind, track: this.tracks[number]?.track }));
    }

    // From the beginning; another stream of the same video goes on where the last one was.
    begin(stream) {
      const at = this.video.currentTime || this.left;
      const kind = `video/mp4; codecs="${stream.codecs}"`;
      this.release();
      this.tracks = this.tracksOf(stream);
      Object.assign(this, { base: stream.base, next: 0, captioned: 0, parts: 0, ended: false, buffer: null, busy: false });
      this.byPlaylist = !globalThis.MediaSource?.isTypeSupported(kind);
      if (this.byPlaylist) {
        this.unplayable = !this.video.canPlayType(HLS);
        if (this.unplayable) return;
        this.video.src = `${stream.base}playlist.m3u8`;
      } else {
        const source = new MediaSource();
        this.source = source;
        this.address = URL.createObjectURL(source);
        source.addEventListener("sourceopen", () => {
          this.buffer = source.addSourceBuffer(kind);
          this.pump();
        }, { once: true });
        this.video.src = this.address;
      }
      if (at > 0) this.video.addEventListener("loadedmetadata", () => (this.video.currentTime = at), { once: true });
      // A browser that lets no sound begin by itself leaves the first picture and the button.
      this.video.play().catch(() => {});
    }

    async pump() {
      if (this.busy || !this.buffer) return;
      this.busy = true;
      const { base, source, buffer } = this;
      const mine = () => this.base === base && source.readyState === "open";
      while (mine() && this.parts > 0 && this.next <= this.parts) {
        const data = await (await fetched(`${base}${this.next}`))?.arrayBuffer();
        if (!mine()) return;
        if (!data) break; // asked for again with the next update
        buffer.appendBuffer(data);
        await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
        if (!mine()) return;
        this.next += 1;
      }
      if (mine() && this.whole && this.parts > 0) source.endOfStream();
      this.busy = false;
    }

    // Nothing of it can be seen any more, until another stream begins.
    stop() {
      this.left = this.video.currentTime;
      this.release();
      this.video.pause();
      this.video.removeAttribute("src");
      this.video.load();
    }

    release() {
      if (this.address) URL.revokeObjectURL(this.address);
      Object.assign(this, { base: "", address: "", source: null, buffer: null, busy: false });
    }
  }

  async function fetched(address) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      return answer.ok ? answer : null;
    } catch (error) {
      if (error instanceof TypeError) return await new Promise((done) => setTimeout(done, RETRY_MS, null)); // no network
      throw error;
    }
  }

  globalThis.StreamPlayer = StreamPlayer;
}
