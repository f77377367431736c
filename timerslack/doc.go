// Package timerslack lets threads of the program that sleep wake up to a millisecond late, on Linux, when it is imported:
//
//	import _ "github.com/framegear/framegear/timerslack"
//
// That is for programs that encode all the time. While goroutines are inside C, Go's monitor thread looks every 20 to 70 microseconds
// whether their processors are needed elsewhere, and each look interrupts an encoder; in a virtual machine, where timers are the
// hypervisor's, that costs some 25 microseconds. With a millisecond of slack encoding at fast presets takes about 4 % less CPU and pictures
// are ready a little earlier (docs/performance.md).
//
// The price is that timers of the whole program, those of package time too, may come a millisecond later than they would; what they were 50
// microseconds late before. Processes that the program starts inherit that. A larger slack that the program itself was started with stays. On
// other systems the package does nothing.
package timerslack
