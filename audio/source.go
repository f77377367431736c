package audio

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/demux"
)

// Source says where sound comes from. Exactly one of URL and PCM is set.
type Source struct {
	// URL is a path, a URL of one of the allowed schemes, or the name of a device ("hw:1") of Format.
	URL string
	// Format is libav's demuxer or input device ("alsa"). Empty: found out from the content.
	Format string
	// Options are raw options of the demuxer, device and protocol. Unknown keys are errors.
	Options map[string]string
	// PCM is sound that the program pushes.
	PCM *PCM
	// Demuxed is the sound of an input that was opened for its pictures too, on their timeline. URL names it, and is opened where the sound is
	// wanted once more.
	Demuxed *Demuxed
}

// Demuxed is one stream of an opened input.
type Demuxed = demux.Track

// String names the source for people.
func (s Source) String() string {
	switch {
	case s.PCM != nil:
		return "pushed PCM"
	case s.Format != "":
		return s.Format + " " + s.URL
	}
	return s.URL
}

// devices are libav's sound input devices and what they belong to.
var devices = map[string]string{
	"alsa": "Linux", "pulse": "PulseAudio", "oss": "OSS", "sndio": "OpenBSD", "jack": "JACK",
	"dshow": "Windows", "avfoundation": "macOS", "openal": "OpenAL",
}

// Device reports whether the source captures in real time.
func (s Source) Device() bool {
	_, ok := devices[s.Format]
	return ok
}

// isURL reports whether the source is not on this machine.
func (s Source) isURL() bool {
	scheme, _, ok := strings.Cut(s.URL, "://")
	return ok && !strings.EqualFold(scheme, "file")
}

// drifts reports whether the instants of samples come from another clock than the samples themselves.
func (s Source) drifts(t Timing) bool {
	return s.PCM != nil || s.Demuxed != nil && (s.Demuxed.Live() || t == TimingWall)
}

// prompt reports whether the source is a file of this machine, which never lets anybody wait.
func (s Source) prompt() bool {
	if s.Demuxed != nil {
		return s.Demuxed.Prompt()
	}
	return s.PCM == nil && !s.Device() && !s.isURL()
}

func (s Source) validate() error {
	if (s.URL == "") == (s.PCM == nil) {
		return fmt.Errorf("%w: a source has a URL or PCM, exactly one of them", ErrOptions)
	}
	if s.Device() && !av.HasInputFormat(s.Format) {
		return &SourceError{s.String(), fmt.Errorf("the sound input of %s is not in this build of libav for %s (it has: %s)",
			devices[s.Format], runtime.GOOS, strings.Join(builtDevices(), " "))}
	}
	return nil
}

func builtDevices() []string {
	var all []string
	for _, name := range []string{"alsa", "pulse", "oss", "sndio", "jack", "dshow", "avfoundation", "openal"} {
		if av.HasInputFormat(name) {
			all = append(all, name)
		}
	}
	if all == nil {
		all = []string{"none"}
	}
	return all
}

// ParseSource reads the list form of StreamGear's -audio attribute, which is the input part of an ffmpeg command line:
// "-f", "alsa", "-i", "hw:1". Options before -i belong to the input. Errors wrap ErrSource.
func ParseSource(args []string) (Source, error) {
	s := Source{Options: map[string]string{}}
	list := strings.Join(args, " ")
	bad := func(format string, a ...any) (Source, error) {
		return Source{}, &SourceError{fmt.Sprintf("list [%s]", list), fmt.Errorf(format, a...)}
	}
	for i := 0; i < len(args); i += 2 {
		key, ok := strings.CutPrefix(args[i], "-")
		if !ok || key == "" {
			return bad("%q is not an option (want pairs such as -f alsa -i hw:1)", args[i])
		}
		if i+1 >= len(args) {
			return bad("-%s has no value (want pairs such as -f alsa -i hw:1)", key)
		}
		if err := s.set(key, args[i+1]); err != nil {
			return bad("%w", err)
		}
	}
	if n, ok := s.Options[channelsKey]; ok {
		delete(s.Options, channelsKey)
		s.setChannels(n)
	}
	if s.URL == "" {
		return bad("there is no -i with the device, file or URL (want for example -f alsa -i hw:1)")
	}
	return s, nil
}

// set takes one pair of the list form.
func (s *Source) set(key, value string) error {
	if s.URL != "" {
		return fmt.Errorf("-%s comes after -i (want one input, its options before it)", key)
	}
	switch key {
	case "i":
		if value == "" {
			return fmt.Errorf("-i is empty")
		}
		s.URL = value
	case "f":
		s.Format = value
	case "thread_queue_size", "hide_banner", "loglevel":
		// About the ffmpeg program, not about the input.
	case "ar":
		return s.number("sample_rate", key, value)
	case "ac":
		return s.number(channelsKey, key, value)
	case "ss", "t", "to", "itsoffset", "stream_loop", "re", "map", "c", "acodec", "codec":
		return fmt.Errorf("-%s is an option of the ffmpeg program (want options of the input; offset and loop are options of the track)", key)
	default:
		s.Options[key] = value
	}
	return nil
}

// channelsKey is where the number of channels waits for the format, which may be given later.
const channelsKey = "-ac"

// setChannels says how many channels to capture in the words of the input.
func (s *Source) setChannels(n string) {
	switch {
	case s.Format == "alsa":
		s.Options["ch_layout"] = n + "C" // any order
	case s.Format == "" || s.Device():
		s.Options["channels"] = n
	default:
		s.Options["ch_layout"] = n + "c"
	}
}

func (s *Source) number(name, key, value string) error {
	if n, err := strconv.Atoi(value); err != nil || n < 1 {
		return fmt.Errorf("-%s %q is not a positive whole number", key, value)
	}
	s.Options[name] = value
	return nil
}
