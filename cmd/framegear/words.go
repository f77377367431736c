package main

import (
	"regexp"
	"strings"
)

// flagWords are the flags of what the library calls by the names of its Options; values come with the flag that takes them.
var flagWords = map[string]string{
	"FrameRate": "--fps", "Clock": "--clock", "MaxGap": "--max-gap", "Stall": "--stall", "AutoLadder": "--ladder auto", "Ladder": "--rung",
	"Upscale": "--upscale", "Codec": "--encoder", "Preset": "--preset", "Tune": "--tune", "Profile": "--profile", "CRF": "--crf",
	"BFrames": "--bframes", "Extra": "--option", "HWDevice": "--hw-device", "HWTimeout": "--hw-timeout", "HW": "--hw",
	"Filter": "--filter", "Aspect": "--aspect", "Format": "--format", "Container": "--container", "SegmentDuration": "--segment",
	"KeyInterval": "--gop", "Live": "--live", "LowLatency": "--low-latency", "PartDuration": "--part", "Window": "--window",
	"ExtraWindow": "--extra-window", "RemoveAtExit": "--remove-at-exit", "TargetLatency": "--target-latency", "UTCTiming": "--utc-timing",
	"BurnClock": "--burn-clock", "Name": "--name", "ClearPrevious": "--clear", "Rescale": "--rescale", "RescaleMode": "--rescale-mode", "Overload": "--overload",
	"EveryPixel": "--every-pixel", "Audio": "--audio", "Outage": "--outage", "Backlog": "--backlog", "BacklogBytes": "--backlog-bytes",

	"WindowAll": "all", "ClockWall": "--clock wall", "ClockPTS": "--clock pts", "ClockCount": "--clock count",
	"KeepLadder": "--overload keep-ladder", "GiveUpTop": "--overload give-up-top", "RepeatLast": "--stall repeat", "LeaveGap": "--stall gap",
}

// goWord is a word that stands alone in a sentence: no part of a path or of what is quoted.
var goWord = regexp.MustCompile(`(^|[ (])((?:Options\.)?[A-Z][A-Za-z]+)(?:$|\b)`)

var goValues = strings.NewReplacer("Format HLS", "--format hls", "Format DASH", "--format dash", "a time.Duration of", "a time of")

// inFlags says in flags what the library says in the words of its Options.
func inFlags(text string) string {
	text = goValues.Replace(text)
	quoted := strings.Split(text, `"`)
	for i := 0; i < len(quoted); i += 2 {
		quoted[i] = goWord.ReplaceAllStringFunc(quoted[i], func(found string) string {
			before, word := "", found
			if strings.ContainsAny(found[:1], " (") {
				before, word = found[:1], found[1:]
			}
			if flag := flagWords[strings.TrimPrefix(word, "Options.")]; flag != "" {
				return before + flag
			}
			return found
		})
	}
	return strings.Join(quoted, `"`)
}
