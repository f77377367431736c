// dash.js behind the page's idea of a player.

import { follow } from "./catchup.js";
import { ahead } from "./meters.js";
import { bitrate, loadScript } from "./util.js";

export const dashjs = {
  name: "dash.js",
  script: "player/vendor/dash.all.min.js",
  manifest: (config) => config.dash,
  supported: () => window.MediaSource || window.ManagedMediaSource,

  async start(video, config, options, on) {
    await loadScript(this.script, "dashjs");
    return new DashPlayer(video, config, options, on);
  },
};

class DashPlayer {
  #player;
  #video;
  #steering;

  constructor(video, config, options, on) {
    this.#video = video;
    const player = (this.#player = window.dashjs.MediaPlayer().create());
    const events = window.dashjs.MediaPlayer.events;
    player.initialize();
    player.updateSettings(settings(config, options));
    // Segments that grow are fetched without cookies and without the page's own authorization otherwise. XMLHttpRequest sends both anyway.
    player.addRequestInterceptor((request) => {
      request.credentials = "same-origin";
      return Promise.resolve(request);
    });
    player.on(events.STREAM_INITIALIZED, () => on.levels());
    player.on(events.QUALITY_CHANGE_RENDERED, () => on.levels());
    player.on(events.ERROR, ({ error }) => on.error(explain(error)));
    player.on(events.FRAGMENT_LOADING_COMPLETED, ({ request, response }) => {
      if (request.mediaType === "video" && request.type === "MediaSegment") {
        on.loaded(request.bytesTotal || response?.byteLength, request.duration);
      }
    });
    player.attachView(video);
    // It has to be the one that begins to play: it reads the MPD again only after it has seen the element begin, and it looks at the
    // element from its first stream on.
    player.setAutoPlay(true);
    player.attachSource(config.dash);
    if (config.lowLatency) {
      this.#steering = follow(video, {
        behind: () => (player.isReady() ? player.getCurrentLiveLatency() - this.target() : NaN),
        buffered: () => ahead(video),
        reserve: config.part,
        jump: () => player.seekToOriginalLive(),
      });
    }
  }

  levels() {
    return (this.#player.getRepresentationsByType("video") ?? []).map((r) => ({
      id: r.id,
      label: `${r.height}p · ${bitrate(r.bandwidth)}`,
    }));
  }

  setLevel(id) {
    const auto = id === "auto";
    this.#player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: auto } } } });
    if (!auto) {
      this.#player.setRepresentationForTypeById("video", id, false);
    }
  }

  bitrate() {
    return this.#player.getCurrentRepresentationForType("video")?.bandwidth ?? NaN;
  }

  // availabilityStartTime is the capture instant of media time zero.
  capturedAt() {
    return this.#player.isReady() ? this.#player.timeAsUTC() * 1000 || NaN : NaN;
  }

  target() {
    return this.#player.getTargetLiveDelay() || NaN;
  }

  goLive() {
    if (this.#steering) {
      this.#steering.resume();
    } else {
      this.#player.seekToOriginalLive();
    }
    this.#video.play().catch(() => {});
  }

  destroy() {
    this.#steering?.stop();
    this.#player.destroy();
  }
}

function settings(config, options) {
  const streaming = { buffer: { bufferToKeep: 30 } };
  if (config.lowLatency) {
    Object.assign(streaming, {
      applyServiceDescription: true,
      applyProducerReferenceTime: true,
      liveCatchup: { enabled: false }, // the speed is ours (catchup.js)
      utcSynchronization: { enabled: true },
    });
    // The default of 0.3 s would call every buffer of a sub-second target a stall.
    Object.assign(streaming.buffer, { lowLatencyStallThreshold: 0.05, stallThreshold: 0.05 });
  }
  if (options.delay) {
    streaming.delay = { liveDelay: options.delay };
  }
  return { debug: { logLevel: 0 }, streaming };
}

function explain(error) {
  const text = error?.message ?? String(error);
  const codes = window.dashjs.MediaPlayer.errors;
  switch (error?.code) {
    case codes.DOWNLOAD_ERROR_ID_MANIFEST_CODE:
      return "The MPD cannot be loaded: the server does not answer, or has none.";
    case codes.CAPABILITY_MEDIASOURCE_ERROR_CODE:
      return "This browser has no Media Source Extensions, which dash.js needs.";
    case codes.MANIFEST_ERROR_ID_NOSTREAMS_CODE:
      return "This browser cannot decode the stream's codecs.";
    default:
      return `dash.js gave up: ${text}`;
  }
}
