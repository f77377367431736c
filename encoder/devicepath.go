package encoder

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/framegear/framegear/internal/av"
)

// devicePath is the way of a picture from memory into a hardware encoder: upload, then scaling on the device. Where the driver cannot scale, the
// picture is scaled in memory and uploaded at the encoder's size.
type devicePath struct {
	opt    *Options
	frames *av.Pool // what the encoder takes
	upload *av.Pool // shared by all encoders on the device
	scale  *av.DeviceScaler
	host   *hostScaler

	reserve []*av.Pool // memory for the encoder's references, one picture each

	seen  *Picture // the last picture that came in, to recognise repeats
	ready *Picture // and what became of it
}

// hostScaler scales in memory.
type hostScaler struct {
	pool *av.Pool
	sws  *av.Scaler
}

func newDevicePath(o *Options) (*devicePath, error) {
	if err := o.Device.acquire(); err != nil {
		return nil, err
	}
	p := &devicePath{opt: o}
	if err := p.open(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *devicePath) open() (err error) {
	o := p.opt
	key := poolKey{o.SourceWidth, o.SourceHeight, o.Layout, o.Color}
	scales := o.SourceWidth != o.Width || o.SourceHeight != o.Height
	if o.Device.info.inMemory {
		if scales {
			p.host, err = newHostScaler(o)
		}
		return err
	}
	if p.upload, err = o.Device.uploads(key); err != nil {
		return err
	}
	p.frames = p.upload
	if !scales {
		return nil
	}
	if err = p.openScaler(); err == nil {
		p.frames = p.scale.Pool()
		return nil
	}
	if errors.Is(err, syscall.ENOMEM) {
		return err
	}
	if p.upload, err = o.Device.uploads(poolKey{o.Width, o.Height, o.Layout, o.Color}); err != nil {
		return err
	}
	p.frames = p.upload
	p.host, err = newHostScaler(o)
	return err
}

// openScaler tries the scaler with a picture: drivers without the programs for it let it open.
func (p *devicePath) openScaler() (err error) {
	if p.scale, err = av.NewDeviceScaler(p.opt.Device.dev, p.upload, p.opt.Width, p.opt.Height); err != nil {
		p.scale = nil
		return err
	}
	blank, err := p.upload.Get()
	if err == nil {
		var scaled *Picture
		scaled, err = p.scale.Scale(blank)
		scaled.Release()
	}
	blank.Release()
	if err != nil {
		p.scale.Close()
		p.scale = nil
	}
	return err
}

func newHostScaler(o *Options) (*hostScaler, error) {
	filter := av.FilterBicubic
	if o.SourceWidth >= 2*o.Width {
		filter = av.FilterArea
	}
	pool, err := av.NewPool(o.Width, o.Height, o.Layout, o.Color)
	if err != nil {
		return nil, err
	}
	sws, err := av.NewPictureScaler(o.SourceWidth, o.SourceHeight, o.Layout, o.Color, o.Width, o.Height, o.Layout, o.Color, filter)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &hostScaler{pool, sws}, nil
}

// picture returns what the encoder takes, which the caller releases.
func (p *devicePath) picture(src *Picture) (*Picture, error) {
	if src == p.seen {
		return p.ready.Retain(), nil
	}
	if src.Width() != p.opt.SourceWidth || src.Height() != p.opt.SourceHeight || src.Layout() != p.opt.Layout {
		return nil, fmt.Errorf("%w: a picture of %s %dx%d (want %s %dx%d)", ErrOptions, src.Layout(), src.Width(), src.Height(),
			p.opt.Layout, p.opt.SourceWidth, p.opt.SourceHeight)
	}
	ready, err := p.make(src)
	if err != nil {
		return nil, err
	}
	p.forget()
	p.seen, p.ready = src.Retain(), ready
	return ready.Retain(), nil
}

func (p *devicePath) make(src *Picture) (*Picture, error) {
	if p.host != nil {
		small, err := p.host.pool.Get()
		if err != nil {
			return nil, err
		}
		defer small.Release()
		if err := p.host.sws.Picture(src, small); err != nil {
			return nil, err
		}
		src = small
	}
	if p.upload == nil {
		return src.Retain(), nil
	}
	up, err := src.On(p.upload)
	if err != nil || p.scale == nil {
		return up, err
	}
	defer up.Release()
	return p.scale.Scale(up)
}

// references is how many pictures an encoder keeps: those being encoded, the one they refer to, the next one and one to spare.
const references = 5

// setAside takes the memory that the encoder is going to need for its references. libavcodec 9.0 crashes when it finds none for one
// (hw_base_encode_send_frame frees a picture that is not whole), so it must always find some: what is set aside here is given
// back picture by picture, right before the encoder takes it.
func (p *devicePath) setAside() error {
	o := p.opt
	if !o.Device.info.setsAside {
		return nil
	}
	for range references + max(0, o.BFrames) {
		pool, err := av.NewDevicePool(o.Device.dev, o.Width, o.Height, o.Layout, o.Color)
		if err != nil {
			return err
		}
		p.reserve = append(p.reserve, pool)
	}
	return nil
}

// enter makes what the encoder takes, which the caller releases, and gives the encoder room for it. The caller calls leave after
// the encoder has taken it, also after an error.
func (p *devicePath) enter(src *Picture) (pic *Picture, leave func(), err error) {
	growing := &p.opt.Device.growing
	n := len(p.reserve)
	if n == 0 {
		growing.RLock()
		pic, err = p.picture(src)
		return pic, growing.RUnlock, err
	}
	growing.Lock()
	if pic, err = p.picture(src); err == nil {
		p.reserve[n-1].Close()
		p.reserve = p.reserve[:n-1]
	}
	return pic, growing.Unlock, err
}

func (p *devicePath) forget() {
	p.seen.Release()
	p.ready.Release()
	p.seen, p.ready = nil, nil
}

func (p *devicePath) close() {
	p.forget()
	for _, pool := range p.reserve {
		pool.Close()
	}
	p.reserve = nil
	if p.scale != nil {
		p.scale.Close()
	}
	if p.host != nil {
		p.host.sws.Close()
		p.host.pool.Close()
	}
	p.opt.Device.release()
}

// openOnDevice opens the encoder with the first way of rate control that the driver offers.
func (e *Encoder) openOnDevice() error {
	if e.opt.Device == nil {
		return fmt.Errorf("%w: %s needs Options.Device", ErrOptions, e.opt.Codec)
	}
	if e.opt.Device.kind != DeviceKind(e.opt.Codec) {
		return fmt.Errorf("%w: %s needs a device of kind %s, not %s", ErrOptions, e.opt.Codec, DeviceKind(e.opt.Codec), e.opt.Device.kind)
	}
	var err error
	if e.device, err = newDevicePath(&e.opt); err != nil {
		return err
	}
	if err = e.openInSomeWay(); err == nil {
		if err = e.device.setAside(); err != nil {
			e.av.Close()
			e.av = nil
		}
	}
	if err != nil {
		e.device.close()
	}
	return err
}

// openInSomeWay tries the ways of rate control. What libav says of ways that the driver does not offer is logged only when none
// is left: it calls them errors.
func (e *Encoder) openInSomeWay() (err error) {
	var tried []*heldLog
	for _, rate := range e.opt.Device.info.rates(&e.opt) {
		held := new(heldLog)
		cfg := e.opt.onDevice(rate, e.device.frames)
		cfg.Logger = held.logger(cfg.Logger)
		if e.av, err = av.OpenVideoEncoder(cfg); err == nil {
			held.release()
			return nil
		}
		tried = append(tried, held)
		if !noSuchRateControl(err) {
			break
		}
	}
	for _, held := range tried {
		held.release()
	}
	return err
}

// noSuchRateControl recognises libav's words for a driver without the wanted mode.
func noSuchRateControl(err error) bool {
	var e *av.Error
	return errors.As(err, &e) && strings.Contains(e.LastLog, "RC mode")
}
