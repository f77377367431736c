// hls.js behind the page's idea of a player.

import { follow } from "./catchup.js";
import { ahead } from "./meters.js";
import { bitrate, loadScript } from "./util.js";

const SOUND_RESERVE = 0.1; // seconds
const TOLERANCE = 0.01; // seconds, below the shortest part: one frame

export const hlsjs = {
  name: "hls.js",
  script: "player/vendor/hls.min.js",
  manifest: (config) => config.hls,
  supported: () => window.MediaSource || window.ManagedMediaSource,

  async start(video, config, options, on) {
    await loadScript(this.script, "Hls");
    if (!window.Hls.isSupported()) {
      throw new Error("This browser has no Media Source Extensions for H.264, which hls.js needs.");
    }
    return new HlsPlayer(video, config, options, on);
  },
};

class HlsPlayer {
  #hls;
  #video;
  #steering;
  #recoveries = 0;

  constructor(video, config, options, on) {
    this.#video = video;
    const hls = (this.#hls = new window.Hls(settings(config, options)));
    if (config.lowLatency) {
      requireLastParts(hls);
    }
    hls.on(window.Hls.Events.MANIFEST_PARSED, () => on.levels());
    hls.on(window.Hls.Events.LEVEL_SWITCHED, () => on.levels());
    hls.on(window.Hls.Events.ERROR, (_, error) => this.#onError(error, on));
    hls.on(window.Hls.Events.FRAG_BUFFERED, (_, { frag, part, stats }) => {
      if (frag.type === "main") {
        on.loaded(stats.loaded, (part ?? frag).duration);
      }
    });
    hls.loadSource(config.hls);
    hls.attachMedia(video);
    video.play().catch(() => {}); // the controls are there when autoplay is forbidden
    if (config.lowLatency) {
      this.#steering = follow(video, {
        behind: () => hls.latency - this.target(),
        buffered: () => ahead(video),
        reserve: config.part,
        jump: () => this.#seekLive(),
      });
    }
  }

  levels() {
    return this.#hls.levels.map((level, i) => ({
      id: String(i),
      label: [level.height ? `${level.height}p` : "sound", bitrate(level.bitrate)].join(" · "),
    }));
  }

  // The next fragments come in the new quality. hls.nextLevel would throw the buffer away, and a stall is worse.
  setLevel(id) {
    this.#hls.loadLevel = id === "auto" ? -1 : Number(id);
  }

  bitrate() {
    return this.#hls.levels[this.#hls.currentLevel]?.bitrate ?? NaN;
  }

  // hls.latency counts from the playlist's edge; only the programme's date says when the picture was captured.
  capturedAt() {
    return this.#hls.playingDate?.getTime() ?? NaN;
  }

  target() {
    return this.#hls.targetLatency ?? NaN;
  }

  goLive() {
    if (this.#steering) {
      this.#steering.resume();
    } else {
      this.#seekLive();
    }
    this.#video.play().catch(() => {});
  }

  destroy() {
    this.#steering?.stop();
    this.#hls.destroy();
  }

  #seekLive() {
    if (Number.isFinite(this.#hls.liveSyncPosition)) {
      this.#video.currentTime = this.#hls.liveSyncPosition;
    }
  }

  #onError(error, on) {
    if (!error.fatal) {
      return;
    }
    if (error.type === window.Hls.ErrorTypes.MEDIA_ERROR && this.#recoveries++ < 3) {
      this.#hls.recoverMediaError();
      return;
    }
    on.error(explain(error));
  }
}

function settings(config, options) {
  const common = { enableWorker: true, backBufferLength: 30, liveSyncOnStallIncrease: 0 };
  if (options.delay) {
    common.liveSyncDuration = options.delay;
  }
  if (!config.lowLatency) {
    return { ...common, lowLatencyMode: false, maxLiveSyncPlaybackRate: 1.5 };
  }
  if (config.sound && !options.delay) {
    // Sound comes a little later than the picture, and Chromium wants more of it in hand than the hold-back of three parts leaves.
    common.liveSyncDuration = 3 * config.part + SOUND_RESERVE;
  }
  // The speed is ours (catchup.js), so hls.js's own controller is off. A long buffer cannot exist at the live edge. Without a
  // tolerance of zero hls.js takes a segment for loaded when less than that is missing: the last, short part of sound.
  return {
    ...common,
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: 1,
    maxBufferLength: 4,
    maxFragLookUpTolerance: 0,
    // Throwing away what was played makes hls.js forget the parts of the open segment while one of them is on its way. When dates of a
    // whole millisecond then put that segment's end behind the end of its sound, hls.js wants it again instead of the next, and
    // stands still. The browser throws away what was played when it needs the room.
    backBufferLength: Infinity,
  };
}

// hls.js takes a segment for buffered when less than 0.2 s of it is missing (bufferPadding of its fragment-tracker.ts, no setting of it).
// When the playlist ends a segment while the part before its last is being appended, it then never loads the last one if that is this
// short: it stands still, and in the end leaves a hole.
function requireLastParts(hls) {
  const tracker = hls.coreComponents?.find((component) => "bufferPadding" in component);
  if (tracker) {
    tracker.bufferPadding = TOLERANCE;
  }
}

function explain(error) {
  const status = error.response?.code;
  if (status === 401) {
    return "The server wants a token. Open the page with ?token=… in its address.";
  }
  if (error.type === window.Hls.ErrorTypes.NETWORK_ERROR) {
    return status ? `The server answered ${status} for ${error.url ?? "the playlist"}.` : "The server does not answer.";
  }
  if (error.details === "manifestIncompatibleCodecsError" || error.details === "bufferAddCodecError") {
    return "This browser cannot decode the stream's codecs.";
  }
  return `hls.js gave up: ${error.details}. ${error.error?.message ?? ""}`;
}
