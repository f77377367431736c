// Package hls renders a presentation as HLS playlists (RFC 8216 and draft-pantos-hls-rfc8216bis, low latency included).
//
// [Multivariant] names the renditions; [Media] lists the segments of one. Both are pure functions of the presentation, so
// the playlists of one state always agree: one target duration, one hold-back, one clock.
package hls
