package validate_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/asticode/go-astits"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/manifest/internal/sample"
)

const videoPID, audioPID = 256, 257

// transport writes a ladder of MPEG-TS with sound inside, whose clock wraps around in the middle. The second rendition's pictures are decoded
// two frames before they are shown, the first one's at once.
func transport(t *testing.T) site {
	t.Helper()
	p := sample.Ladder(manifest.StateEnded, 1, 3)
	sound := p.Tracks[2].Params
	p.Tracks = p.Tracks[:2]
	s := site{}
	for i := range p.Tracks {
		track := &p.Tracks[i]
		track.Container, track.Init, track.MuxedAudio = manifest.ContainerTS, "", &sound
		track.SegmentTemplate, track.Segments = track.ID+"/$Number$.ts", nil
		sample.Fill(track, 1, 3)
		meter := manifest.NewMeter(p.SegmentDuration)
		for k := range track.Segments {
			seg := &track.Segments[k]
			s[seg.URI] = transportSegment(t, seg.Start+1<<33-200_000, track.Params.Width/4, true, int64(i)*6000)
			meter.Add(int64(len(s[seg.URI])), seg.Duration, track.Timescale)
		}
		track.Rate = meter.Rate()
	}
	var err error
	s["x.m3u8"], err = hls.Multivariant(p)
	require.NoError(t, err)
	for i := range p.Tracks {
		s[p.Tracks[i].Playlist], err = hls.Media(p, &p.Tracks[i], hls.MediaOptions{})
		require.NoError(t, err)
	}
	return s
}

func transportSegment(t *testing.T, start int64, size int, key bool, early int64) []byte {
	t.Helper()
	var b bytes.Buffer
	m := astits.NewMuxer(context.Background(), &b)
	require.NoError(t, m.AddElementaryStream(astits.PMTElementaryStream{ElementaryPID: videoPID, StreamType: astits.StreamTypeH264Video}))
	require.NoError(t, m.AddElementaryStream(astits.PMTElementaryStream{ElementaryPID: audioPID, StreamType: astits.StreamTypeAACAudio}))
	m.SetPCRPID(videoPID)
	_, err := m.WriteTables()
	require.NoError(t, err)
	write := func(pid uint16, id uint8, at int64, data []byte, key bool) {
		clock := &astits.ClockReference{Base: at % (1 << 33)}
		times := &astits.PESOptionalHeader{MarkerBits: 2, PTSDTSIndicator: astits.PTSDTSIndicatorOnlyPTS, PTS: clock}
		if pid == videoPID && early > 0 {
			times.PTSDTSIndicator, times.DTS = astits.PTSDTSIndicatorBothPresent, &astits.ClockReference{Base: (at - early) % (1 << 33)}
		}
		_, err := m.WriteData(&astits.MuxerData{
			PID:             pid,
			AdaptationField: &astits.PacketAdaptationField{RandomAccessIndicator: key, HasPCR: true, PCR: clock},
			PES:             &astits.PESData{Data: data, Header: &astits.PESHeader{StreamID: id, OptionalHeader: times}},
		})
		require.NoError(t, err)
	}
	for f := range int64(60) {
		nal := []byte{0, 0, 0, 1, 0x41}
		if f == 0 && key {
			nal[4] = 0x65
		}
		write(videoPID, 0xe0, start+f*3000, append(nal, make([]byte, size)...), f == 0 && key)
		write(audioPID, 0xc0, start+f*3000, make([]byte, 100), true)
	}
	return b.Bytes()
}

func TestTransport(t *testing.T) {
	r := transport(t).check(t, "x.m3u8")
	require.Empty(t, r.Findings)
	require.Equal(t, "video+audio", r.Summary.Tracks[0].Kind)
	require.Equal(t, 3, r.Summary.Tracks[0].Checked)
}

func TestTransportRules(t *testing.T) {
	const base = 1<<33 - 200_000
	for name, c := range map[string]struct {
		mutate func(s site)
		want   []string
	}{
		"no key frame": {func(s site) { s["v0/2.ts"] = transportSegment(t, base+180_000, 320, false, 0) }, []string{"keyframe-start"}},
		"late":         {func(s site) { s["v0/3.ts"] = transportSegment(t, base+400_000, 320, true, 0) }, []string{"pts-continuity"}},
		"no tables":    {func(s site) { s["v0/2.ts"] = withoutTables(s["v0/2.ts"]) }, []string{"ts-tables"}},
		"only a table": {func(s site) { s["v0/2.ts"] = s["v0/2.ts"][:188] }, []string{"media-syntax"}},
		"no sound said": {func(s site) { replace(s, "x.m3u8", ",mp4a.40.2", "") },
			[]string{"codecs-mismatch"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := transport(t)
			c.mutate(s)
			target := "v0/index.m3u8"
			if name == "no sound said" {
				target = "x.m3u8"
				delete(s, "v1/index.m3u8")
			}
			got := rules(s.check(t, target))
			if target == "x.m3u8" {
				require.Equal(t, "file-missing", got[0])
				got = got[1:]
			}
			require.Equal(t, c.want, got)
		})
	}
}

// withoutTables leaves the packets of the elementary streams.
func withoutTables(b []byte) []byte {
	var out []byte
	for ; len(b) >= 188; b = b[188:] {
		if pid := int(b[1]&0x1f)<<8 | int(b[2]); pid == videoPID || pid == audioPID {
			out = append(out, b[:188]...)
		}
	}
	return out
}

// Pictures of a quarter of a megabyte and packets sent twice: what is left out of them must not matter.
func TestLongUnitsOfTransportStreams(t *testing.T) {
	const base = 1<<33 - 200_000
	s := transport(t)
	long := transportSegment(t, base+180_000, 250_000, true, 0)
	s["v0/2.ts"] = nil
	for n := 0; n < len(long); n += 188 {
		packet := long[n:][:188]
		s["v0/2.ts"] = append(s["v0/2.ts"], packet...)
		if n%(188*101) == 0 {
			s["v0/2.ts"] = append(s["v0/2.ts"], packet...)
		}
	}
	require.Equal(t, []string{"peak-to-average"}, rules(s.check(t, "v0/index.m3u8")))
}
