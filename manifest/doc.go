// Package manifest describes what exists and how players find it: a presentation of tracks and segments goes in; an MPD
// ([github.com/framegear/framegear/manifest/dash]) or HLS playlists ([github.com/framegear/framegear/manifest/hls]) come out.
// Package [github.com/framegear/framegear/manifest/validate] checks presentations, anybody's.
// All is pure Go; this package holds no media and does no input or output.
package manifest
