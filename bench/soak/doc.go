// Command soak shows that a live output can run for ever: a low-latency ladder with sound, in real time, into a folder and
// over HTTP to a viewer, for an hour unless another length is asked for.
//
//	go run ./bench/soak                        one hour at 640x360, a line per minute
//	go run ./bench/soak -length 5m -size 1280x720
//
// It ends with 0 when nothing grew after the first minutes (memory, disk, files, C objects), when the viewer missed no part,
// and when the segments' numbers and the wall clock are within one frame of each other at the end as they were at the
// beginning; else with 1 and the reasons.
package main
