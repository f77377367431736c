package av

import (
	"io"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// An error that comes without a word from libav must not be given the words of an earlier one.
func TestErrorsCarryOnlyLinesOfTheirOwnCall(t *testing.T) {
	const refused, einval, again, eof = 16, -22, -11, -541478725 // AV_LOG_ERROR, AVERROR(EINVAL), AVERROR(EAGAIN), AVERROR_EOF
	book.add(nil, refused, "x264", "words of before")
	mark := book.mark()
	require.EqualError(t, check("write", einval, nil, mark), "write: Invalid argument")
	book.add(nil, refused, "mp4", "words of now")
	require.EqualError(t, check("write", einval, nil, mark), "write: Invalid argument (mp4: words of now)")
	require.ErrorIs(t, check("read", again, nil, mark), ErrAgain)
	require.ErrorIs(t, check("read", eof, nil, mark), io.EOF)
	require.NoError(t, check("read", 1, nil, mark))
}

// Many lines later the ring has forgotten, and does not mix up.
func TestLogBookForgets(t *testing.T) {
	own := unsafe.Pointer(new(int))
	mark := book.mark()
	book.add(nil, 16, "first", "error")
	require.Equal(t, "first: error", book.last(own, mark), "for want of own words, the newest error of anybody")
	for range len(book.lines) {
		book.add(nil, 24, "later", "warning of nobody")
	}
	require.Empty(t, book.last(own, mark))
}
