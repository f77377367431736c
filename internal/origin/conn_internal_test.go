package origin

import (
	"bytes"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// recorder is a connection that remembers what is written.
type recorder struct {
	net.Conn
	all    []byte
	writes int
	err    error
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	r.writes++
	r.all = append(r.all, b...)
	return len(b), nil
}

// What is held back comes in its order and once, also when there is no room for it, and its failure is heard of.
func TestHeldBytes(t *testing.T) {
	r := &recorder{}
	c := &conn{Conn: r}
	var want []byte
	write := func(n int) {
		piece := bytes.Repeat([]byte{byte(len(want)), byte(n)}, n/2)
		got, err := c.Write(piece)
		require.NoError(t, err)
		require.Equal(t, len(piece), got)
		want = append(want, piece...)
	}
	write(10)
	require.Equal(t, 1, r.writes, "nothing is held")
	c.hold()
	write(20)
	write(60_000)
	require.Equal(t, 1, r.writes)
	require.NoError(t, c.letGo())
	require.Equal(t, 2, r.writes)
	c.hold()
	require.NoError(t, c.letGo())
	require.Equal(t, 2, r.writes, "nothing was written")
	c.hold()
	write(1000)
	write(200_000)
	write(30)
	require.NoError(t, c.letGo())
	require.Equal(t, want, r.all)
	r.err = errors.New("gone")
	c.hold()
	write(10)
	require.ErrorIs(t, c.letGo(), r.err)
	require.Nil(t, c.held)
}
