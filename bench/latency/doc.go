// Command latency measures what no manifest can flatter: the time from WriteFrame to a picture on a browser's screen. It
// streams a moving pattern with the capture instant burned into every picture, plays it in headless Chromium with hls.js,
// dash.js and Shaka Player, and reads the instants back from a canvas.
//
//	go run ./bench/latency                     the six configurations of the project's goals, 60 s each
//	go run ./bench/latency -only dash -length 20s
//	go run ./bench/latency -only dash -raw out         with everything that the page saw
//	go run ./bench/latency -plain              what a page of somebody else's gets: players with their own settings
//	go run ./bench/latency -bytes              from WriteFrame to bytes over HTTP, beside ffmpeg's own LL-DASH
//	go run ./bench/latency -bytes -content camera
//
// It reports and judges nothing: a loaded machine has no latency of its own. It needs chromium, the players that
// scripts/players.sh fetches, and npm once for Shaka Player, which is kept in bench/latency/vendor.
package main
