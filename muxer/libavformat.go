package muxer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/framegear/framegear/internal/av"
)

// segmenter drives libavformat's dash or hls muxer.
type segmenter struct {
	m     *Muxer
	files *files
	av    *av.Muxer
}

// newDASH returns the writer for fMP4 segments: libavformat's dash muxer with one stream.
//
// The inner mp4 muxer makes CMAF fragments. Reordered pictures and a sound encoder's priming are signalled with an edit list
// (ISO/IEC 14496-12 section 8.6.6) and not with signed composition offsets: readers built on libav add the reordering delay to
// the latter and play the picture late against the sound. Timestamps are not shifted: a shift by the encoder's delay
// would differ between renditions.
func newDASH(ctx context.Context, m *Muxer) (writer, error) {
	if err := av.CheckMuxerOptions("mp4", m.opt.Extra); err != nil {
		return nil, err
	}
	inner := map[string]string{
		"movflags": "+cmaf+skip_sidx", "use_editlist": "1",
		"video_track_timescale": fmt.Sprint(m.opt.Timescales[0]),
	}
	if m.opt.Continues {
		// Without it movenc counts from the first packet on, and with an edit list it puts the time before that into it.
		inner["movflags"], inner["use_editlist"] = "+cmaf+skip_sidx+frag_discont", "0"
	}
	maps.Copy(inner, m.opt.Extra)
	return newSegmenter(ctx, m, "dash", map[string]string{
		"seg_duration": fmt.Sprintf("%dus", m.opt.micros()), "use_template": "1", "use_timeline": "0",
		"dash_segment_type": "mp4", "init_seg_name": "init.mp4", "media_seg_name": "segment-$Number$.m4s",
		// A short window keeps the muxer's own list of segments from growing; nothing is deleted by it.
		"window_size": "2", "extra_window_size": "0", "update_period": "3600",
		"format_options": joinOptions(inner), "avoid_negative_ts": "disabled",
	})
}

// newHLS returns the writer for MPEG-TS segments: libavformat's hls muxer with one variant.
func newHLS(ctx context.Context, m *Muxer) (writer, error) {
	if err := av.CheckMuxerOptions("mpegts", m.opt.Extra); err != nil {
		return nil, err
	}
	options := map[string]string{
		"hls_time": fmt.Sprintf("%dus", m.opt.micros()), "hls_list_size": "2", "hls_segment_type": "mpegts",
		"hls_segment_filename": fakeURL + "segment-%d.ts", "method": "PUT", "avoid_negative_ts": "disabled",
		// Decoding times come before zero where pictures are reordered, and MPEG-TS has no negative times: every track is moved by
		// the same amount, so that variants stay aligned.
		"output_ts_offset": "1.4",
		// Packets come interleaved and complete; waiting for the other stream would only add delay.
		"max_interleave_delta": "0", "flush_packets": "0",
	}
	if len(m.opt.Extra) > 0 {
		options["hls_segment_options"] = joinOptions(m.opt.Extra)
	}
	return newSegmenter(ctx, m, "hls", options)
}

func newSegmenter(ctx context.Context, m *Muxer, format string, options map[string]string) (writer, error) {
	s := &segmenter{m: m, files: &files{ctx: ctx, m: m}}
	var err error
	s.av, err = av.OpenMuxer(av.MuxerConfig{
		Format: format, URL: fakeURL + "manifest", Options: options, Streams: m.opt.Streams, Timescales: m.opt.Timescales,
		Opener: s.files, Logger: withoutFakes(m.opt.Logger),
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *segmenter) write(p *Packet, stream int, cut bool) error {
	if cut {
		s.files.seal(s.m.next(p.PTS()))
	}
	s.m.track.count(p, stream)
	if err := s.av.Write(p, stream); err != nil {
		return err
	}
	return s.files.report()
}

func (s *segmenter) finish() error {
	s.files.seal(s.m.track.current)
	if err := s.av.Finish(); err != nil {
		return err
	}
	return s.files.report()
}

func (s *segmenter) close() { s.av.Close() }

// joinOptions writes options the way libav reads a dictionary inside a string.
func joinOptions(m map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		v := strings.NewReplacer(`\`, `\\`, `:`, `\:`, `'`, `\'`).Replace(m[k])
		parts = append(parts, k+"="+v)
	}
	return strings.Join(parts, ":")
}
