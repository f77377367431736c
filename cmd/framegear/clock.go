package main

import "github.com/framegear/framegear"

// timed is a source that may have no times of its own.
type timed interface {
	// Timed reports whether pictures come with their times; otherwise they are counted.
	Timed() bool
}

// clock settles --clock. A live output keeps to the wall clock where the source has no times that could keep pace with it: a pipe that gives
// fewer pictures than it promised would be ever later than what players are told.
func (c *streamCmd) clock(src source, live bool) framegear.Clock {
	if c.Clock != framegear.ClockAuto {
		return c.Clock
	}
	if t, ok := src.(timed); ok && live && !t.Timed() && src.Duration() == 0 {
		c.wall = true
		return framegear.ClockWall
	}
	return framegear.ClockPTS
}

// Timed says that raw frames are counted.
func (s *rawSource) Timed() bool { return false }
