package validate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/asticode/go-astits"

	"github.com/framegear/framegear/internal/media"
)

// transportTimebase is MPEG-TS's clock.
var transportTimebase = media.Timebase{Num: 1, Den: 90_000}

// stream is what was seen of one elementary stream in one segment.
type stream struct {
	kind        string
	codec       astits.StreamType
	first, last int64 // decoding times
	shown       int64
	frames      int
	key         bool
	picture     picture // zero when not known
}

// readTS reads an MPEG-TS segment: the tables at its start, the times of its streams, whether the video starts with a key frame.
func (c *checker) readTS(t *track, i int, b []byte) {
	s := &t.segments[i]
	streams, err := demux(c.ctx, b)
	if err != nil {
		c.add(ruleParse, t.name, s.url, "cannot be read: %v", err)
		return
	}
	main := pick(streams)
	if main == nil {
		c.add(ruleTSTables, t.name, s.url, "has no PAT and PMT before its media, or no stream with timestamps")
		return
	}
	if t.init == nil {
		t.init = &initFacts{kind: kinds(streams), timescale: transportTimebase.Den}
		t.init.width, t.init.height, t.init.aspect = main.picture.width, main.picture.height, main.picture.aspect
		c.transportCodecs(t, s, streams)
	}
	frame := int64(0)
	if main.frames > 1 {
		frame = (main.last - main.first) / int64(main.frames-1)
	}
	// There is no edit list that takes away how much earlier pictures are decoded than shown, which may differ between renditions: a
	// segment is where its first picture is shown (RFC 8216 section 6.2.4: matching content has matching timestamps).
	t.facts[i] = facts{
		ok: true, tb: transportTimebase, start: main.shown, end: main.shown + main.last - main.first + frame, shown: main.shown,
		frames: main.frames, bytes: int64(len(b)), frame: frame, shortest: frame, key: main.key || main.kind != "video",
	}
}

// demux lists the streams of a segment by the order of its PMT. astits keeps a PES in memory until it is complete.
func demux(ctx context.Context, b []byte) (out []*stream, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("packets cannot be read: %v", r)
		}
	}()
	d := astits.NewDemuxer(ctx, bytes.NewReader(b), astits.DemuxerOptPacketSkipper(beginnings{}.skip))
	byPID := map[uint16]*stream{}
	for {
		data, err := d.NextData()
		if errors.Is(err, astits.ErrNoMorePackets) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case data.PMT != nil:
			for _, es := range data.PMT.ElementaryStreams {
				if byPID[es.ElementaryPID] == nil {
					st := &stream{kind: streamKind(es.StreamType), codec: es.StreamType}
					byPID[es.ElementaryPID] = st
					out = append(out, st)
				}
			}
		case data.PES != nil && byPID[data.PID] != nil:
			byPID[data.PID].add(data)
		}
	}
}

// mostPackets holds the longest PES packet that has a length (65541 bytes), and of the others as much as anybody looks at here. astits takes
// quadratic time for what is longer.
const mostPackets = 400

// beginnings leaves out what comes late in a unit of payload. By PID.
type beginnings map[uint16]*beginning

type beginning struct {
	taken          int
	counter, given uint8
}

// skip is called with every packet. What is left is numbered anew, since astits throws away units with gaps.
func (m beginnings) skip(p *astits.Packet) bool {
	h := &p.Header
	u := m[h.PID]
	if u == nil {
		u = &beginning{counter: h.ContinuityCounter + 1}
		m[h.PID] = u
	}
	if !h.HasPayload || h.ContinuityCounter == u.counter { // the second is a repeated packet (ISO/IEC 13818-1 section 2.4.3.3)
		return true
	}
	u.counter = h.ContinuityCounter
	if h.PayloadUnitStartIndicator {
		u.taken = 0
	}
	if u.taken >= mostPackets {
		return true
	}
	u.taken++
	u.given = (u.given + 1) & 0x0f
	h.ContinuityCounter = u.given
	return false
}

func streamKind(t astits.StreamType) string {
	switch {
	case t.IsVideo():
		return "video"
	case t.IsAudio():
		return "audio"
	}
	return "other"
}

func (s *stream) add(data *astits.DemuxerData) {
	if data.PES.Header == nil || data.PES.Header.OptionalHeader == nil || data.PES.Header.OptionalHeader.PTS == nil {
		return
	}
	h := data.PES.Header.OptionalHeader
	decoded := h.PTS.Base
	if h.DTS != nil {
		decoded = h.DTS.Base
	}
	if s.frames == 0 {
		s.first, s.shown = decoded, h.PTS.Base
		af := data.FirstPacket.AdaptationField
		s.key = (af != nil && af.RandomAccessIndicator) || hasIDR(s.codec, data.PES.Data)
		s.picture = transportPicture(s.codec, data.PES.Data)
	} else {
		decoded = unwrap(decoded, s.last)
		// Leading pictures of an open GOP follow the key picture and are shown before it.
		s.shown = min(s.shown, unwrap(h.PTS.Base, s.shown))
	}
	s.last = decoded
	s.frames++
}

// unwrap continues a 33-bit clock beyond its end.
func unwrap(ticks, near int64) int64 {
	const turn = 1 << 33
	return ticks + int64(math.Round(float64(near-ticks)/turn))*turn
}

// hasIDR looks for a key picture in an Annex B access unit.
func hasIDR(codec astits.StreamType, data []byte) bool {
	for {
		i := bytes.Index(data, []byte{0, 0, 1})
		if i < 0 || i+3 >= len(data) {
			return false
		}
		data = data[i+3:]
		switch codec {
		case astits.StreamTypeH264Video:
			if data[0]&0x1f == 5 {
				return true
			}
		case astits.StreamTypeH265Video:
			if kind := data[0] >> 1 & 0x3f; kind >= 16 && kind <= 21 {
				return true
			}
		}
	}
}

// pick returns the stream that segments are cut by: the video, else the first one with samples.
func pick(streams []*stream) *stream {
	var first *stream
	for _, s := range streams {
		if s.frames == 0 {
			continue
		}
		if s.kind == "video" {
			return s
		}
		if first == nil {
			first = s
		}
	}
	return first
}

func kinds(streams []*stream) string {
	video, audio := false, false
	for _, s := range streams {
		video, audio = video || s.kind == "video", audio || s.kind == "audio"
	}
	switch {
	case video && audio:
		return "video+audio"
	case video:
		return "video"
	case audio:
		return "audio"
	}
	return "other"
}

// transportPrefix are the codec strings' first parts by stream type: MPEG-TS tells no more without decoding.
var transportPrefix = map[astits.StreamType]string{
	astits.StreamTypeH264Video: "avc", astits.StreamTypeH265Video: "h", astits.StreamTypeAACAudio: "mp4a",
	astits.StreamTypeMPEG1Audio: "mp4a", astits.StreamTypeAC3Audio: "ac-3", astits.StreamTypeEAC3Audio: "ec-3",
}

func (c *checker) transportCodecs(t *track, s *segment, streams []*stream) {
	if len(t.codecs) == 0 {
		return
	}
	for _, st := range streams {
		prefix := transportPrefix[st.codec]
		if prefix != "" && !anyPrefix(t.codecs, prefix) {
			c.add(ruleCodecs, t.name, s.url, "has %s, the manifest says %v", st.codec, t.codecs)
		}
	}
}
