package framegear

// Timed reports whether the container says when each picture was. Y4M and bare H.264 or MJPEG do not: their PTS are counted at a rate that
// is stated or guessed, whatever the source does. In a live output such an input needs ClockWall.
func (in *Input) Timed() bool { return in.in.Timed() }
