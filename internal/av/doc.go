// Package av is the only home of libav in Framegear: life cycles of its objects, the C shims that go-astiav lacks, the log
// bridge, and counters of what is alive.
//
// Everything here that holds C memory has a Close or Release, and nothing relies on the garbage collector. Objects are used
// by one goroutine at a time unless their comment says otherwise. No astiav or C type leaves this package.
package av

//#cgo pkg-config: libavcodec libavdevice libavfilter libavformat libswresample libswscale libavutil
import "C"
