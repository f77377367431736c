package framegear

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/demux"
	"github.com/framegear/framegear/internal/media"
)

// ownSound is the sound of an opened input, on the timeline of its pictures.
type ownSound struct {
	track *demux.Track
	shown *atomic.Int64 // see Input.shown
}

// Audio returns a track of the input's own sound, in time with its pictures when they are written with their PTS, and
// false when it has none. The input is read once: from this call on it keeps the sound that it meets for the stream
// that has the track. Sound that turns out to be empty or damaged is left out with a warning (AudioTrack.Optional).
func (in *Input) Audio() (AudioTrack, bool) {
	st, err := in.in.Best(media.KindAudio)
	if err != nil {
		in.warnOfSound(err)
		return AudioTrack{}, false
	}
	track := AudioTrack{Source: in.url, Label: st.Title, Language: containerLanguage(st.Language), Optional: true}
	track.own = &ownSound{in.takeSound(st), &in.shown}
	if in.HasPictures() {
		origin := time.Duration(in.stream.Timebase.Rescale(in.stream.Start, media.Nanosecond))
		track.Origin = &origin
	}
	return track, true
}

// takeSound lets the input keep a stream of sound.
func (in *Input) takeSound(st av.InputStream) *demux.Track {
	t := in.in.Take(st)
	in.sounds = append(in.sounds, t)
	if in.pictures != nil {
		in.pictures.Follow(t)
	}
	return t
}

// warnOfSound says that there is sound which cannot be decoded.
func (in *Input) warnOfSound(err error) {
	switch {
	case in.logger == nil:
	case errors.Is(err, av.ErrNoDecoder):
		in.logger.Warn("the sound is left out", "err", err)
	case in.in.Has(media.KindAudio):
		in.logger.Warn("the sound is left out: nothing is known of it", "input", in.url)
	}
}

// heard returns where the sound ends that Audio gave away, as far as it was read, on the input's timeline.
func (in *Input) heard() (end time.Duration) {
	for _, t := range in.sounds {
		if _, to, any := t.Span(); any {
			end = max(end, to)
		}
	}
	return end
}
