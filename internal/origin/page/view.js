// The page's elements, and nothing about players.

import { bitrate, clock, seconds } from "./util.js";

const byId = (id) => document.getElementById(id);

const STATES = { starting: "starting", live: "live", recording: "recording", ended: "recorded" };

export class View {
  video = byId("video");
  canvas = byId("chart");
  onLevel = () => {};
  onGoLive = () => {};
  onStream = () => {};
  #levels = "";

  constructor() {
    byId("quality").addEventListener("change", (event) => this.onLevel(event.target.value));
    byId("streams").addEventListener("change", (event) => this.onStream(event.target.value));
    byId("golive").addEventListener("click", () => this.onGoLive());
    byId("unmute").addEventListener("click", () => {
      this.video.muted = false;
    });
    const sound = () => {
      byId("unmute").hidden = !this.video.muted || !hasSound(this.video);
    };
    for (const event of ["volumechange", "playing", "timeupdate"]) {
      this.video.addEventListener(event, sound);
    }
  }

  setConfig(config) {
    this.#setNames(config);
    const state = byId("state");
    state.dataset.state = config.state;
    const more = document.createElement("span");
    more.textContent = config.lowLatency ? "· low latency" : "";
    state.replaceChildren(STATES[config.state], more);
    const moving = config.state === "live" || config.state === "recording";
    byId("golive").hidden = !moving;
    byId("key-latency").hidden &&= !moving; // what was live stays in the chart for a while
    byId("latency-label").textContent = config.state === "ended" ? "Position" : "Latency";
    this.#explainMissing(config);
  }

  // setNames shows what is played, and what else there is.
  #setNames({ title, stream, streams }) {
    const name = title || decodeURIComponent(location.pathname).split("/").filter(Boolean).pop() || "Framegear";
    text("title", name);
    document.title = streams ? `${stream} · ${name}` : name;
    const select = byId("streams");
    select.hidden = !streams;
    if (streams && streams.join() !== [...select.options].map((option) => option.value).join()) {
      select.replaceChildren(...streams.map((other) => new Option(other, other)));
    }
    select.value = stream ?? "";
  }

  // setOffline says that the server does not answer, until the next setConfig.
  setOffline() {
    const state = byId("state");
    state.dataset.state = "offline";
    state.textContent = "no connection";
  }

  #explainMissing(config) {
    const missing = Object.keys(config.players).filter((name) => !config.players[name]);
    const hint = byId("hint");
    hint.hidden = missing.length === 0;
    hint.replaceChildren(`This build is without ${missing.join(" and ")}. In a checkout run `, code("scripts/players.sh"),
      " and build again; a program gives them as ", code("HandlerOptions.Players"), ".");
  }

  setPlayers(choices, chosen, choose) {
    byId("players").replaceChildren(...choices.map(({ name, usable }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.disabled = !usable;
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(name === chosen));
      button.addEventListener("click", () => choose(name));
      return button;
    }));
  }

  // setLevels keeps the viewer's choice when the list is the same; else it is the player's again.
  setLevels(levels) {
    const list = JSON.stringify(levels);
    if (list === this.#levels) {
      return;
    }
    const select = byId("quality");
    if (this.#levels && select.value !== "auto") {
      this.onLevel("auto");
    }
    this.#levels = list;
    select.replaceChildren(new Option("Auto", "auto"), ...levels.map(({ id, label }) => new Option(label, id)));
    select.disabled = levels.length === 0;
  }

  // showNotice covers the picture with a text, or uncovers it when the text is empty.
  showNotice(text, { retry } = {}) {
    byId("notice").hidden = text === "";
    byId("notice-text").textContent = text;
    byId("notice-button").hidden = !retry;
    byId("notice-button").onclick = retry ?? null;
  }

  setNumbers(n, config) {
    this.#setLatency(n, config);
    measure("buffer", seconds(n.buffer));
    text("speed", !n.framesTotal ? "–" : n.speed ? `${n.speed.toFixed(2)}×` : n.ended ? "ended" : "paused");
    text("dropped", n.framesTotal ? String(n.droppedTotal) : "–");
    text("dropped-sub", n.framesTotal ? `of ${n.framesTotal.toLocaleString("en")}` : "");
    text("picture", n.width ? `${n.width}×${n.height}` : "–");
    text("picture-sub", n.frameRate ? `${Math.round(n.frameRate)} fps` : "");
    measure("bitrate", n.bitrate ? bitrate(n.bitrate).split(" ") : ["–", ""]);
    text("bitrate-sub", n.bitrate && Number.isFinite(n.nominal) ? `peak ${bitrate(n.nominal)}` : "");
    text("stalls", n.framesTotal ? String(n.stalls) : "–");
    text("stalls-sub", n.framesTotal && n.stalls ? `${n.stalledSeconds.toFixed(1)} s` : "");
  }

  #setLatency(n, config) {
    if (config?.state === "ended") {
      text("latency", n.width ? clock(n.position) : "–");
      text("latency-sub", Number.isFinite(n.duration) ? `of ${clock(n.duration)}` : "");
      return;
    }
    measure("latency", seconds(n.latency));
    text("latency-sub", `behind the capture clock${Number.isFinite(n.target) ? `, aims at ${seconds(n.target).join(" ")}` : ""}`);
    byId("golive").dataset.behind = String(n.latency > n.target + 2);
  }
}

function text(id, value) {
  const element = byId(id);
  if (element.textContent !== value) {
    element.textContent = value;
  }
}

function measure(id, [value, unit]) {
  const small = document.createElement("small");
  small.textContent = unit;
  byId(id).replaceChildren(value, ...(unit ? [small] : []));
}

function code(value) {
  const element = document.createElement("code");
  element.textContent = value;
  return element;
}

// hasSound asks each browser in its own way. None of them tells before something was decoded.
function hasSound(video) {
  return Boolean(video.webkitAudioDecodedByteCount || video.mozHasAudio || video.audioTracks?.length);
}
