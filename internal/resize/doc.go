// Package resize makes 8-bit planes smaller. swscale does it too, and stays where this package does not help, but its horizontal step
// works on every source row with SSSE3 at best on many CPUs and pads filters to eight taps. Here rows are combined first, so
// that the horizontal step has only the output's rows to do, and sixteen samples come out of one permutation with AVX-512.
//
// The centres of the first and last samples keep their relative places (as in swscale, and as chroma of 2x2 blocks needs it).
package resize
