package e2e_test

import "fmt"

// odd is an input that ffmpeg makes by formula: a picture that is white, and a tone, from 0.4 to 0.5 of every second.
type odd struct {
	name   string // its ending is the container
	rate   string // pictures per second, as ffmpeg reads it; zero value "25"
	size   string // zero value "96x64"
	video  string // arguments of the encoder
	audio  string // the same for sound; "-" is none
	source string // what the sound is made of, zero value oddTone
	then   string // further arguments of the output
	before string // arguments before the pictures, such as -itsoffset
	beside string // the same for the sound
	copied string // arguments of a second run that copies the first one's output
	uneven bool   // pictures have no constant rate: they are not counted
}

const (
	oddTone  = "aevalsrc=0.5*sin(2000*PI*t)*between(mod(t\\,1)\\,0.4\\,0.5):s=48000:d=2.6"
	oddFlash = "color=black:s=%s:r=%s:d=2.6,drawbox=c=white:t=fill:enable=between(mod(t+0.001\\,1)\\,0.4\\,0.499)"
	avc      = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25"
	avcB     = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 25 -bf 3"
	hevc     = "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -tag:v hvc1 -x265-params log-level=error:keyint=25"
	aac      = "-c:a aac"
	none     = "-"
)

func toneAt(rate int, layout string) string {
	return fmt.Sprintf("aevalsrc=0.5*sin(2000*PI*t)*between(mod(t\\,1)\\,0.4\\,0.5):s=%d:d=2.6,aformat=channel_layouts=%s", rate, layout)
}

// odds are containers by codecs, forms of time, of sound and of pictures.
func odds() (all []odd) {
	all = append(all, containers()...)
	all = append(all, times()...)
	all = append(all, sounds()...)
	return append(all, pictures()...)
}

func containers() []odd {
	return []odd{
		{name: "avc.mp4", video: avc, audio: aac},
		{name: "avc.mkv", video: avc, audio: aac},
		{name: "avc.mov", video: avc, audio: aac},
		{name: "avc.ts", video: avc, audio: aac},
		{name: "avc.m2ts", video: avc, audio: "-c:a ac3"},
		{name: "avc.flv", video: avc, audio: aac},
		{name: "avc.avi", video: avc, audio: "-c:a libmp3lame", uneven: true},
		{name: "avc.nut", video: avc, audio: "-c:a libvorbis"},
		{name: "fragments.mp4", video: avc, audio: aac, then: "-movflags frag_keyframe+empty_moov", uneven: true},
		{name: "front.mp4", video: avc, audio: aac, then: "-movflags faststart"},
		{name: "live.mkv", video: avc, audio: aac, then: "-live 1"},
		{name: "hevc.mp4", video: hevc, audio: aac},
		{name: "hevc.mkv", video: hevc, audio: "-c:a libopus"},
		{name: "hevc.ts", video: hevc, audio: aac},
		{name: "vp8.webm", video: "-c:v libvpx -deadline realtime -cpu-used 8", audio: "-c:a libvorbis"},
		{name: "vp9.webm", video: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8", audio: "-c:a libopus"},
		{name: "vp9.mp4", video: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8", audio: "-c:a libopus"},
		{name: "theora.ogg", video: "-c:v libtheora", audio: "-c:a libvorbis", uneven: true}, // repeats are empty packets
		{name: "mpeg4.avi", video: "-c:v mpeg4", audio: "-c:a libmp3lame", uneven: true},
		{name: "mpeg4.mp4", video: "-c:v mpeg4 -bf 2", audio: "-c:a libmp3lame"},
		{name: "mpeg1.mpg", video: "-c:v mpeg1video", audio: "-c:a mp2"},
		{name: "mpeg2.mpg", video: "-c:v mpeg2video -bf 2", audio: "-c:a mp2"},
		{name: "mpeg2.ts", video: "-c:v mpeg2video", audio: "-c:a mp2"},
		{name: "wmv2.asf", video: "-c:v wmv2", audio: "-c:a wmav2"},
		{name: "flv1.flv", video: "-c:v flv", audio: "-c:a libmp3lame -ar 44100"},
		{name: "mjpeg.avi", video: "-c:v mjpeg -pix_fmt yuvj420p", audio: "-c:a pcm_s16le"},
		{name: "mjpeg.mov", video: "-c:v mjpeg -pix_fmt yuvj422p", audio: "-c:a pcm_s16be"},
		{name: "prores.mov", video: "-c:v prores", audio: "-c:a pcm_s24le"},
		{name: "ffv1.mkv", video: "-c:v ffv1", audio: "-c:a flac"},
		{name: "raw.avi", video: "-c:v rawvideo -pix_fmt bgr24", audio: "-c:a pcm_s16le"},
		{name: "raw.nut", video: "-c:v rawvideo -pix_fmt yuv420p", audio: "-c:a pcm_f32le"},
		{name: "png.mov", video: "-c:v png", audio: "-c:a pcm_s16le"},
		{name: "h263.3gp", size: "128x96", video: "-c:v h263", audio: aac},
		{name: "plain.y4m", video: "-pix_fmt yuv420p", audio: none},
		{name: "moves.gif", rate: "10", video: "-c:v gif", audio: none},
		{name: "moves.apng", rate: "10", video: "-c:v apng", audio: none},
	}
}

func times() []odd {
	return []odd{
		{name: "from5.ts", video: avc, audio: aac, then: "-output_ts_offset 5"},
		{name: "wraps.ts", video: avc, audio: aac, then: "-output_ts_offset 95442.4"},
		{name: "from10.mkv", video: avc, audio: aac, then: "-output_ts_offset 10"},
		{name: "from10.nut", video: avc, audio: aac, then: "-output_ts_offset 10"},
		{name: "reordered.mp4", video: avcB, audio: aac},
		{name: "reordered.mkv", video: avcB, audio: aac},
		{name: "reordered.ts", video: avcB, audio: aac},
		{name: "reordered.flv", video: avcB, audio: aac},
		{name: "pyramid.mp4", video: avcB + " -x264-params b-pyramid=normal:bframes=5", audio: aac},
		{name: "open.mp4", video: avcB + " -x264-params open-gop=1", audio: aac},
		{name: "open.ts", video: hevc + ":open-gop=1:bframes=3", audio: aac},
		{name: "one-gop.mp4", video: avc + " -g 1000", audio: aac},
		{name: "all-key.mp4", video: avc + " -g 1", audio: aac},
		{name: "dropped.mp4", video: avc + " -vf select=gt(mod(n\\,7)\\,1) -fps_mode vfr", audio: aac, uneven: true},
		{name: "dropped.mkv", video: avcB + " -vf select=gt(mod(n\\,5)\\,0) -fps_mode vfr", audio: aac, uneven: true},
		{name: "shaking.webm", video: "-vf settb=1/1000,setpts=PTS+(random(0)-0.5)*8 -fps_mode passthrough -enc_time_base:v 1/1000 -c:v libvpx -deadline realtime -cpu-used 8",
			audio: "-c:a libopus", rate: "30", uneven: true},
		{name: "stands.mp4", video: avc + " -vf select=lt(t\\,0.6)+gt(t\\,1.3) -fps_mode vfr", audio: aac, uneven: true},
		{name: "trimmed.mp4", video: avcB + " -g 50", audio: aac, copied: "-ss 0.3", uneven: true},
		{name: "trimmed.mkv", video: avc, audio: aac, copied: "-ss 1.1", uneven: true},
		{name: "late.mp4", video: avc, audio: aac, beside: "-itsoffset 0.7"},
		{name: "late.ts", video: avc, audio: aac, beside: "-itsoffset 0.7"},
		{name: "late.mkv", video: avc, audio: aac, beside: "-itsoffset 0.7"},
		{name: "early.mp4", video: avc, audio: aac, before: "-itsoffset 0.7", uneven: true},
		{name: "early.ts", video: avc, audio: aac, before: "-itsoffset 0.7", uneven: true},
		{name: "early.mkv", video: avc, audio: aac, before: "-itsoffset 0.7", uneven: true},
		{name: "ntsc-film.mp4", rate: "24000/1001", video: avc, audio: aac},
		{name: "ntsc.mkv", rate: "30000/1001", video: avcB, audio: aac},
		{name: "ntsc.webm", rate: "30000/1001", video: "-c:v libvpx -deadline realtime -cpu-used 8", audio: "-c:a libopus"},
		{name: "ntsc.ts", rate: "60000/1001", video: avc, audio: aac},
		{name: "5.mp4", rate: "5", video: avc, audio: aac},
		{name: "12.mkv", rate: "12", video: avc, audio: aac},
		{name: "15.flv", rate: "15", video: avc, audio: aac},
		{name: "24.mp4", rate: "24", video: avc, audio: aac},
		{name: "48.mkv", rate: "48", video: avc, audio: aac},
		{name: "50.ts", rate: "50", video: avc, audio: aac},
		{name: "60.mp4", rate: "60", video: avc, audio: aac},
		{name: "120.mp4", rate: "120", video: avc, audio: aac},
		{name: "240.mkv", rate: "240", video: avc, audio: aac},
	}
}

func sounds() []odd {
	return []odd{
		{name: "none.mp4", video: avc, audio: none},
		{name: "none.ts", video: avc, audio: none},
		{name: "mono.mp4", video: avc, audio: aac, source: toneAt(44100, "mono")},
		{name: "stereo.mkv", video: avc, audio: "-c:a libopus", source: toneAt(48000, "stereo")},
		{name: "six.mp4", video: avc, audio: "-c:a ac3", source: toneAt(48000, "5.1")},
		{name: "six.mkv", video: avc, audio: "-c:a flac", source: toneAt(48000, "5.1")},
		{name: "8k.mkv", video: avc, audio: "-c:a pcm_s16le", source: toneAt(8000, "mono")},
		{name: "8k.avi", video: avc, audio: "-c:a pcm_mulaw", source: toneAt(8000, "mono")},
		{name: "22k.mp4", video: avc, audio: aac, source: toneAt(22050, "mono")},
		{name: "32k.ts", video: avc, audio: "-c:a mp2", source: toneAt(32000, "stereo")},
		{name: "96k.mkv", video: avc, audio: "-c:a flac", source: toneAt(96000, "stereo")},
		{name: "24bit.mkv", video: avc, audio: "-c:a pcm_s24le"},
		{name: "float.mkv", video: avc, audio: "-c:a pcm_f32le"},
		{name: "eac3.ts", video: avc, audio: "-c:a eac3"},
		{name: "alac.mp4", video: avc, audio: "-c:a alac"},
		{name: "dts.mkv", video: avc, audio: "-c:a dca -strict -2"},
		{name: "short.mp4", video: avc, audio: aac + " -af atrim=0:1.6"},
		{name: "short.ts", video: avc, audio: aac + " -af atrim=0:1.6"},
		{name: "long.mp4", video: avc + " -vf trim=0:1.6", audio: aac, uneven: true},
		{name: "long.mkv", video: avc + " -vf trim=0:1.6", audio: aac, uneven: true},
	}
}

func pictures() []odd {
	return []odd{
		{name: "odd.mkv", size: "97x65", video: "-c:v ffv1 -pix_fmt yuv444p", audio: aac},
		{name: "narrow.mp4", size: "16x120", video: avc, audio: aac},
		{name: "flat.mp4", size: "160x16", video: avc, audio: aac},
		{name: "turned.mp4", video: avc, audio: aac, copied: "-metadata:s:v rotate=90"},
		{name: "oblong.mp4", video: avc + " -aspect 16:9", audio: aac},
		{name: "fields.ts", video: "-c:v mpeg2video -flags +ilme+ildct -top 1", audio: "-c:a mp2"},
		{name: "10bit.mp4", video: "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -tag:v hvc1 -x265-params log-level=error", audio: aac},
		{name: "422.mkv", video: "-c:v libx264 -preset ultrafast -pix_fmt yuv422p", audio: aac},
		{name: "444.mp4", video: "-c:v libx264 -preset ultrafast -pix_fmt yuv444p", audio: aac},
		{name: "gray.mkv", video: "-c:v ffv1 -pix_fmt gray", audio: aac},
		{name: "rgba.mov", video: "-c:v png -pix_fmt rgba", audio: "-c:a pcm_s16le"},
		{name: "full.mp4", video: avc + " -color_range pc", audio: aac},
	}
}
