// Package rgb turns packed 8-bit RGB and gray pictures into 4:2:0, ready for a video encoder. It is the one conversion
// that swscale does in scalar code, about ten times slower than the machine can, so it has kernels of its own: plain C
// everywhere, AVX2 and AVX-512 on amd64, NEON on arm64, chosen when the program starts. All of them give the same
// bytes.
//
// Input is full range, as cameras, OpenCV and image files have it; output is limited range (ITU-R BT.709-6 clause 3.5,
// BT.601-7 clause 2.5.3) with the matrix asked for.
//
// A chroma sample is the mean of its 2x2 block, which puts it at the block's centre (ITU-T H.273 chroma sample location
// type 1). This is where swscale puts it when no location is given. The default of H.264 for untagged streams lies half
// a luma sample further left (type 0): a shift hard to see, while a filter for it would need pixels from outside the
// block.
package rgb
