// Plays a stream with one player and reads the capture instant out of every picture that is shown (framegear's BurnClock).
// window.result() tells what was seen so far.

const query = new URLSearchParams(location.search);
const video = document.getElementById("video");
const COLUMNS = 24, BITS = 44, CELL = 4;

const canvas = document.createElement("canvas");
canvas.width = COLUMNS * CELL;
canvas.height = 2 * CELL;
const context = canvas.getContext("2d", { willReadFrequently: true });

const samples = []; // [milliseconds since the page began, latency in milliseconds, playback rate]
const errors = [];
const stalls = []; // [when the player ran dry in milliseconds since the page began, seconds of picture and of sound that were left]
const reserves = []; // [milliseconds since the page began, seconds of picture, seconds of sound]
const changes = []; // [milliseconds since the page began, what happened to the element, its state, playback rate]
let unreadable = 0;
let lastShown = 0;
let longestGap = 0; // between two new pictures, after the first ten seconds
let player = null;

// decode reads the blocks, or returns NaN when they do not say a clock.
function decode() {
  const side = video.videoWidth / 64;
  context.drawImage(video, 0, 0, COLUMNS * side, 2 * side, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const block = (i) => {
    const x = (i % COLUMNS) * CELL + CELL / 2, y = Math.floor(i / COLUMNS) * CELL + CELL / 2;
    return pixels[4 * (y * canvas.width + x) + 1] > 127 ? 1 : 0;
  };
  if (!block(0) || block(1)) {
    return NaN;
  }
  const parity = [1, 1];
  let value = 0;
  for (let i = 0; i < BITS; i++) {
    const bit = block(2 + i);
    value = value * 2 + bit;
    parity[(BITS - 1 - i) % 2] ^= bit;
  }
  return block(2 + BITS) === parity[0] && block(3 + BITS) === parity[1] ? value : NaN;
}

function shown() {
  const now = Date.now();
  const captured = decode();
  if (Number.isNaN(captured)) {
    unreadable++;
  } else {
    samples.push([Math.round(performance.now()), now - captured, video.playbackRate]);
  }
  if (lastShown && performance.now() > 10_000) {
    longestGap = Math.max(longestGap, now - lastShown);
  }
  lastShown = now;
  video.requestVideoFrameCallback(shown);
}

// What is buffered is known for picture and sound together; where one of them runs dry it matters which.
const sources = {};
const addSourceBuffer = MediaSource.prototype.addSourceBuffer;
MediaSource.prototype.addSourceBuffer = function (type) {
  return (sources[type.split("/")[0]] = addSourceBuffer.call(this, type));
};

// left returns the seconds that one source buffer holds from the present position on.
function left(kind) {
  try {
    const { buffered } = sources[kind];
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= video.currentTime + 0.1 && video.currentTime <= buffered.end(i)) {
        return Number((buffered.end(i) - video.currentTime).toFixed(3));
      }
    }
    return 0;
  } catch {
    return NaN; // there is none
  }
}

setInterval(() => samples.length > 0 && reserves.push([Math.round(performance.now()), left("video"), left("audio")]), 50);
video.addEventListener("waiting", () => samples.length > 0 && stalls.push([Math.round(performance.now()), left("video"), left("audio")]));
for (const name of ["waiting", "playing", "seeking", "seeked", "ratechange", "resize"]) {
  video.addEventListener(name, () => changes.push([Math.round(performance.now()), name, video.readyState, video.playbackRate]));
}
video.addEventListener("error", () => errors.push(`video: ${video.error?.message}`));
window.addEventListener("error", (e) => errors.push(`script: ${e.message}`));

// requests returns of each request when it began and ended in milliseconds since the page began, its address, status and bytes.
performance.setResourceTimingBufferSize(100_000);
function requests() {
  return performance.getEntriesByType("resource").map((e) => [Math.round(e.startTime), Math.round(e.responseEnd), e.name, e.responseStatus, e.encodedBodySize]);
}

function load(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${src} cannot be loaded`));
    document.head.append(script);
  });
}

const delay = Number(query.get("delay")) || undefined;
const plain = query.has("plain");

// The page of the origin has its own settings and speed control for these two: what is measured is what a viewer gets.
async function ours(module, name) {
  const engine = (await import(`/player/${module}`))[name];
  const config = await (await fetch("/player/config.json")).json();
  const base = document.createElement("base"); // its addresses are relative to the origin's root
  base.href = "/";
  document.head.append(base);
  for (const key of ["hls", "dash"]) {
    config[key] &&= new URL(config[key], location.origin).href;
  }
  player = await engine.start(video, config, { delay }, { levels() {}, error: (text) => errors.push(text) });
  return { target: () => player.target(), buffer: () => ahead() };
}

// Shaka starts where the live edge was when it had read the manifest, and stays as far behind as its start took, unless it is told to
// catch up: without a tolerance of its own it is content with half a second. It counts from the manifest's hold-back on.
const CATCH_UP = { enabled: true, targetLatency: 0.1, targetLatencyTolerance: 0.05, maxPlaybackRate: 1.1, minPlaybackRate: 0.95 };

async function shaka(manifest) {
  await load("/bench/vendor/shaka-player.compiled.js");
  window.shaka.polyfill.installAll();
  const p = (player = new window.shaka.Player());
  await p.attach(video);
  p.addEventListener("error", (e) => errors.push(`shaka ${e.detail.code} ${e.detail.data}`));
  p.configure({ streaming: { lowLatencyMode: true, ...(!plain && { liveSync: CATCH_UP }) } }); // the rest is its own and the manifest's
  await p.load(new URL(manifest, location.origin).href);
  return { target: () => p.getManifest().presentationTimeline?.getDelay(), buffer: () => ahead() };
}

// These two know nothing of the origin's page: what a page of somebody else's gets.
async function plainHls() {
  await load("/player/vendor/hls.min.js");
  const hls = (player = new window.Hls({ lowLatencyMode: true }));
  hls.on(window.Hls.Events.ERROR, (_, e) => errors.push(`hls.js ${e.fatal ? "fatal " : ""}${e.details}`));
  hls.loadSource("/live.m3u8");
  hls.attachMedia(video);
  return { target: () => hls.targetLatency, buffer: () => ahead() };
}

async function plainDash() {
  await load("/player/vendor/dash.all.min.js");
  const p = (player = window.dashjs.MediaPlayer().create());
  p.initialize();
  p.updateSettings({ streaming: { delay: { liveDelay: delay } } });
  p.on(window.dashjs.MediaPlayer.events.ERROR, ({ error }) => errors.push(`dash.js ${error.message}`));
  p.attachView(video);
  p.setAutoPlay(true);
  p.attachSource(new URL("/live.mpd", location.origin).href);
  return { target: () => p.getTargetLiveDelay(), buffer: () => ahead() };
}

function ahead() {
  const b = video.buffered;
  return b.length ? b.end(b.length - 1) - video.currentTime : 0;
}

const players = {
  "hls.js": () => (plain ? plainHls() : ours("engine-hls.js", "hlsjs")),
  "dash.js": () => (plain ? plainDash() : ours("engine-dash.js", "dashjs")),
  "shaka-hls": () => shaka("/live.m3u8"),
  "shaka-dash": () => shaka("/live.mpd"),
};

let view = null;
window.result = () => ({
  samples, errors, stalls, reserves, changes, requests: requests(), unreadable, longestGap, target: view?.target() ?? 0, buffer: view?.buffer() ?? 0,
  dropped: video.getVideoPlaybackQuality().droppedVideoFrames, shown: video.getVideoPlaybackQuality().totalVideoFrames,
  width: video.videoWidth,
});

video.requestVideoFrameCallback(shown);
try {
  view = await players[query.get("player")]();
  if (query.get("player") !== "dash.js") { // it has to be the one that begins to play (engine-dash.js)
    video.play().catch(() => {});
  }
} catch (error) {
  errors.push(String(error?.message ?? error));
}
