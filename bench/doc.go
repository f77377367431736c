// Package bench measures what Framegear costs beside the codec itself, and beside the other ways of doing the same work.
//
// A [Workload] says what is encoded. Contenders do it in turn, several rounds of all of them, so that whatever else the machine does
// hits them alike:
//
//   - ours: this library, frames in, segments and manifests on disk
//   - plain: the same without looking for what did not change; only when asked for
//   - encoders: the limit. Pictures of all sizes are ready in memory, the same encoders run on them, packets are thrown away
//   - cli: the ffmpeg command with the arguments that vidgear's StreamGear gives it, fed through a pipe
//   - cli-best: the same with the best graph (one conversion, cascaded scaling) and the largest pipe
//   - streamgear: vidgear's StreamGear itself, where Python has it
//
// Every contender runs in a process of its own ([Work] is its main function), which first maps the frames, then takes the time. All CPU
// counts, that of children too. The frames are made once into a cache outside the project ([Config].CacheDir) and are the
// same bytes for everybody.
//
// Speed only counts at equal quality: the renditions of each contender are measured against the source once per run.
package bench
