// address returns the whole URL of a path beside the page, without a name and password in the page's own: fetch refuses those, and the browser
// sends them by itself.
export function address(path) {
  const url = new URL(path, location.href);
  url.username = url.password = "";
  return url.href;
}

// loadScript runs a script once and returns when it is there. provides is the global that it defines.
export function loadScript(url, provides) {
  if (window[provides]) {
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => {
      script.remove();
      reject(new Error(`${url} cannot be loaded.`));
    };
    document.head.append(script);
  });
}

// bitrate writes bits per second for people.
export function bitrate(bits) {
  return bits >= 1e6 ? `${(bits / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bits / 1e3)} kbit/s`;
}

// seconds writes a length as a number and its unit: two decimals below ten seconds, minutes and hours from 100 seconds on.
export function seconds(value) {
  if (!Number.isFinite(value)) {
    return ["–", ""];
  }
  if (value >= 100) {
    return [clock(value), value >= 3600 ? "h" : "min"];
  }
  return [value.toFixed(Math.abs(value) < 10 ? 2 : 1), "s"];
}

// clock writes a position or a length as m:ss or h:mm:ss. What is a hair short of a whole second, as most lengths are, is one.
export function clock(value) {
  const whole = Math.floor(value + 0.01);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [first, ...rest] = parts[0] ? parts : parts.slice(1);
  return [first, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
}
