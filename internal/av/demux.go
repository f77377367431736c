package av

//#include "shim.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/media"
)

// ErrNoStream is wrapped when an input has no stream of the wanted kind, or none that can be decoded.
var ErrNoStream = errors.New("no such stream")

// ErrNoDecoder is wrapped when what an input has of the wanted kind is in a codec that this build cannot decode.
var ErrNoDecoder = errors.New("no decoder")

// ErrProtocol is wrapped when an input's scheme is not one of Protocols.
var ErrProtocol = errors.New("protocol is not allowed")

// Protocols are the schemes that inputs may use.
var Protocols = []string{"file", "http", "https", "tls", "tcp", "udp", "rtp", "rtsp", "rtsps", "srt"}

// InputConfig says what to open.
type InputConfig struct {
	// URL is a path or a URL of one of Protocols. A named pipe is waited for until somebody writes to it.
	URL string
	// Format is libav's demuxer or input device ("v4l2", "alsa"). Empty: found out.
	Format string
	// Options are raw options of the demuxer and protocol; unknown keys are errors.
	Options map[string]string
	Logger  *slog.Logger
}

// Input reads packets from a file, URL or device. One goroutine at a time.
type Input struct {
	url         string
	fc          *astiav.FormatContext
	interrupter *astiav.IOInterrupter
	unwatch     func()       // ends the watch of the context
	ahead       []*Packet    // read by Times
	after       error        // what Times met behind them
	chosen      map[int]bool // streams that Best has given, true where the container says that they are encrypted
}

// InputStream describes one stream of an input.
type InputStream struct {
	Index     int
	Timebase  media.Timebase
	FrameRate media.Rate // video: libav's guess; zero when not known
	Average   media.Rate // video: pictures by time; zero when not known
	Vague     bool       // video: what holds every timestamp exactly is no rate that sources of pictures have
	Start     int64      // first timestamp in ticks; 0 when not known
	Language  string
	Title     string
	Upright   string      // video: the filter that turns pictures as they are to be seen, empty when they are so
	Params    *Parameters // the caller closes it
}

// OpenInput opens an input and reads as much as it takes to know its streams. When the context ends, blocked reads end
// with its error. The caller closes the input.
func OpenInput(ctx context.Context, cfg InputConfig) (*Input, error) {
	if cfg.URL == "" { // libav wants a name, and reads from address zero without
		return nil, &Error{Op: "open", Code: -int(C.ENOENT), Text: "no file, URL or device is named"}
	}
	allowed, err := whitelist(cfg)
	if err != nil {
		return nil, err
	}
	in := &Input{url: cfg.URL, fc: astiav.AllocFormatContext(), interrupter: astiav.NewIOInterrupter()}
	if in.fc == nil {
		in.interrupter.Free()
		return nil, &Error{Op: "open " + cfg.URL, Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	born(KindDemuxer)
	in.fc.SetIOInterrupter(in.interrupter)
	in.unwatch = watch(ctx, in.interrupter)
	if err := in.open(ctx, cfg, allowed); err != nil {
		in.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return in, nil
}

// watch interrupts when the context ends. The function it returns waits until that cannot happen any more.
func watch(ctx context.Context, i *astiav.IOInterrupter) func() {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		i.Interrupt()
		close(done)
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// whitelist returns what the input and everything it refers to may use: a remote playlist must not reach local files. Naming the format
// makes no difference, but for devices, whose names are no URLs.
func whitelist(cfg InputConfig) (string, error) {
	scheme, _, isURL := strings.Cut(cfg.URL, "://")
	if !isURL && isDevice(cfg.Format) {
		return "", nil
	}
	if !isURL {
		for _, p := range []string{"pipe:", "fd:"} {
			if strings.HasPrefix(cfg.URL, p) {
				return "", fmt.Errorf("%s: %w (want /dev/stdin for standard input, or the path of a named pipe)", cfg.URL, ErrProtocol)
			}
		}
		return "file,crypto,data", nil
	}
	for _, p := range Protocols {
		if strings.EqualFold(p, scheme) {
			if p == "file" {
				return "file,crypto,data", nil
			}
			return strings.Join(Protocols[1:], ",") + ",crypto,data,httpproxy", nil
		}
	}
	return "", fmt.Errorf("%s: %w (want one of %s)", cfg.URL, ErrProtocol, strings.Join(Protocols, " "))
}

func (in *Input) open(ctx context.Context, cfg InputConfig, allowed string) error {
	var format *astiav.InputFormat
	if cfg.Format != "" {
		if format = findInputFormat(cfg.Format); format == nil {
			return fmt.Errorf("input format %q is not in this build of libav", cfg.Format)
		}
	}
	options, url := map[string]string{}, cfg.URL
	maps.Copy(options, cfg.Options)
	if isPipe(cfg) {
		fd, err := openPipe(ctx, cfg.URL)
		if err != nil {
			return err
		}
		defer syscall.Close(fd) // libav has a duplicate
		url, allowed, options["fd"] = "fd:", allowed+",fd", strconv.Itoa(fd)
	}
	if allowed != "" {
		options["protocol_whitelist"] = allowed
	}
	d, err := newDictionary(options)
	if err != nil {
		return err
	}
	defer d.Free()
	mark := book.mark()
	if err := in.fc.OpenInput(url, format, d); err != nil {
		return unknownContent(cfg.URL, deviceError(openError(cfg.URL, err, nil, mark), mark))
	}
	book.route(unsafe.Pointer(in.c()), cfg.Logger)
	if err := leftOver(d, cfg.URL); err != nil {
		return err
	}
	if err := in.fc.FindStreamInfo(nil); err != nil {
		return openError(cfg.URL, err, unsafe.Pointer(in.c()), mark)
	}
	return nil
}

// unknownContent says what libav's "Invalid data found when processing input" means where libav says no more.
func unknownContent(name string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || !Damaged(e) {
		return err
	}
	if isMPD(name) {
		return fmt.Errorf("%s: %w", name, ErrManifest)
	}
	if e.LastLog == "" {
		e.LastLog = "no container that this build of libav knows, or a damaged one; want for example MP4, Matroska, MPEG-TS or WAV"
	}
	return err
}

// Best returns the stream of a kind that a player would choose. A picture on the cover is no video. Errors wrap ErrNoStream where there is
// none, and ErrNoDecoder where there is but none that can be decoded.
func (in *Input) Best(kind media.Kind) (InputStream, error) {
	st, _, err := in.fc.FindBestStream(mediaType(kind), -1, -1)
	if err != nil || st == nil || st.DispositionFlags().Has(astiav.DispositionFlagAttachedPic) {
		return InputStream{}, in.none(kind)
	}
	s, err := in.describe(st)
	if err == nil {
		in.choose(st)
	}
	return s, err
}

func mediaType(kind media.Kind) astiav.MediaType {
	if kind == media.KindAudio {
		return astiav.MediaTypeAudio
	}
	return astiav.MediaTypeVideo
}

// none says why there is no stream of a kind.
func (in *Input) none(kind media.Kind) error {
	for _, st := range in.fc.Streams() {
		cp := st.CodecParameters()
		if cp.MediaType() != mediaType(kind) || st.DispositionFlags().Has(astiav.DispositionFlagAttachedPic) {
			continue
		}
		if astiav.FindDecoder(cp.CodecID()) == nil {
			return fmt.Errorf("%w for its %s, which is in %s", ErrNoDecoder, kind, codecName(cp))
		}
	}
	return fmt.Errorf("%w: %s", ErrNoStream, kind)
}

// codecName is libav's name of a codec, or the container's own where libav has none.
func codecName(cp *astiav.CodecParameters) string {
	if id := cp.CodecID(); id != astiav.CodecIDNone {
		return id.Name()
	}
	var buf [C.AV_FOURCC_MAX_STRING_SIZE]C.char
	return fmt.Sprintf("an unknown codec %q", C.GoString(C.av_fourcc_make_string(&buf[0], C.uint32_t(cp.CodecTag()))))
}

// choose notes whose packets have to be readable.
func (in *Input) choose(st *astiav.Stream) {
	if in.chosen == nil {
		in.chosen = map[int]bool{}
	}
	md := st.Metadata()
	in.chosen[st.Index()] = md != nil && md.Get("enc_key_id", nil, 0) != nil // Matroska's
}

// ErrTiles is returned for a picture whose parts are streams of their own.
var ErrTiles = errors.New("a picture in tiles (a gridded HEIC or AVIF), which is not put together (want it converted to JPEG or PNG)")

// Tiled reports whether the input is a picture whose parts are streams of their own.
func (in *Input) Tiled() bool { return C.fg_tile_grid(in.c()) >= 0 }

// Image reports whether the input is a picture and not a film.
func (in *Input) Image() bool {
	name := in.fc.InputFormat().Name()
	return name == "image2" || strings.HasSuffix(name, "_pipe")
}

// Streams returns all streams of a kind. The caller closes their Params.
func (in *Input) Streams(kind media.Kind) ([]InputStream, error) {
	var all []InputStream
	for _, st := range in.fc.Streams() {
		if st.CodecParameters().MediaType() != mediaType(kind) {
			continue
		}
		s, err := in.describe(st)
		if err != nil {
			for _, s := range all {
				s.Params.Close()
			}
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (in *Input) describe(st *astiav.Stream) (InputStream, error) {
	p, err := newParameters()
	if err != nil {
		return InputStream{}, err
	}
	if err := st.CodecParameters().Copy(p.cp); err != nil {
		p.Close()
		return InputStream{}, fmt.Errorf("%s: stream %d: %w", in.url, st.Index(), err)
	}
	p.read()
	tb := st.TimeBase()
	s := InputStream{Index: st.Index(), Timebase: media.Timebase{Num: int64(tb.Num()), Den: int64(tb.Den())}, Params: p}
	if p.Kind == media.KindVideo {
		s.FrameRate = rate(in.fc.GuessFrameRate(st, nil))
		s.Average = rate(st.AvgFrameRate())
		exact := rate(st.RFrameRate())
		s.Vague = !exact.Known() || exact.Float() > media.PlainRate
		p.FrameRate = s.FrameRate
		if sar := rate(in.fc.GuessSampleAspectRatio(st, nil)); sar.Known() {
			p.SAR = sar
		}
		if m, ok := st.CodecParameters().SideData().DisplayMatrix().Get(); ok {
			s.Upright = upright(m)
		}
	}
	if start := st.StartTime(); start != noPTS {
		s.Start = start
	}
	if md := st.Metadata(); md != nil {
		if e := md.Get("language", nil, 0); e != nil {
			s.Language = e.Value()
		}
		if e := md.Get("title", nil, 0); e != nil {
			s.Title = e.Value()
		}
	}
	return s, nil
}

const noPTS = -1 << 63

// Timed reports whether the container gives packets times. Without, libav counts them at a rate that is stated or guessed.
func (in *Input) Timed() bool {
	f := in.fc.InputFormat()
	return f != nil && !f.Flags().Has(astiav.IOFormatFlagNotimestamps) && f.Name() != "yuv4mpegpipe"
}

// Duration returns the length of the input, zero when it is not known or endless.
func (in *Input) Duration() time.Duration {
	if d := in.fc.Duration(); d > 0 {
		return time.Duration(d) * time.Microsecond
	}
	return 0
}

// Read fills p with the next packet of any stream. At the end it returns io.EOF; for a packet that is encrypted its error wraps ErrEncrypted.
func (in *Input) Read(p *Packet) error {
	if in.fc == nil {
		return ErrClosed
	}
	if ok, err := in.next(p); ok {
		return err
	}
	if err := in.read(p); err != nil {
		return err
	}
	return in.readable(p)
}

func (in *Input) read(p *Packet) error {
	mark := book.mark()
	p.Unref()
	code := C.av_read_frame(in.c(), cPacket(p.p))
	if code >= 0 {
		return nil
	}
	if int(code) == codeEOF {
		return io.EOF
	}
	return checkOf("read", in.url, code, unsafe.Pointer(in.c()), mark)
}

// Close frees the input. Closing twice is harmless.
func (in *Input) Close() {
	if in.fc == nil {
		return
	}
	in.unwatch()
	in.forget()
	if in.c() != nil {
		book.unroute(unsafe.Pointer(in.c()))
		in.fc.CloseInput()
	}
	in.fc = nil
	in.interrupter.Free()
	died(KindDemuxer)
}

func (in *Input) c() *C.AVFormatContext { return *(**C.AVFormatContext)(unsafe.Pointer(in.fc)) }
