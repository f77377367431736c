// Package media is the vocabulary that every stage shares: frames, pixel formats, colour, rates, timebases and codec
// parameters. It holds plain values, imports nothing of Framegear, and uses no cgo. The root package gives its types
// to users as aliases.
package media
