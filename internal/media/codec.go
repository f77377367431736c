package media

// Kind is what a track carries.
type Kind uint8

// The kinds of track.
const (
	KindVideo Kind = iota
	KindAudio
)

// String returns "video" or "audio".
func (k Kind) String() string {
	if k == KindAudio {
		return "audio"
	}
	return "video"
}

// Codec names a coding format in libav's words.
type Codec string

// The codecs that Framegear makes or copies.
const (
	CodecH264 Codec = "h264"
	CodecHEVC Codec = "hevc"
	CodecAV1  Codec = "av1"
	CodecVP9  Codec = "vp9"
	CodecAAC  Codec = "aac"
	CodecOpus Codec = "opus"
	CodecMP3  Codec = "mp3"
	CodecAC3  Codec = "ac3"
	CodecEAC3 Codec = "eac3"
)

// CodecParameters describe an encoded track: what a manifest and an init segment say of it.
type CodecParameters struct {
	Kind  Kind
	Codec Codec
	// Extradata is the decoder configuration: avcC, hvcC or av1C content, Annex B parameter sets, an
	// AudioSpecificConfig, or an Opus header; as libav gives it. Never changed.
	Extradata []byte
	// Bitrate is the target in bits per second. Zero where quality is the target.
	Bitrate int64
	// Profile and Level are libav's numbers, negative when not known.
	Profile, Level int

	// Video.
	Width, Height int
	SAR           Rate // sample aspect ratio as a fraction; zero means square
	FrameRate     Rate
	BitDepth      int
	Color         Color

	// Audio.
	SampleRate, Channels int
	// Priming is the number of samples at the start that are not to be heard.
	Priming int
}
