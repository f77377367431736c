package framegear

import (
	"errors"
	"io"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// Audio returns a track of the input's own sound, in time with its pictures when they are written with their PTS, and false when it
// has none. The track of an input with an end opens it a second time. One without, such as a camera's stream, is read once: from this
// call on Read keeps the sound that it meets, and [Input.WriteSound] pushes it.
func (in *Input) Audio() (AudioTrack, bool) {
	st, err := in.in.Best(media.KindAudio)
	if err != nil {
		in.warnOfSound(err)
		return AudioTrack{}, false
	}
	track := AudioTrack{Label: st.Title, Language: containerLanguage(st.Language)}
	if !in.HasPictures() {
		st.Params.Close()
		track.Source = in.url
		return track, true
	}
	if in.in.Duration() == 0 {
		if in.sound == nil {
			if in.sound, err = openInputSound(in, st); err != nil {
				return AudioTrack{}, false
			}
		} else {
			st.Params.Close()
		}
		track.PCM, track.Channels = true, in.sound.channels
		if in.sound.rate == 44100 {
			track.SampleRate = in.sound.rate
		}
		return track, true
	}
	defer st.Params.Close()
	origin := time.Duration(in.stream.Timebase.Rescale(in.stream.Start, media.Nanosecond))
	track.Source, track.Origin = in.url, &origin
	return track, true
}

// WriteSound pushes the sound of an input without an end, as far as Read has met it, into a stream's first PCM track. Call it between Read and
// WriteFrame. Options.Timebase is the input's. Other inputs have nothing to push.
func (in *Input) WriteSound(s *Stream) error {
	if in.sound == nil {
		return nil
	}
	defer in.sound.taken()
	for i := range in.sound.blocks {
		// What comes twice or too early is the source's fault, and not worth the pictures.
		err := s.WriteAudio(&in.sound.blocks[i])
		if err != nil && !errors.Is(err, ErrPTS) && !errors.Is(err, ErrAudioAhead) {
			return err
		}
	}
	return nil
}

// nextPacket reads the next packet of the pictures when sound is read beside them.
func (in *Input) nextPacket() error {
	q := in.sound
	for !q.ready(in.stream.Timebase) {
		err := in.readPacket()
		switch {
		case errors.Is(err, io.EOF):
			q.over = true
		case err != nil:
			return err
		case in.packet.Stream() == in.stream.Index:
			if err := q.keep(in.packet); err != nil {
				return err
			}
		case in.packet.Stream() == q.stream.Index:
			q.decode(in.packet, in.stream.Timebase)
		}
	}
	if len(q.pictures) == 0 {
		return io.EOF
	}
	in.packet.Take(q.next())
	return nil
}

// warnOfSound says that there is sound which cannot be decoded.
func (in *Input) warnOfSound(err error) {
	if in.logger != nil && errors.Is(err, av.ErrNoDecoder) {
		in.logger.Warn("the sound is left out", "err", err)
	}
}
