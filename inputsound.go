package framegear

import (
	"time"

	"github.com/framegear/framegear/internal/media"
)

// Audio returns a track of the input's own sound, in time with its pictures when they are written with their PTS, and false when it
// has none. The track opens the input a second time, which live inputs do not allow: for those it is false too.
func (in *Input) Audio() (AudioTrack, bool) {
	if in.in.Duration() == 0 {
		return AudioTrack{}, false
	}
	st, err := in.in.Best(media.KindAudio)
	if err != nil {
		return AudioTrack{}, false
	}
	defer st.Params.Close()
	origin := time.Duration(in.stream.Timebase.Rescale(in.stream.Start, media.Nanosecond))
	return AudioTrack{Source: in.url, Origin: &origin, Language: st.Language, Label: st.Title}, true
}
