package leaktest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
)

// recorder is a test that notes failures instead of failing.
type recorder struct {
	testing.TB
	failed   bool
	cleanups []func()
}

func (r *recorder) Helper()                  {}
func (r *recorder) Failed() bool             { return false }
func (r *recorder) Error(...any)             { r.failed = true }
func (r *recorder) Errorf(string, ...any)    { r.failed = true }
func (r *recorder) FailNow()                 { r.failed = true }
func (r *recorder) Cleanup(f func())         { r.cleanups = append(r.cleanups, f) }
func (r *recorder) end() bool                { r.cleanups[0](); return r.failed }
func started(t testing.TB) (r *recorder)     { r = &recorder{TB: t}; leaktest.Check(r); return r }
func packet(t *testing.T) *av.Packet         { p, err := av.NewPacket(); require.NoError(t, err); return p }
func TestCheckPassesCleanTests(t *testing.T) { require.False(t, started(t).end()) }
func TestCheckPassesWhatWasFreed(t *testing.T) {
	r := started(t)
	packet(t).Close()
	require.False(t, r.end())
}

func TestCheckFindsLiveObjects(t *testing.T) {
	r := started(t)
	p := packet(t)
	defer p.Close()
	require.True(t, r.end())
}

func TestCheckFindsGoroutines(t *testing.T) {
	r := started(t)
	stop := make(chan struct{})
	go func() { <-stop }()
	defer close(stop)
	require.True(t, r.end())
}
