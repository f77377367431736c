package framegear

import (
	"errors"
	"fmt"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/scaler"
)

// pictureEncoder is what a rendition encodes with: software, or a device with software behind it.
type pictureEncoder interface {
	Encode(pic *scaler.Picture, pts, duration int64, key bool, emit func(*encoder.Packet) error) error
	Flush(emit func(*encoder.Packet) error) error
	Close()
}

// failover encodes on a device and goes on in software when that fails. Nothing is lost: the pictures that are still inside the device's
// encoder are encoded again, beginning with a key frame, so that numbers, times and the initialization segment stay as they are.
type failover struct {
	r     *rendition
	from  scaler.Spec // of the pictures that come in
	hw    *encoder.Guarded
	soft  encoder.Options // of the software; without a codec nothing can go on
	sw    *encoder.Encoder
	scale *scaler.Branch // for the software

	inside []pictureInside // the device's encoder, oldest first
	newest int64           // PTS that came out
	out    func(*encoder.Packet) error
	came   func(*encoder.Packet) error // bound once
}

// pictureInside is a picture whose packet has not come out.
type pictureInside struct {
	pic           *scaler.Picture
	pts, duration int64
	key           bool
}

// openEncoder sets enc and params.
func (r *rendition) openEncoder(opt encoder.Options, from scaler.Spec) error {
	if r.hardware() {
		return r.openHardware(opt, from)
	}
	e, err := encoder.New(opt)
	switch {
	case errors.Is(err, encoder.ErrOptions):
		return fmt.Errorf("%w: %s: %w", ErrLadder, r.rung, err)
	case err != nil:
		return r.fault("encoder", err)
	}
	r.enc = e
	if r.params, err = e.Parameters(); err != nil {
		return r.fault("encoder", err)
	}
	return nil
}

func (r *rendition) openHardware(opt encoder.Options, from scaler.Spec) error {
	s := r.p.s
	opt.Device, opt.SourceWidth, opt.SourceHeight = s.hw.dev, from.Width, from.Height
	f := &failover{r: r, from: from, newest: -1 << 63}
	f.came = f.cameOut
	r.enc = f
	var err error
	if f.hw, err = encoder.NewGuarded(opt, s.opt.HWTimeout); err != nil {
		f.hw = nil
		return f.openWithout(opt, err)
	}
	if r.params, err = f.hw.Parameters(); err != nil {
		return r.fault("encoder", err)
	}
	if s.opt.HW == HWRequire {
		return nil
	}
	soft, both, ok, err := encoder.Standby(opt, r.params)
	switch {
	case err != nil: // no reason to do without a device that works
		s.warn(fmt.Sprintf("%s: no software could go on for %s: %v", r.rung, r.Codec, err))
	case ok:
		r.params.Close()
		r.params, f.soft = both, soft
	}
	return nil
}

// openWithout begins in software when the device does not take one more encoder.
func (f *failover) openWithout(opt encoder.Options, why error) error {
	soft, ok := encoder.InSoftware(opt)
	if f.r.p.s.opt.HW == HWRequire || !ok || !errors.Is(why, ErrHardware) {
		return f.r.fault("encoder", why)
	}
	f.soft = soft
	if err := f.openSoftware(); err != nil {
		return err
	}
	f.announce(why)
	var err error
	if f.r.params, err = f.sw.Parameters(); err != nil {
		return f.r.fault("encoder", err)
	}
	return nil
}

func (f *failover) openSoftware() error {
	to := scaler.Spec{Width: f.r.Width, Height: f.r.Height, Layout: f.soft.Layout, Color: f.r.color}
	var err error
	if f.scale, err = scaler.NewBranch(f.from, to); err != nil {
		f.scale = nil
		return f.r.fault("scaler", err)
	}
	if f.sw, err = encoder.New(f.soft); err != nil {
		f.sw = nil
		return f.r.fault("encoder", err)
	}
	return nil
}

func (f *failover) announce(why error) {
	f.r.p.s.softwareInstead(EncoderInfo{Rendition: f.r.rung.String(), From: f.r.Codec, To: f.soft.Codec, Reason: reason(why)})
}

// Encode implements pictureEncoder.
func (f *failover) Encode(pic *scaler.Picture, pts, duration int64, key bool, emit func(*encoder.Packet) error) error {
	if f.sw != nil {
		return f.inSoftware(pictureInside{pic, pts, duration, key}, emit)
	}
	f.out = emit
	f.inside = append(f.inside, pictureInside{pic.Retain(), pts, duration, key})
	return f.survive(f.hw.Encode(pic, pts, duration, key, f.came), emit)
}

// Flush implements pictureEncoder.
func (f *failover) Flush(emit func(*encoder.Packet) error) error {
	if f.sw == nil {
		f.out = emit
		if err := f.survive(f.hw.Flush(f.came), emit); err != nil || f.sw == nil {
			return err
		}
	}
	return f.sw.Flush(emit)
}

// cameOut forgets the picture whose packet came out.
func (f *failover) cameOut(p *encoder.Packet) error {
	for i := range f.inside {
		if f.inside[i].pts == p.PTS() {
			f.inside[i].pic.Release()
			f.inside = append(f.inside[:i], f.inside[i+1:]...)
			break
		}
	}
	f.newest = max(f.newest, p.PTS())
	return f.out(p)
}

// survive goes on in software after an error of the device.
func (f *failover) survive(err error, emit func(*encoder.Packet) error) error {
	if err == nil || !errors.Is(err, ErrHardware) || f.soft.Codec == "" || f.r.p.abort.Load() {
		return err
	}
	f.announce(err)
	f.closeHardware()
	if err := f.openSoftware(); err != nil {
		return err
	}
	first := true
	for _, in := range f.inside {
		if in.pts <= f.newest {
			continue // a B-frame whose successor is out already
		}
		in.key = in.key || first
		first = false
		if err := f.inSoftware(in, emit); err != nil {
			return err
		}
	}
	f.forget()
	return nil
}

func (f *failover) inSoftware(in pictureInside, emit func(*encoder.Packet) error) error {
	pic, err := f.scale.Scale(in.pic)
	if err != nil {
		return f.r.fault("scaler", err)
	}
	defer pic.Release()
	return f.sw.Encode(pic, in.pts, in.duration, in.key, emit)
}

func (f *failover) forget() {
	for _, in := range f.inside {
		in.pic.Release()
	}
	f.inside = f.inside[:0]
}

func (f *failover) closeHardware() {
	if f.hw == nil {
		return
	}
	if err := f.hw.Close(); err != nil {
		f.r.p.s.opt.Logger.Warn("a call into the driver was given up", "rendition", f.r.rung.String(), "err", err)
	}
	f.hw = nil
}

// Close implements pictureEncoder.
func (f *failover) Close() {
	f.forget()
	f.closeHardware()
	if f.sw != nil {
		f.sw.Close()
	}
	if f.scale != nil {
		f.scale.Close()
	}
}
