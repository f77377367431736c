// Package origin is the HTTP side of an output: an http.Handler that serves what a [Source] describes and a
// [sink.Reader] holds, live, low latency or finished.
//
// What it answers, relative to where it is mounted:
//
//	/                   the player page
//	/live.mpd           the MPD                                  gzip, ETag
//	/live.m3u8          the multivariant playlist                gzip, ETag
//	/v0/live.m3u8       a media playlist                         gzip, ETag, blocking reload, delta updates
//	/v0/init.mp4        an initialization segment                Range, ETag
//	/v0/7.m4s           a segment                                Range, ETag; chunked while it grows
//	/v0/7.2.m4s         a part                                   blocks when it is the hinted one
//	/time               the clock for players (UTCTiming)
//	/metrics /healthz   for operators
//
// With Options.Files it serves a folder's manifests and media instead, under their own names.
//
// Names are those of the presentation: nothing else can be reached. Every answer is made from one immutable
// presentation. A request for something that comes next is held until it exists; holding is bounded in number and in
// time, ends with the client's connection, and costs the encoder nothing, because the source never waits for a reader.
//
// "8216bis" in comments is draft-pantos-hls-rfc8216bis, the second edition of HLS.
package origin
