// Package encoder turns pictures into packets with the video encoders of libav.
//
// An [Encoder] knows one rendition and nothing of the ladder. Where key frames go is said from outside, picture by picture,
// so that all renditions of a ladder can have them at the same instants; [Grid] computes those.
//
// # Rate control
//
// Options.Bitrate alone is a promise: the average is reached and a VBV buffer bounds the peaks. Options.CRF alone is constant quality.
// Both together are constant quality capped by the bitrate.
//
// # Ownership
//
// Pictures are borrowed for the call; the encoder keeps its own reference. Packets are borrowed by the emit function for its call.
//
// # Adding a codec
//
// Write a file like x264.go whose function maps [Options] to the libav options of one encoder, and name it in the table of codecs.go.
package encoder
