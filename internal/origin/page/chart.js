// A minute of numbers on a canvas.

const SPAN = 60_000; // milliseconds shown
const MARGIN = { left: 40, right: 8, top: 8, bottom: 20 };

export class Chart {
  #canvas;
  #samples = [];
  #colours;

  constructor(canvas) {
    this.#canvas = canvas;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.#colours = {
      latency: colour("--latency"), buffer: colour("--buffer"), dropped: colour("--dropped"),
      line: colour("--line"), text: colour("--soft"),
    };
  }

  // add takes { at, latency, buffer, dropped, stalled }: milliseconds, seconds, seconds, frames since the last sample.
  add(sample) {
    this.#samples.push(sample);
    this.#samples = this.#samples.filter((s) => s.at > sample.at - SPAN);
    this.draw(sample.at);
  }

  clear() {
    this.#samples = [];
  }

  draw(now) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = width * ratio;
    this.#canvas.height = height * ratio;
    const g = this.#canvas.getContext("2d");
    g.scale(ratio, ratio);
    g.font = "11px system-ui, sans-serif";
    const top = ceiling(Math.max(0.5, ...this.#samples.flatMap((s) => [s.latency, s.buffer]).filter(Number.isFinite)));
    const area = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
    const x = (at) => MARGIN.left + area.width * (1 - (now - at) / SPAN);
    const y = (value) => MARGIN.top + area.height * (1 - Math.min(value, top) / top);
    this.#grid(g, x, y, top, now, width - MARGIN.right);
    g.beginPath();
    g.rect(MARGIN.left, 0, area.width, height);
    g.clip();
    this.#bars(g, x, y(0));
    this.#line(g, x, y, "buffer");
    this.#line(g, x, y, "latency");
  }

  #grid(g, x, y, top, now, right) {
    g.strokeStyle = this.#colours.line;
    g.fillStyle = this.#colours.text;
    g.lineWidth = 1;
    g.textAlign = "right";
    g.textBaseline = "middle";
    for (let i = 0; i <= 4; i++) {
      const value = (top * i) / 4;
      const at = Math.round(y(value)) + 0.5;
      g.beginPath();
      g.moveTo(MARGIN.left, at);
      g.lineTo(right, at);
      g.stroke();
      g.fillText(`${Number(value.toFixed(2))} s`, MARGIN.left - 7, at);
    }
    g.textBaseline = "top";
    for (let ago = 60; ago >= 0; ago -= 15) {
      g.textAlign = ago === 0 ? "right" : ago === 60 ? "left" : "center";
      g.fillText(ago === 0 ? "now" : `−${ago} s`, x(now - ago * 1000), y(0) + 7);
    }
  }

  // Dropped frames stand on the ground, a tenth of the height for each; stalls shade the whole height.
  #bars(g, x, ground) {
    g.fillStyle = this.#colours.dropped;
    const full = ground - MARGIN.top;
    this.#samples.forEach((s, i) => {
      const left = x(this.#samples[i - 1]?.at ?? s.at);
      const width = Math.max(x(s.at) - left, 1);
      if (s.stalled) {
        g.globalAlpha = 0.16;
        g.fillRect(left, MARGIN.top, width, full);
      }
      if (s.dropped > 0) {
        g.globalAlpha = 0.9;
        const height = Math.min(s.dropped / 10, 1) * full;
        g.fillRect(left, ground - height, Math.max(width - 1, 1), height);
      }
    });
    g.globalAlpha = 1;
  }

  #line(g, x, y, name) {
    g.strokeStyle = this.#colours[name];
    g.lineWidth = 2;
    g.lineJoin = "round";
    g.beginPath();
    let drawing = false;
    for (const sample of this.#samples) {
      const value = sample[name];
      if (!Number.isFinite(value)) {
        drawing = false;
        continue;
      }
      g[drawing ? "lineTo" : "moveTo"](x(sample.at), y(Math.max(value, 0)));
      drawing = true;
    }
    g.stroke();
  }
}

// ceiling returns the next round number of seconds for an axis with four steps. What is above a minute is cut off: a viewer
// far back in time would flatten everything else.
function ceiling(value) {
  return [0.4, 0.6, 0.8, 1, 1.2, 1.6, 2, 4, 8, 12, 20, 40].find((step) => step >= value * 1.1) ?? 60;
}
