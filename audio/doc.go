// Package audio turns a source of sound into packets that are in time with the picture.
//
// A [Source] is a file, a URL, a capture device or PCM that the program pushes. A [Track] decodes it, resamples it, puts it on the
// media timeline and encodes it once, whatever the number of renditions. Time is counted in samples of the track's own rate;
// sample 0 is media time zero, the first picture.
//
// # Time
//
// Every block of a source has an instant: its own timestamp, its capture time, or the number of samples before it. Where the instant
// is later than the sound so far, silence fills the gap; where it is earlier, the overlap is cut away. Small differences come from
// clocks that run at different speeds: they are worked off by resampling, without clicks, at most 0.1 % faster or slower.
// A steady difference of 0.05 % leaves the sound within 10 ms of its place.
//
// # Priming
//
// Encoders put samples before the first one, which decoders need to begin with. [PrimingSignal] leaves them, by [Track.Early] before the
// beginning at most, for a container that can say so (an edit list, ISO/IEC 14496-12 section 8.6.6) or has room there; [PrimingRemove] drops
// them, and the first 20 ms fade in.
//
// # Bad sources
//
// What is wrong from the beginning is an error of [Open], wrapping [ErrSource] and naming the source. What becomes wrong later is
// silence, reported through Options.Notify; with Options.Live the source is opened again, with growing pauses.
//
// # Ownership
//
// Packets given to emit are borrowed for the call. A track is used by one goroutine at a time, while a [PCM] may be written from any.
package audio
