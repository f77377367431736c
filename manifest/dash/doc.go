// Package dash renders a presentation as an MPEG-DASH manifest (MPD, ISO/IEC 23009-1).
//
// A recording, finished or still growing, is a static MPD of what exists: it stays playable when the process that writes it
// dies. A live output is a dynamic MPD. Segments are told exactly, by SegmentTimeline; low latency uses a number template
// with a constant duration instead, which players can compute ahead, and follows DASH-IF's low-latency guidelines.
//
// Each unbroken run of segments is a Period: a discontinuity and a gap begin a new one. Period IDs are made from the
// period's start on the media timeline and stay while the window moves.
package dash
