package framegear

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// maxBeside is how long pictures wait for the sound that belongs to them. Streams have the one up to a second before the other.
const maxBeside = time.Second

// inputSound reads sound beside pictures: packets of pictures wait until the sound of their time was there, or for long enough.
type inputSound struct {
	stream         av.InputStream
	dec            *av.Decoder
	res            *av.Resampler
	samples        *av.Samples
	rate, channels int

	pictures []*av.Packet
	free     []*av.Packet
	blocks   []Samples // not written yet
	pcm      []float32
	heard    time.Duration // where the sound ends that was read
	over     bool
}

// openInputSound takes the stream over, whether it can be decoded or not.
func openInputSound(in *Input, st av.InputStream) (*inputSound, error) {
	q := &inputSound{stream: st, rate: st.Params.SampleRate, channels: min(st.Params.Channels, media.MaxChannels), heard: -1 << 62}
	var err error
	if q.dec, err = av.OpenDecoder(st, 1, in.logger); err == nil {
		q.samples, err = av.NewSamples()
	}
	if err != nil {
		q.close()
		return nil, err
	}
	q.res = av.NewResampler(q.rate, q.channels, false)
	return q, nil
}

// ready reports whether the first picture need not wait any longer.
func (q *inputSound) ready(tb Timebase) bool {
	n := len(q.pictures)
	if n == 0 || q.over {
		return q.over
	}
	first, last := tb.Duration(q.pictures[0].DTS()), tb.Duration(q.pictures[n-1].DTS())
	return first <= q.heard || last-first >= maxBeside
}

// keep takes a picture's packet.
func (q *inputSound) keep(p *av.Packet) (err error) {
	var own *av.Packet
	if n := len(q.free); n > 0 {
		own, q.free = q.free[n-1], q.free[:n-1]
	} else if own, err = av.NewPacket(); err != nil {
		return err
	}
	own.Take(p)
	q.pictures = append(q.pictures, own)
	return nil
}

// next gives the first picture's packet, which is taken from at once.
func (q *inputSound) next() *av.Packet {
	p := q.pictures[0]
	q.pictures = q.pictures[:copy(q.pictures, q.pictures[1:])]
	q.free = append(q.free, p)
	return p
}

// decode adds what comes out of a packet. One that cannot be decoded costs its samples, not the stream.
func (q *inputSound) decode(p *av.Packet, tb Timebase) {
	if q.dec.Send(p) != nil {
		return
	}
	for q.dec.Samples(q.samples) == nil {
		at, known := q.samples.PTS()
		pcm, err := q.res.Convert(q.pcm[:0], q.samples)
		q.pcm = pcm
		if !known || err != nil || len(pcm) == 0 {
			continue
		}
		b := Samples{Format: F32, Rate: q.rate, Channels: q.channels, PTS: q.stream.Timebase.Rescale(at, tb)}
		for _, v := range pcm {
			b.Planes[0] = binary.NativeEndian.AppendUint32(b.Planes[0], math.Float32bits(v))
		}
		q.blocks = append(q.blocks, b)
		q.heard = q.stream.Timebase.Duration(at) + time.Duration(q.samples.Count())*time.Second/time.Duration(q.samples.Rate())
	}
}

// taken forgets the blocks.
func (q *inputSound) taken() {
	clear(q.blocks)
	q.blocks = q.blocks[:0]
}

func (q *inputSound) close() {
	if q.dec != nil {
		q.dec.Close()
	}
	if q.res != nil {
		q.res.Close()
	}
	q.samples.Close()
	q.stream.Params.Close()
	for _, p := range append(q.pictures, q.free...) {
		p.Close()
	}
	q.pictures, q.free = nil, nil
}
