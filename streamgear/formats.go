package streamgear

import (
	"strings"
	"time"

	"github.com/framegear/framegear"
)

// dashTable are options of ffmpeg's dash muxer that StreamGear sets or that its users pass on.
var dashTable = map[string]*attribute{
	"-seg_duration":      {want: "seconds, 0 or more; fractions are fine", take: keep(func(c *converter) **float64 { return &c.dashTime }, 0)},
	"-window_size":       {want: "a number of segments, 0 for all", take: keep(func(c *converter) **float64 { return &c.window }, 0)},
	"-extra_window_size": {want: "a number of segments", take: keep(func(c *converter) **float64 { return &c.extraWindow }, 0)},
	"-remove_at_exit": {want: "0 or 1", take: func(c *converter, v any, _ int) bool {
		b, ok := flag(v)
		c.out.Options.RemoveAtExit = b
		return ok
	}},
	"-ldash":     lowLatency,
	"-streaming": lowLatency,
	"-lhls":      lowLatency,
	"-frag_duration": {want: "seconds, more than 0", take: func(c *converter, v any, _ int) bool {
		f, ok := number(v)
		if ok = ok && f > 0; ok {
			c.partDuration = &f
		}
		return ok
	}},
	"-hls_playlist": {want: "0 or 1", take: func(c *converter, v any, _ int) bool {
		b, ok := flag(v)
		c.hlsPlaylists = b
		return ok
	}},
	"-target_latency": {want: "seconds", take: func(c *converter, v any, _ int) bool {
		f, ok := atLeast(v, 0)
		c.out.Options.TargetLatency = seconds(f)
		return ok
	}},
	"-use_timeline":    {note: "the MPD is Framegear's own; it has a SegmentTimeline where segments differ in length"},
	"-use_template":    {note: "the MPD is Framegear's own; it always has a SegmentTemplate"},
	"-adaptation_sets": {note: "the MPD is Framegear's own; renditions of one codec are one adaptation set, each sound track another"},
	"-frag_type":       {note: "parts follow frames: Options.PartDuration (-frag_duration) is their length"},
	"-utc_timing_url": {want: "the http(s) URL of a clock", take: func(c *converter, v any, _ int) bool {
		s, ok := v.(string)
		if ok = ok && (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")); ok {
			c.out.Options.UTCTiming = s
		}
		return ok
	}},
	"-media_seg_name": segmentNames,
	"-init_seg_name":  segmentNames,
	"-dash_segment_type": {want: "mp4", take: func(_ *converter, v any, _ int) bool {
		return v == "mp4" || v == "auto"
	}},
}

var lowLatency = &attribute{want: "0 or 1", take: func(c *converter, v any, _ int) bool {
	b, ok := flag(v)
	c.out.Options.LowLatency = c.out.Options.LowLatency || b
	return ok
}}

var segmentNames = &attribute{note: "objects are named v0/init.mp4, v0/1.m4s and so on; Options.Name names the manifests"}

// hlsTable are options of ffmpeg's hls muxer that StreamGear sets or that its users pass on.
var hlsTable = map[string]*attribute{
	"-hls_time":      {want: "seconds, 0 or more; fractions are fine", take: keep(func(c *converter) **float64 { return &c.hlsTime }, 0)},
	"-hls_list_size": {want: "a number of segments, 0 for all", take: keep(func(c *converter) **float64 { return &c.listSize }, 0)},
	"-hls_init_time": {note: "all segments are equally long from the first one on: -hls_time is their length"},
	"-hls_segment_type": {want: "mpegts or fmp4; mpegts is taken", take: func(c *converter, v any, _ int) bool {
		kinds := map[any]framegear.Container{"mpegts": framegear.TS, "fmp4": framegear.FMP4}
		k, ok := kinds[v]
		if ok {
			c.container = &k
		}
		return ok
	}},
	"-hls_base_url": {want: "a URL", take: func(c *converter, v any, _ int) bool {
		s, ok := v.(string)
		c.out.Options.BaseURL = s
		return ok
	}},
	"-hls_flags": {want: "flags joined by +", take: func(c *converter, v any, _ int) bool {
		s, ok := v.(string)
		c.hlsFlags(s)
		return ok
	}},
	"-hls_playlist_type": {want: "vod or event", take: func(c *converter, v any, _ int) bool {
		if v == "event" {
			c.warn("-hls_playlist_type: a recording's playlist is an EVENT while it grows and VOD when it is whole")
		}
		return v == "vod" || v == "event"
	}},
	"-hls_segment_filename":     segmentNames,
	"-hls_fmp4_init_filename":   segmentNames,
	"-master_pl_name":           {note: "the multivariant playlist has the output's name, or Options.Name"},
	"-var_stream_map":           {note: "every rendition is a variant, and sound is a rendition group of its own"},
	"-hls_allow_cache":          {note: "the tag is gone from the standard; Stream.Handler sends Cache-Control instead"},
	"-allowed_extensions":       {note: "it is an option for reading playlists, not for writing them"},
	"-hls_key_info_file":        encryption,
	"-hls_enc":                  encryption,
	"-hls_enc_key":              encryption,
	"-hls_enc_key_url":          encryption,
	"-encryption_scheme":        encryption,
	"-encryption_key":           encryption,
	"-hls_delete_threshold":     {want: "a number of segments", take: keep(func(c *converter) **float64 { return &c.extraWindow }, 0)},
	"-hls_start_number_source":  {note: "segments are numbered from 1"},
	"-start_number":             {note: "segments are numbered from 1"},
	"-strftime":                 segmentNames,
	"-hls_segment_options":      {note: "options of the segments' container are taken by their own names"},
	"-hls_ts_options":           {note: "options of the segments' container are taken by their own names"},
	"-format_options":           {note: "options of the segments' container are taken by their own names"},
	"-hls_fmp4_init_resend":     {note: "the initialization segment never changes"},
	"-hls_subtitle_path":        {note: "subtitles are not made"},
	"-cc_stream_map":            {note: "captions inside the picture's stream are not announced"},
	"-master_pl_publish_rate":   {note: "the multivariant playlist is published with each segment"},
	"-master_m3u8_publish_rate": {note: "the multivariant playlist is published with each segment"},
	"-hls_master_name":          {note: "the multivariant playlist has the output's name, or Options.Name"},
	"-hls_vtt_options":          {note: "subtitles are not made"},
	"-single_file":              {note: "every segment is an object of its own"},
	"-single_file_name":         {note: "every segment is an object of its own"},
	"-global_sidx":              {note: "every segment is an object of its own"},
	"-hls_segment_size":         {note: "segments end where their time has come: -hls_time"},
	"-write_prft":               {note: "the capture clock is in the manifests"},
	"-ignore_io_errors":         {note: "objects that cannot be written are tried again (sink.HTTPOptions.Attempts), then the stream ends with an error"},
	"-http_persistent":          {note: "connections are kept open"},
	"-timeout":                  uploads,
	"-method":                   uploads,
	"-http_user_agent":          uploads,
	"-user_agent":               uploads,
	"-headers":                  uploads,
	"-http_opts":                uploads,
}

var encryption = &attribute{want: "nothing: segments are not encrypted", take: func(c *converter, _ any, _ int) bool {
	c.fail("encryption of segments (-hls_enc…, -hls_key_info_file, -encryption_…) is not there, and plain segments would not be what was asked for")
	return true
}}

var uploads = &attribute{note: "objects are PUT; for other requests give Options.Sink a sink.NewHTTP with the sink.HTTPOptions you need"}

// hlsFlags says which of the flags are true here anyway, and which have no meaning.
func (c *converter) hlsFlags(s string) {
	always := map[string]bool{"delete_segments": true, "independent_segments": true, "temp_file": true, "program_date_time": true}
	var idle []string
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == '+' || r == '|' }) {
		if !always[f] {
			idle = append(idle, f)
		}
	}
	if len(idle) > 0 {
		c.warn("-hls_flags: %s have no meaning here: segments begin with key frames, are equally long and are objects of their own",
			strings.Join(idle, ", "))
	}
}

func seconds(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }

// ffmpegTable are options of the ffmpeg program itself, which is not there.
var ffmpegTable = map[string]*attribute{
	"-f": {want: "dash or hls", take: func(c *converter, v any, _ int) bool {
		c.setFormat("-f", v)
		return true
	}},
	"-map":      {note: "the picture and every sound track are taken; Options.Ladder and Options.Audio say which there are"},
	"-movflags": {note: "segments are CMAF fragments, which need no flags: a player starts with the first one"},
	"-vaapi_device": {want: "a device's path such as /dev/dri/renderD128", take: func(c *converter, v any, _ int) bool {
		s, ok := v.(string)
		c.out.Options.HWDevice = s
		return ok
	}},
	"-init_hw_device": hardware, "-hwaccel_output_format": hardware, "-qsv_device": hardware,
	"-filter_hw_device": hardware,
	"-hwaccel":          hardware,
	"-hwaccel_device":   hardware,
	"-re":               {note: "the program decides when it writes frames; the command paces live output by itself"},
	"-ss":               input, "-t": input, "-to": input, "-stream_loop": input, "-thread_queue_size": input, "-itsoffset": input,
	"-sseof": input, "-readrate": input, "-analyzeduration": input, "-probesize": input, "-rtbufsize": input, "-use_wallclock_as_timestamps": input,
	"-autorotate": input, "-noautorotate": input,
	"-frames": {note: "the program decides how many frames it writes (command: --duration)"},
	"-vsync":  constantRate, "-fps_mode": constantRate, "-async": constantRate,
	"-sws_flags":      {note: "how pictures are scaled is chosen by their sizes; -vf scale=…:flags=… makes a scaler of your own"},
	"-filter_complex": {note: "one chain of filters is run: -vf for all renditions, -vf:v:N for one"},
	"-metadata":       metadata, "-map_metadata": metadata, "-map_chapters": metadata, "-disposition": metadata,
	"-shortest": {note: "sound ends with the picture; AudioTrack.Ends says what follows when it is shorter"},
	"-y":        program, "-n": program, "-hide_banner": program, "-loglevel": program, "-v": program, "-nostdin": program,
	"-stats": program, "-nostats": program, "-progress": program, "-report": program, "-benchmark": program, "-copyts": program,
	"-max_muxing_queue_size": program, "-stdin": program, "-xerror": program, "-bitexact": program, "-psnr": program, "-vstats": program,
	"-filter_threads": program, "-stats_period": program, "-start_at_zero": program, "-sn": program, "-dn": program,
	"-force_key_frames": {note: "key frames are at the same instants in all renditions: -gop and -seg_duration or -hls_time say where"},
	"-colorspace":       colours, "-color_range": colours, "-color_primaries": colours, "-color_trc": colours,
	"-qscale": {note: "quality is -crf, or -b with -maxrate and -bufsize"},
	"-pass":   onePass, "-passlogfile": onePass,
	"-bsf":      {note: "bitstream filters are not run"},
	"-tag":      {note: "sample entries are what players want: avc1, hvc1, av01, mp4a"},
	"-muxdelay": exactTimes, "-muxpreload": exactTimes, "-avoid_negative_ts": exactTimes, "-time_base": exactTimes, "-enc_time_base": exactTimes,
	"-vn": {want: "nothing: an output has pictures", take: func(c *converter, _ any, _ int) bool {
		c.fail("-vn: an output of frames has pictures (sound alone is Options.AudioOnly)")
		return true
	}},
}

var (
	input        = &attribute{note: "it is an option for ffmpeg's input; open the source with framegear.OpenInput, or cut where the frames come from"}
	constantRate = &attribute{note: "the output's rate is constant; Options.Clock says where a frame's instant comes from"}
	program      = &attribute{note: "it is for the ffmpeg program, which is not used; what is logged is Options.Logger"}
	colours      = &attribute{note: "pictures are converted to what Options.Color says and tagged so; by default BT.709 from 720 lines up, BT.601 below"}
	onePass      = &attribute{note: "frames are gone once they are written, so there is one pass; -b with -maxrate and -bufsize bounds the bit rate"}
	exactTimes   = &attribute{note: "segments begin at exact times, and nothing has to be shifted"}
	metadata     = &attribute{note: "manifests carry no such metadata; AudioTrack has Language, Label and Default"}
	hardware     = &attribute{note: "the device is found by the encoder itself (see framegear probe)"}
)
