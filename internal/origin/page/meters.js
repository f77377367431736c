// What a video element holds, shows and loses.

// ahead returns the seconds that are buffered from the present position on.
export function ahead(video) {
  for (let i = 0; i < video.buffered.length; i++) {
    // A tenth of a second of tolerance: positions between two frames belong to a range that starts a moment later.
    if (video.buffered.start(i) <= video.currentTime + 0.1 && video.currentTime < video.buffered.end(i)) {
      return video.buffered.end(i) - video.currentTime;
    }
  }
  return 0;
}

const RATE_SPAN = 8; // seconds of media that a bit rate is measured over

// RateMeter measures bits per second of media from what a player loads.
class RateMeter {
  #loaded = [];

  add(bytes, seconds) {
    if (bytes > 0 && seconds > 0) {
      this.#loaded.push({ bytes, seconds });
    }
    while (this.#loaded.length > 1 && this.#sum("seconds") - this.#loaded[0].seconds >= RATE_SPAN) {
      this.#loaded.shift();
    }
  }

  reset() {
    this.#loaded = [];
  }

  // rate returns bits per second, 0 before anything was loaded.
  rate() {
    return this.#loaded.length ? (8 * this.#sum("bytes")) / this.#sum("seconds") : 0;
  }

  #sum(of) {
    return this.#loaded.reduce((sum, piece) => sum + piece[of], 0);
  }
}

// Meters are the numbers of the page.
export class Meters {
  last = {};
  rate = new RateMeter();
  #video;
  #frames;
  #stalls;
  #dropped = 0;

  constructor(video) {
    this.#video = video;
    this.#frames = new FrameMeter(video);
    this.#stalls = new StallMeter(video);
  }

  reset() {
    this.#stalls.reset();
    this.rate.reset();
    this.last = {};
  }

  // sample adds what the video element knows to what the player said.
  sample(said) {
    const video = this.#video;
    const quality = video.getVideoPlaybackQuality?.() ?? { droppedVideoFrames: 0, totalVideoFrames: 0 };
    const dropped = Math.max(quality.droppedVideoFrames - this.#dropped, 0);
    this.#dropped = quality.droppedVideoFrames;
    this.last = {
      ...said,
      bitrate: this.rate.rate(),
      buffer: video.readyState > 0 ? ahead(video) : NaN,
      speed: video.paused ? 0 : video.playbackRate,
      ended: video.ended,
      position: video.currentTime,
      duration: video.duration,
      dropped,
      droppedTotal: quality.droppedVideoFrames,
      framesTotal: quality.totalVideoFrames,
      frameRate: this.#frames.rate(),
      width: video.videoWidth,
      height: video.videoHeight,
      stalls: this.#stalls.count,
      stalledSeconds: this.#stalls.seconds(),
      stalled: this.#stalls.stalled,
    };
    return this.last;
  }
}

// FrameMeter counts presented frames per second.
class FrameMeter {
  #video;
  #instants = [];

  constructor(video) {
    this.#video = video;
    if (video.requestVideoFrameCallback) {
      this.#wait();
    }
  }

  #wait() {
    this.#video.requestVideoFrameCallback((instant) => {
      this.#instants.push(instant);
      this.#wait();
    });
  }

  rate() {
    const since = performance.now() - 2000;
    this.#instants = this.#instants.filter((t) => t > since);
    const between = this.#instants.length - 1;
    return between > 0 ? (1000 * between) / (this.#instants[between] - this.#instants[0]) : 0;
  }
}

// The start is over after so many seconds of play: until then a player still finds its place behind the live edge.
const STARTUP = 1;

// StallMeter counts how often and for how long play stopped for want of data, seeks and the start aside.
class StallMeter {
  count = 0;
  #total = 0;
  #since = 0;
  #played = 0;
  #position = NaN;
  #video;

  constructor(video) {
    this.#video = video;
    video.addEventListener("timeupdate", () => this.#advance());
    video.addEventListener("waiting", () => this.#begin());
    for (const event of ["playing", "seeking", "pause", "emptied"]) {
      video.addEventListener(event, () => this.#end());
    }
  }

  reset() {
    this.count = 0;
    this.#total = 0;
    this.#since = 0;
    this.#played = 0;
    this.#position = NaN;
  }

  seconds() {
    return (this.#total + (this.#since ? performance.now() - this.#since : 0)) / 1000;
  }

  get stalled() {
    return this.#since > 0;
  }

  #advance() {
    const step = this.#video.currentTime - this.#position;
    this.#position = this.#video.currentTime;
    if (step > 0 && step < 1) {
      this.#played += step;
    }
  }

  #begin() {
    if (this.#played > STARTUP && !this.#video.seeking && !this.#video.paused && !this.#video.ended && !this.#since) {
      this.#since = performance.now();
      this.count++;
    }
  }

  #end() {
    if (this.#since) {
      this.#total += performance.now() - this.#since;
      this.#since = 0;
    }
  }
}
