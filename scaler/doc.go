// Package scaler turns frames of the caller into pictures that encoders take, and pictures into smaller ones.
//
// [Input] converts a frame once for the whole ladder: packed RGB, gray or YUV to 4:2:0 at the frame's own size. A [Branch] then
// makes the picture of one rendition, from the nearest larger rendition's picture rather than from the frame.
//
// # Sizes
//
// 4:2:0 needs even sides. A frame with an odd side is padded: its last column or row is repeated. [Even] says what a size becomes.
//
// # Colour
//
// RGB and gray are taken as full-range sRGB-like and become limited-range YUV with the matrix of the picture's height (BT.709
// from 720 lines up, BT.601 below). YUV keeps its matrix, range and tags. A branch between two matrices converts.
//
// # Ownership
//
// A frame is borrowed for the call. A picture is returned with one reference, which the caller releases.
package scaler
