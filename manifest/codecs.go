package manifest

import (
	"fmt"

	"github.com/framegear/framegear/internal/media"
)

// CodecString returns what manifests call the codec: RFC 6381, with the forms of ISO/IEC 14496-15 (avc1, hvc1), the AV1 and
// VP9 bindings to ISO BMFF, and the MP4 registration authority. It is read from the extradata, which is what decoders get,
// wherever a codec has any. Errors wrap ErrCodec.
func CodecString(c media.CodecParameters) (string, error) {
	s, err := codecString(c)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrCodec, c.Codec, err)
	}
	return s, nil
}

func codecString(c media.CodecParameters) (string, error) {
	switch c.Codec {
	case media.CodecH264:
		return avcString(c.Extradata)
	case media.CodecHEVC:
		return hevcString(c.Extradata)
	case media.CodecAV1:
		return av1String(c)
	case media.CodecVP9:
		return vp9String(c)
	case media.CodecAAC:
		return aacString(c)
	case media.CodecOpus:
		return "Opus", nil
	case media.CodecMP3:
		return "mp4a.40.34", nil // MPEG-4 object type 34, as HLS and MSE both know it
	case media.CodecAC3:
		return "ac-3", nil
	case media.CodecEAC3:
		return "ec-3", nil
	}
	return "", fmt.Errorf("no string is registered for it (want one of h264 hevc av1 vp9 aac opus mp3 ac3 eac3)")
}

// CodecStrings returns the strings of everything in the track's segments: one, or two with muxed sound.
func (t *Track) CodecStrings() ([]string, error) {
	s, err := CodecString(t.Params)
	if err != nil {
		return nil, err
	}
	if t.MuxedAudio == nil {
		return []string{s}, nil
	}
	sound, err := CodecString(*t.MuxedAudio)
	if err != nil {
		return nil, err
	}
	return []string{s, sound}, nil
}
