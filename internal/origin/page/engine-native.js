// The browser's own HLS behind the page's idea of a player.

export const native = {
  name: "Browser",
  manifest: (config) => config.hls,
  supported: () => document.createElement("video").canPlayType("application/vnd.apple.mpegurl") !== "",

  async start(video, config, options, on) {
    return new NativePlayer(video, config, on);
  },
};

class NativePlayer {
  #video;
  #onError;

  constructor(video, config, on) {
    this.#video = video;
    this.#onError = () => on.error(explain(video.error));
    video.addEventListener("error", this.#onError);
    video.src = config.hls;
    video.play().catch(() => {}); // the controls are there when autoplay is forbidden
  }

  levels() {
    return []; // the browser chooses, and tells nobody
  }

  setLevel() {}

  bitrate() {
    return NaN;
  }

  // getStartDate is Safari's: the programme's date of position zero.
  capturedAt() {
    const start = this.#video.getStartDate?.().getTime() ?? NaN;
    return start + this.#video.currentTime * 1000;
  }

  target() {
    return NaN;
  }

  goLive() {
    const { seekable } = this.#video;
    if (seekable.length) {
      this.#video.currentTime = seekable.end(seekable.length - 1);
    }
    this.#video.play().catch(() => {});
  }

  destroy() {
    this.#video.removeEventListener("error", this.#onError);
    this.#video.removeAttribute("src");
    this.#video.load();
  }
}

function explain(error) {
  const reasons = {
    2: "The server stopped answering.",
    3: "The browser could not decode the stream.",
    4: "The browser cannot play this stream by itself.",
  };
  return `${reasons[error?.code] ?? "Playing stopped."} ${error?.message ?? ""}`.trim();
}
