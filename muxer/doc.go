// Package muxer packs the packets of one track into an initialization segment and media segments, with libavformat.
//
// There is one muxer per track. Recorded and live fMP4 goes through libavformat's dash muxer, MPEG-TS through its hls muxer,
// low-latency CMAF through the bare mp4 muxer that both are built on. All of them write through an opener of ours, so every
// byte goes to a sink; the manifests that libavformat would write are thrown away, because Framegear renders better ones from
// the segments that [Options.OnSegment] reports.
//
// # Errors
//
// libavformat returns success when a segment could not be written. The opener remembers the first error of a file, and the
// call during which it happened returns it.
//
// # Ownership
//
// Packets are borrowed for the call. The sink and the parameters are borrowed for the muxer's lifetime and not closed.
package muxer
