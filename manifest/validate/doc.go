// Package validate checks a DASH or HLS presentation, anybody's, against the standards: from disk or over HTTP.
//
// [Check] reads the manifest, the initialization segments and the media segments, and reports what is wrong: an error
// where a standard's MUST is broken, a warning where a recommendation or a common player is. It reads one segment at a
// time and remembers only its times and sizes. Of a live presentation it checks one snapshot, and the manifest a
// second time for what must not change. Encrypted segments, and representations that are one indexed file
// (SegmentBase), are counted but not looked into; the summary's notes say so. What is no MP4 is known by its first
// bytes: MPEG-TS and packed audio are checked, WebVTT, pictures and WebM counted.
//
// A presentation is anybody's, and so may mean harm: [Limits] bound the whole check, boxes are looked at before they
// are taken apart, only regular files are read, manifests from elsewhere reach URLs only, and no text of a report
// holds control characters or the passwords of URLs. Like a player it requests whatever http and https URLs a manifest
// names.
package validate
