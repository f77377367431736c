// Package validate checks a DASH or HLS presentation, anybody's, against the standards: from disk or over HTTP.
//
// [Check] reads the manifest, the initialization segments and the media segments, and reports what is wrong: an error where a
// standard's MUST is broken, a warning where a recommendation or a common player is. It reads one segment at a time and
// remembers only its times and sizes. Of a live presentation it checks one snapshot, and the manifest a second time for
// what must not change. Encrypted segments, and representations that are one indexed file (SegmentBase), are counted
// but not looked into; the summary's notes say so.
package validate
