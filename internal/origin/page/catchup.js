// Keeps a low-latency player at its target by its speed. hls.js and dash.js have controllers of their own. That of hls.js waits for
// more than a second of buffer, which a target below a second never gives; that of dash.js never leaves the speed alone, and any
// speed but 1 costs a reserve of sound.

const DEAD_ZONE = 0.04; // seconds around the target in which the speed stays 1
// Seconds of sound to have in hand for a change of speed. Chromium, which keeps the pitch, runs dry with 0.09 s left at 0.96 and 1.02, with
// 0.11 s at 1.3, but with 0.04 s at 1. The rest is for a machine that is not always on time.
const STRETCH = 0.16;
const FASTEST = 1.3;
const SLOWEST = 0.94;
const JUMP = 2.5; // seconds behind the target from which a seek is less of a nuisance than a minute of fast play

// speed returns the playback rate for a distance behind the target and what is buffered, all in seconds.
export function speed(behind, buffered, reserve) {
  if (buffered < reserve + STRETCH) {
    return 1;
  }
  if (behind > DEAD_ZONE) {
    return Math.min(FASTEST, 1 + behind * 0.6);
  }
  if (behind < -DEAD_ZONE) {
    return Math.max(SLOWEST, 1 + behind * 0.3);
  }
  return 1;
}

const DRY = 150; // milliseconds without data after which waiting costs more than a seek

// recover seeks to the live edge when play stops for want of data, until the returned function is called. Waiting would not do:
// each time that it runs dry Chromium asks for twice as much sound before it goes on, up to three seconds, and forgets that with a
// seek only. At the live edge there never is so much.
export function recover(video, jump) {
  let timer = 0;
  const onWaiting = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!video.paused && !video.seeking && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) {
        jump();
      }
    }, DRY);
  };
  video.addEventListener("waiting", onWaiting);
  return () => {
    clearTimeout(timer);
    video.removeEventListener("waiting", onWaiting);
  };
}

// follow steers video until the returned function is called. It stops steering when the viewer goes back in time, and
// starts again at the live edge.
export function follow(video, { behind, buffered, reserve, jump }) {
  let own = false;
  let following = true;
  const onSeeking = () => {
    following = own || behind() < JUMP;
    own = false;
  };
  const steer = () => {
    const distance = behind();
    if (!following || video.paused || video.seeking || !Number.isFinite(distance)) {
      video.playbackRate = 1;
      return;
    }
    if (distance > JUMP) {
      own = true;
      jump();
      return;
    }
    const rate = Math.round(speed(distance, buffered(), reserve) * 50) / 50;
    if (rate !== video.playbackRate) {
      video.playbackRate = rate;
    }
  };
  video.addEventListener("seeking", onSeeking);
  const timer = setInterval(steer, 100);
  const stopRecovery = recover(video, () => {
    if (following) {
      own = true;
      jump();
    }
  });
  return {
    resume() {
      following = true;
      own = true;
      jump();
    },
    stop() {
      clearInterval(timer);
      stopRecovery();
      video.removeEventListener("seeking", onSeeking);
      video.playbackRate = 1;
    },
  };
}
