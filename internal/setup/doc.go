// Package setup stops a build that does not know where libav is, with words that say what to do. Without it the first words are
// pkg-config's, or the compiler's about names of go-astiav.
//
// CGO_CFLAGS is the way to know: the define that it carries is also what makes another libav another input of Go's build cache
// (docs/libav.md). Who links a libav of their own defines it to something of their own.
package setup
