package framegear

import (
	"fmt"

	"github.com/framegear/framegear/internal/media"
)

// How many pictures' times a rate is taken from. Where the end is not known more than libav has read already would be latency.
const (
	timesOfFile = 240
	timesOfLive = 20
)

// findRate replaces a rate that no source of pictures has: containers with times of milliseconds and less give what would hold every one of
// them.
func (in *Input) findRate() {
	guess := in.stream.FrameRate
	if !in.stream.Vague || in.in.Image() {
		return
	}
	most := timesOfFile
	if in.in.Duration() == 0 {
		most = timesOfLive
	}
	found := media.RateOf(in.in.Times(in.stream.Index, most), in.stream.Timebase, in.stream.Average)
	if found.Validate() != nil {
		found = Rate{} // Options have a rate for what has none
	}
	if found == guess {
		return
	}
	in.stream.FrameRate, in.stream.Params.FrameRate = found, found
	if in.logger != nil && found.Known() {
		in.logger.Info("the pictures' rate is taken from their times", "rate", found.String(), "container", orNone(guess))
	}
}

func orNone(r Rate) string {
	if !r.Known() {
		return "none"
	}
	return fmt.Sprintf("%.4g", r.Float())
}
