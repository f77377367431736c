// The page: one video, one of three players, numbers about it.
//
// Its address takes ?player=hls.js|dash.js|Browser, ?delay=SECONDS (the latency to aim at), ?stream=NAME (of several in a folder) and ?token=….
// window.framegear.numbers() tells a test what the page shows.

import { Chart } from "./chart.js";
import { now, synchronise } from "./clock.js";
import { dashjs } from "./engine-dash.js";
import { hlsjs } from "./engine-hls.js";
import { native } from "./engine-native.js";
import { Meters } from "./meters.js";
import { address } from "./util.js";
import { View } from "./view.js";

const ENGINES = [hlsjs, dashjs, native];
const RETRY = 3000; // milliseconds between attempts after an error
const SAMPLE = 250; // milliseconds between numbers

const query = new URLSearchParams(location.search);
const options = { player: query.get("player"), delay: Number(query.get("delay")) || 0 };

const view = new View();
const chart = new Chart(view.canvas);
const meters = new Meters(view.video);

let config = null;
let engine = null;
let player = null;
let generation = 0; // counts starts, so that what a former player reports is not listened to
let retry = 0;
let lastError = ""; // until something plays again

async function readConfig() {
  const answer = await fetch(address(`player/config.json?stream=${encodeURIComponent(query.get("stream") ?? "")}`), { cache: "no-store" });
  if (!answer.ok) {
    throw new Error(`The server answered ${answer.status}: ${await answer.text()}`);
  }
  const read = await answer.json();
  return { ...read, hls: read.hls && address(read.hls), dash: read.dash && address(read.dash) };
}

function usable(candidate) {
  const fetched = !candidate.script || config.players[candidate.name];
  return Boolean(candidate.manifest(config) && fetched && candidate.supported());
}

function stop() {
  clearTimeout(retry);
  generation++;
  player?.destroy();
  player = null;
}

// start plays with the chosen engine from the beginning.
async function start() {
  stop();
  const mine = generation;
  const listen = (action) => (...args) => mine === generation && action(...args);
  view.showNotice("");
  meters.reset();
  chart.clear();
  try {
    const started = await engine.start(view.video, config, options, {
      levels: listen(() => view.setLevels(player?.levels() ?? [])),
      error: listen(fail),
      loaded: listen((bytes, seconds) => meters.rate.add(bytes, seconds)),
    });
    if (mine !== generation) {
      started.destroy();
      return;
    }
    player = started;
    view.setLevels(player.levels());
  } catch (error) {
    listen(fail)(error.message);
  }
}

function fail(text) {
  stop();
  lastError = text;
  view.showNotice(`${text}\nTrying again in a moment.`, { retry: boot });
  retry = setTimeout(boot, RETRY);
}

function choose(name) {
  engine = ENGINES.find((candidate) => candidate.name === name);
  view.setPlayers(choices(), name, choose);
  start();
}

function choices() {
  return ENGINES.map((candidate) => ({ name: candidate.name, usable: usable(candidate) }));
}

// boot asks what there is, and starts when there is something.
async function boot() {
  clearTimeout(retry);
  try {
    config = await readConfig();
    view.setConfig(config);
    if (config.state === "starting") {
      view.showNotice("Waiting for the first pictures…");
      retry = setTimeout(boot, 1000);
      return;
    }
  } catch (error) {
    view.setOffline();
    fail(error instanceof TypeError ? "The server does not answer." : error.message);
    return;
  }
  synchronise(address("time")).catch(() => {}); // without it the latency is as good as this machine's clock
  const fitting = choices().filter((c) => c.usable);
  const wanted = fitting.find((c) => c.name === (engine?.name ?? options.player)) ?? fitting[0];
  if (!wanted) {
    view.setPlayers(choices(), "", choose);
    view.showNotice("Nothing here can play this stream: see below.");
    return;
  }
  choose(wanted.name);
}

// refresh finds out that a live stream has ended, or that the server was started anew.
async function refresh() {
  if (!config || document.hidden) {
    return;
  }
  try {
    const fresh = await readConfig();
    const anew = player && fresh.start !== config.start;
    config = fresh;
    view.setConfig(config);
    if (anew) {
      boot();
    }
  } catch {
    view.setOffline(); // the player notices by itself, and says more about it
  }
}

function sample() {
  const live = config?.state === "live" || config?.state === "recording";
  const shown = player && view.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  const numbers = meters.sample({
    latency: shown && live ? (now() - player.capturedAt()) / 1000 : NaN,
    target: player?.target() ?? NaN,
    nominal: player?.bitrate() ?? NaN,
  });
  view.setNumbers(numbers, config);
  if (player && !document.hidden) {
    chart.add({ ...numbers, at: performance.now() });
  }
  return numbers;
}

view.video.addEventListener("playing", () => {
  lastError = "";
});
view.onLevel = (id) => player?.setLevel(id);
view.onGoLive = () => player?.goLive();
view.onStream = (name) => {
  query.set("stream", name);
  location.search = query;
};
setInterval(sample, SAMPLE);
setInterval(refresh, 5000);
setInterval(() => synchronise(address("time")).catch(() => {}), 60_000);
window.addEventListener("resize", () => chart.draw(performance.now()));
window.framegear = {
  numbers: () => ({ ...meters.last, player: engine?.name, state: config?.state, error: lastError }),
};
chart.draw(performance.now());
boot();
