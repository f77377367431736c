package framegear

import (
	"errors"
	"fmt"
	"strings"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

var (
	// ErrClosed is returned by every method after Finish or Close.
	ErrClosed = errors.New("framegear: stream is closed")
	// ErrOptions is wrapped by every error about Options.
	ErrOptions = errors.New("framegear: bad option")
	// ErrLadder is wrapped by every error about a rendition that cannot be made; the error names the rung.
	ErrLadder = errors.New("framegear: bad ladder")
	// ErrFrame is wrapped when a frame's fields do not fit together. Nothing was written, the stream goes on.
	ErrFrame = media.ErrFrame
	// ErrChanged is wrapped when a frame's size or format differs from the first one's and Options.Rescale is off.
	// Nothing was written, the stream goes on.
	ErrChanged = errors.New("framegear: frame size or format changed")
	// ErrInput is wrapped by every error of OpenInput and of reading an Input; the error names the input. A missing file is fs.ErrNotExist too.
	ErrInput = errors.New("framegear: input")
	// ErrNoDecoder is wrapped, beside ErrInput, when the pictures of an input are in a codec that this build cannot decode.
	ErrNoDecoder = av.ErrNoDecoder
	// ErrEncrypted is wrapped when what an input has can only be read with a key.
	ErrEncrypted = av.ErrEncrypted
	// ErrManifest is wrapped by OpenInput for an MPD, which is no input.
	ErrManifest = av.ErrManifest
	// ErrSamples is wrapped when a block of sound's fields do not fit together. Nothing was written, the stream goes on.
	ErrSamples = media.ErrSamples
	// ErrAudio is wrapped by every error about a source of sound that cannot be used; the error names the source.
	ErrAudio = audio.ErrSource
	// ErrAudioAhead is wrapped when pushed sound is too far ahead of the picture. Nothing was written, the stream goes on.
	ErrAudioAhead = audio.ErrAhead
	// ErrInUse is wrapped when another stream, of whichever process, is writing to the output's folder. Every output has a folder of its own.
	ErrInUse = errors.New("another stream is writing to this folder")
	// ErrOutputLost is wrapped by Finish when the folder, server or sink of a live output could not be written to at the end, so that
	// its manifests do not say that it is over. Until then a live output outlives such times (Options.Outage).
	ErrOutputLost = errors.New("framegear: the end of the output could not be written")
	// ErrPTS is wrapped when a frame's time does not come after the one before. Nothing was written, the stream goes on.
	ErrPTS = errors.New("framegear: presentation time does not increase")
	// ErrDropped is returned by WriteFrame when Options.WhenFull is DropWhenFull (live outputs: FullAuto too) and the machine is too slow. The stream goes on.
	ErrDropped = errors.New("framegear: frame dropped, the queue is full")
)

// prefixed says whose error of a stage or of the vocabulary it is, where a call of this package hands it on.
func prefixed(err error) error {
	if err == nil || strings.HasPrefix(err.Error(), "framegear: ") {
		return err
	}
	return fmt.Errorf("framegear: %w", err)
}

// StageError says where in the pipeline an error happened. It ends the stream, and every later call returns it; only that of a first
// frame leaves room for another one.
type StageError struct {
	// Stage is "scaler", "filter", "encoder", "muxer", "audio" or "publish".
	Stage string
	// Rendition is the rung ("v0 1280x720"), empty when the stage serves all.
	Rendition string
	// Err is the cause: a libav error with its last line, a sink error with its path …
	Err error
}

// Error returns "framegear: stage rendition: cause".
func (e *StageError) Error() string {
	if e.Rendition == "" {
		return fmt.Sprintf("framegear: %s: %v", e.Stage, e.Err)
	}
	id, _, _ := strings.Cut(e.Rendition, " ")
	cause := strings.TrimPrefix(e.Err.Error(), e.Stage+" "+id+": ") // the stage alone has named itself
	return fmt.Sprintf("framegear: %s %s: %s", e.Stage, e.Rendition, cause)
}

// Unwrap returns the cause.
func (e *StageError) Unwrap() error { return e.Err }
