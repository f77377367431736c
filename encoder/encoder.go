package encoder

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"

	"github.com/framegear/framegear/internal/av"
)

// ErrClosed is returned by the methods of a closed encoder, and by Encode after Flush.
var ErrClosed = errors.New("encoder: closed")

// ErrPicture is wrapped when a picture is not of the size and layout that the encoder was opened for. The encoder goes on.
var ErrPicture = errors.New("encoder: picture does not match")

// Encoder encodes one rendition. One goroutine at a time.
type Encoder struct {
	opt       Options
	av        *av.VideoEncoder
	device    *devicePath // nil for software
	packet    *av.Packet
	durations map[int64]int64 // of pictures inside the encoder, by PTS: not every codec hands them through
	still     *still          // nil when the caller does not tell what changes
	timeline  timeline        // with still
	started   bool            // a picture went in
	drained   bool
	lastDTS   int64
}

// New opens an encoder. Errors wrap ErrOptions, also for unknown keys of Extra, or carry libav's last line. The caller closes it.
func New(o Options) (*Encoder, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	e := &Encoder{opt: o, durations: make(map[int64]int64, 128), lastDTS: math.MinInt64}
	var err error
	if e.packet, err = av.NewPacket(); err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	if err := e.open(); err != nil {
		e.packet.Close()
		if errors.Is(err, av.ErrOption) {
			return nil, fmt.Errorf("%w: %w", ErrOptions, err)
		}
		return nil, fmt.Errorf("encoder: %w", err)
	}
	return e, nil
}

func (e *Encoder) open() (err error) {
	if Hardware(e.opt.Codec) {
		return e.openOnDevice()
	}
	if e.av, err = av.OpenVideoEncoder(e.opt.libav()); err != nil || !e.opt.Hinted || e.opt.Codec != "libx264" {
		return err
	}
	return e.openStill()
}

func (e *Encoder) openStill() error {
	p, err := e.av.Parameters()
	if err != nil {
		e.av.Close()
		return err
	}
	defer p.Close()
	e.timeline.reorder = e.av.Reorder()
	e.still = newStill(&e.opt, p.Extradata)
	return nil
}

// Hint tells what differs between the picture of the next Encode and the picture of the last one; nil is not known, as without a call. It
// is borrowed until Encode returns. Few changes make libx264's work less where Options.Hinted is set.
func (e *Encoder) Hint(changed *Changes) {
	if e.still != nil {
		e.still.hint = changed
	}
}

// parameterLists are options that hold an encoder library's own ones: Options.Extra adds to ours, its entries win.
var parameterLists = []string{"x264-params", "x265-params", "svtav1-params"}

func (o Options) libav() av.VideoConfig {
	options := codecs[o.Codec].options(&o)
	maps.Copy(options, o.Extra)
	for _, key := range parameterLists {
		if own, more := codecs[o.Codec].options(&o)[key], o.Extra[key]; own != "" && more != "" {
			options[key] = own + ":" + more
		}
	}
	cfg := av.VideoConfig{
		Name: o.Codec, Width: o.Width, Height: o.Height, Layout: o.Layout, Color: o.Color, HDR: o.HDR, FrameRate: o.FrameRate,
		Timescale: o.Timescale, SAR: o.SAR, MaxRate: o.MaxBitrate, BufferSize: o.BufferSize, GOP: o.GOP,
		BFrames: -1, Threads: o.Threads, Options: options, Logger: o.Logger,
	}
	if o.CRF == 0 {
		cfg.Bitrate = o.Bitrate
	}
	if codecs[o.Codec].headroom && cfg.Bitrate > 0 {
		cfg.MaxRate = max(cfg.MaxRate, cfg.Bitrate*101/100)
	}
	switch {
	case o.BFrames == NoBFrames:
		cfg.BFrames = 0
	case o.BFrames > 0:
		cfg.BFrames = o.BFrames
	}
	return cfg
}

// Parameters returns what the stream is. The caller closes it.
func (e *Encoder) Parameters() (*Parameters, error) {
	if e.av == nil {
		return nil, ErrClosed
	}
	p, err := e.av.Parameters()
	if err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	p.FrameRate = e.opt.FrameRate
	if p.Bitrate == 0 {
		p.Bitrate = e.opt.Bitrate
	}
	if e.opt.beside != nil {
		sets, err := e.opt.beside.renumberSets(p.Extradata)
		if err == nil {
			err = p.SetExtradata(sets)
		}
		if err != nil {
			p.Close()
			return nil, fmt.Errorf("encoder: %w", err)
		}
	}
	return p, nil
}

// Encode gives a picture, borrowed for the call, with its presentation time and duration in ticks; times must increase. key forces an
// IDR. A picture of another size or layout gives an error wrapping ErrPicture. emit is called for each packet that is ready, in decoding order; an error of emit ends the call and is returned as it is.
func (e *Encoder) Encode(pic *Picture, pts, duration int64, key bool, emit func(*Packet) error) error {
	if e.av == nil || e.drained {
		return ErrClosed
	}
	if o := &e.opt; e.device == nil && (pic.Width() != o.Width || pic.Height() != o.Height || pic.Layout() != o.Layout) {
		return fmt.Errorf("%w: got %s %dx%d, want %s %dx%d", ErrPicture, pic.Layout(), pic.Width(), pic.Height(), o.Layout, o.Width, o.Height)
	}
	var changed *Changes
	if e.still != nil {
		changed = e.still.take(key)
		e.timeline.in(pts, duration)
		if e.still.omits(changed) {
			return e.omit(pts, duration, emit)
		}
		e.still.sends(pts, changed)
	}
	e.durations[pts], e.started = duration, true
	if e.device != nil {
		up, leave, err := e.device.enter(pic)
		defer leave()
		if err != nil {
			return fmt.Errorf("encoder: %w", err)
		}
		defer up.Release()
		pic = up
	}
	if err := e.av.SendChanged(pic, pts, duration, key, changed); err != nil {
		return fmt.Errorf("encoder: %w", err)
	}
	return e.receive(emit)
}

// Flush drains the encoder: everything that is still inside comes out through emit. Afterwards only Close is allowed.
func (e *Encoder) Flush(emit func(*Packet) error) error {
	if e.av == nil {
		return ErrClosed
	}
	if e.drained {
		return nil
	}
	e.drained = true
	if !e.started { // SVT-AV1 waits for ever for the end of nothing
		return nil
	}
	if err := e.av.Send(nil, 0, 0, false); err != nil {
		return fmt.Errorf("encoder: %w", err)
	}
	return e.receive(emit)
}

func (e *Encoder) receive(emit func(*Packet) error) error {
	for {
		switch err := e.av.Receive(e.packet); {
		case errors.Is(err, av.ErrAgain), errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("encoder: %w", err)
		}
		pts := e.packet.PTS()
		d, ok := e.durations[pts]
		delete(e.durations, pts)
		switch {
		case e.still != nil:
			if err := e.renumber(pts, d); err != nil {
				return err
			}
		case ok:
			e.packet.SetTimes(pts, e.decodeTime(pts, d), d)
		}
		if e.opt.beside != nil {
			if err := renumberPacket(e.packet); err != nil {
				return fmt.Errorf("encoder: %w", err)
			}
		}
		err := emit(e.packet)
		e.packet.Unref()
		if err == nil && e.still != nil {
			err = e.release(pts, emit)
		}
		if err != nil {
			return err
		}
	}
}

// renumber makes a packet of the codec follow those of pictures that the codec did not see.
func (e *Encoder) renumber(pts, duration int64) error {
	e.still.came(e.packet)
	if e.still.skips != nil {
		if b := e.still.skips.pass(e.packet.Data()); b != nil {
			if err := e.packet.SetData(b); err != nil {
				return fmt.Errorf("encoder: %w", err)
			}
		}
	}
	e.packet.SetTimes(pts, e.timeline.next(), duration)
	return nil
}

// omit puts a picture like the last one into the stream, behind it.
func (e *Encoder) omit(pts, duration int64, emit func(*Packet) error) error {
	e.still.omitted++
	if len(e.durations) == 0 {
		return e.insert(pts, duration, emit)
	}
	e.still.waiting = append(e.still.waiting, omission{e.still.last, pts, duration})
	return nil
}

// release emits the pictures that waited for a packet.
func (e *Encoder) release(pts int64, emit func(*Packet) error) error {
	n := 0
	for _, o := range e.still.waiting {
		if o.after != pts {
			break
		}
		n++
		if err := e.insert(o.pts, o.duration, emit); err != nil {
			return err
		}
	}
	e.still.waiting = e.still.waiting[:copy(e.still.waiting, e.still.waiting[n:])]
	return nil
}

func (e *Encoder) insert(pts, duration int64, emit func(*Packet) error) error {
	if err := e.packet.SetData(e.still.skips.insert()); err != nil {
		return fmt.Errorf("encoder: %w", err)
	}
	e.packet.SetTimes(pts, e.timeline.next(), duration)
	err := emit(e.packet)
	e.packet.Unref()
	return err
}

// reorder is more pictures than any encoder holds back.
const reorder = 128

// decodeTime returns the packet's decoding time. x265 gives an arbitrary one when a stream has fewer pictures than it reorders;
// such a packet goes as early as order allows.
func (e *Encoder) decodeTime(pts, duration int64) int64 {
	dts := e.packet.DTS()
	if dts > pts || dts <= e.lastDTS || dts < pts-reorder*duration {
		dts = min(pts, e.lastDTS+1)
		if e.lastDTS == math.MinInt64 {
			dts = pts
		}
	}
	e.lastDTS = dts
	return dts
}

// Close frees the encoder; what is still inside is lost. Closing twice is harmless.
func (e *Encoder) Close() {
	if e.av == nil {
		return
	}
	e.av.Close()
	e.packet.Close()
	e.av = nil
	if e.device != nil {
		e.device.close()
	}
}
