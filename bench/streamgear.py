"""Runs vidgear's StreamGear on raw frames: a job as JSON on standard input, what it took as the last line of standard output."""
import json, mmap, os, resource, sys, time

job = json.load(sys.stdin)
sys.path.insert(0, job["StreamGear"])
began = time.monotonic()
w = job["Workload"]
import numpy as np
from vidgear.gears import StreamGear

loading = time.monotonic()
with open(job["Clip"], "rb") as f:
    clip = mmap.mmap(f.fileno(), 0, flags=mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0), prot=mmap.PROT_READ)
np.frombuffer(clip, np.uint8)[::4096].sum()
prepare = time.monotonic() - loading

shape = (w["Height"], w["Width"], 3) if job["Bytes"] == w["Width"] * w["Height"] * 3 else (w["Height"], w["Width"])
frames = np.frombuffer(clip, np.uint8).reshape((w["Frames"],) + shape)
params = {
    "-input_framerate": job["Rate"],
    "-preset": w["Preset"],
    "-streams": [{"-resolution": "%dx%d" % (s["Width"], s["Height"]), "-framerate": job["Rate"]} for s in job["Ladder"][1:]],
}
if job["Threads"]:
    params["-threads"] = job["Threads"]
if w["Paced"]:
    params["-livestream"] = True
os.makedirs(job["Out"], exist_ok=True)
gear = StreamGear(output=os.path.join(job["Out"], "stream.mpd"), format="dash", custom_ffmpeg=job["FFmpeg"], **params)


def cpu():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


late, used, begin = 0, cpu(), time.monotonic()
for n, frame in enumerate(frames):
    if w["Paced"]:
        time.sleep(max(0, begin + n / job["Rate"] - time.monotonic()))
    gear.stream(frame)
    if w["Paced"] and time.monotonic() - begin > (n + 1) / job["Rate"]:
        late += 1
gear.close()
wall = time.monotonic() - begin
nano = lambda s: int(s * 1e9)
print(json.dumps({"CPU": nano(cpu() - used), "Wall": nano(wall), "Prepare": nano(prepare), "Frames": w["Frames"], "Late": late}))
