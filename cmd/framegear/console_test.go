package main

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Lines stand above a progress bar while there is one, so that neither tears the other.
func TestConsole(t *testing.T) {
	var out, bar bytes.Buffer
	c := newConsole(&out)
	require.False(t, c.terminal)
	fmt.Fprintln(c, "before")
	c.under(&bar)
	fmt.Fprintln(c, "above")
	c.under(nil)
	fmt.Fprintln(c, "after")
	require.Equal(t, "before\nafter\n", out.String())
	require.Equal(t, "above\n", bar.String())
}
