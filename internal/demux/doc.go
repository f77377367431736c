// Package demux reads an input once for everybody who wants its packets, and puts them on one timeline: pictures and
// sound of a file, a pipe or a live stream stay together whatever their timestamps do.
package demux
