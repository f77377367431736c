package av

//#include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// ErrNoMuxer is wrapped when the build of libav has no muxer of that name.
var ErrNoMuxer = errors.New("muxer is not in this build of libav")

// MuxerConfig configures a muxer. Exactly one of Opener and Output is set.
type MuxerConfig struct {
	Format string // libav's muxer name
	// URL is what the muxer believes to write to. A fake http URL keeps the dash and hls muxers from renaming and unlinking
	// real files behind the opener's back.
	URL     string
	Options map[string]string
	// Streams are the parameters of the streams, borrowed for the call, and Timescale their ticks per second.
	Streams    []*Parameters
	Timescales []int64
	// Opener makes the files (dash, hls). It is borrowed for the muxer's lifetime.
	Opener Opener
	// Output takes all bytes (mp4, mpegts). It is borrowed for the muxer's lifetime and never closed.
	Output io.Writer
	Logger *slog.Logger
}

// Muxer writes packets into a container. One goroutine at a time. After an error of the header it must only be closed.
type Muxer struct {
	format  string
	fc      *astiav.FormatContext
	bridge  *ioBridge
	scales  []astiav.Rational // what packets come in
	streams []*astiav.Stream
	pb      bool
	header  bool
}

// OpenMuxer opens a muxer and writes its header. Unknown option keys give an error wrapping ErrOption.
func OpenMuxer(cfg MuxerConfig) (*Muxer, error) {
	format := astiav.FindOutputFormat(cfg.Format)
	if format == nil {
		return nil, fmt.Errorf("%s: %w", cfg.Format, ErrNoMuxer)
	}
	fc, err := astiav.AllocOutputFormatContext(format, cfg.Format, cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("muxer %s: %w", cfg.Format, err)
	}
	m := &Muxer{format: cfg.Format, fc: fc}
	born(KindMuxer)
	book.route(unsafe.Pointer(m.c()), cfg.Logger)
	if err := m.open(cfg); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

func (m *Muxer) open(cfg MuxerConfig) error {
	if err := m.connect(cfg); err != nil {
		return err
	}
	hvc1 := C.int(0)
	if cfg.Format == "dash" || cfg.Format == "mp4" {
		hvc1 = 1
	}
	for i, p := range cfg.Streams {
		st := m.fc.NewStream(nil)
		if st == nil {
			return &Error{Op: "stream", Code: -int(C.ENOMEM), Text: "out of memory"}
		}
		code := C.fg_stream_params(cStream(st), *(**C.AVCodecParameters)(unsafe.Pointer(p.cp)), hvc1)
		if err := check("stream parameters", code, nil, book.mark()); err != nil {
			return err
		}
		st.SetTimeBase(astiav.NewRational(1, int(cfg.Timescales[i])))
		st.SetAvgFrameRate(rational(p.FrameRate))
		m.scales = append(m.scales, st.TimeBase())
		m.streams = append(m.streams, st)
	}
	return m.writeHeader(cfg.Options)
}

// connect sets up where the bytes go.
func (m *Muxer) connect(cfg MuxerConfig) error {
	if cfg.Opener != nil {
		m.bridge = newBridge(cfg.Opener)
		C.fg_io_attach(m.c(), C.uintptr_t(m.bridge.handle))
		return nil
	}
	m.bridge = newBridge(nil)
	file := m.bridge.newFile(writeOnly{cfg.Output})
	m.pb = true
	return check("output", C.fg_io_pb(m.c(), C.uintptr_t(file.handle)), nil, book.mark())
}

// writeOnly gives a writer the Close that files have.
type writeOnly struct{ io.Writer }

func (writeOnly) Close() error { return nil }

func (m *Muxer) writeHeader(options map[string]string) error {
	d, err := newDictionary(options)
	if err != nil {
		return err
	}
	defer d.Free()
	mark := book.mark()
	err = m.fc.WriteHeader(d)
	if own := m.bridge.err(); own != nil {
		return own
	}
	if err != nil {
		return openError("muxer "+m.format, err, unsafe.Pointer(m.c()), mark)
	}
	m.header = true
	return leftOver(d, "muxer "+m.format)
}

// Write gives the muxer a packet of a stream, borrowed for the call; its times are in ticks of the stream's timescale and
// are rescaled to the container's. Errors of the opener and of output files come first, as they are.
func (m *Muxer) Write(p *Packet, stream int) error {
	if m.fc == nil || !m.header {
		return ErrClosed
	}
	st := m.streams[stream]
	// Rescaling is not always exact, so what was borrowed gets its own times back.
	pts, dts, duration := p.PTS(), p.DTS(), p.Duration()
	p.p.SetStreamIndex(stream)
	p.p.RescaleTs(m.scales[stream], st.TimeBase())
	mark := book.mark()
	code := C.av_write_frame(m.c(), cPacket(p.p))
	p.SetTimes(pts, dts, duration)
	return m.result("write", code, mark)
}

// Flush ends the fragment (bare mp4 muxer only: the dash and hls muxers crash on it).
func (m *Muxer) Flush() error {
	if m.fc == nil || !m.header {
		return ErrClosed
	}
	if !m.pb {
		return fmt.Errorf("muxer %s: flush is not possible", m.format)
	}
	mark := book.mark()
	return m.result("flush", C.av_write_frame(m.c(), nil), mark)
}

// Finish writes the trailer. Nothing can be written after it.
func (m *Muxer) Finish() error {
	if m.fc == nil || !m.header {
		return ErrClosed
	}
	m.header = false
	mark := book.mark()
	return m.result("trailer", C.av_write_trailer(m.c()), mark)
}

func (m *Muxer) result(op string, code C.int, mark uint64) error {
	if own := m.bridge.err(); own != nil {
		return own
	}
	return checkOf(op, m.format, code, unsafe.Pointer(m.c()), mark)
}

// Timescale returns the ticks per second that the container uses for a stream.
func (m *Muxer) Timescale(stream int) int64 { return int64(m.streams[stream].TimeBase().Den()) }

// Close frees the muxer without writing anything more. Files that are still open are aborted. Closing twice is harmless.
func (m *Muxer) Close() {
	if m.fc == nil {
		return
	}
	book.unroute(unsafe.Pointer(m.c()))
	if m.bridge != nil {
		m.bridge.abort()
	}
	if m.header && m.format == "hls" {
		C.av_write_trailer(m.c()) // what it holds of the open segment it frees there and nowhere else
	}
	if m.pb {
		C.fg_io_pb_free(m.c())
	}
	m.fc.Free()
	m.fc = nil
	if m.bridge != nil {
		m.bridge.close()
	}
	died(KindMuxer)
}

// c reads the only field of astiav.FormatContext; TestAstiavLayout keeps that true.
func (m *Muxer) c() *C.AVFormatContext { return *(**C.AVFormatContext)(unsafe.Pointer(m.fc)) }

func cStream(s *astiav.Stream) *C.AVStream { return *(**C.AVStream)(unsafe.Pointer(s)) }
