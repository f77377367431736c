package validate

// rule is one check. IDs are stable: people filter by them.
type rule struct {
	id       string
	severity Severity
	source   string
}

// Rules of segments and initialization segments.
var (
	ruleMissing         = rule{"file-missing", Error, "RFC 8216 6.2.1; ISO/IEC 23009-1 A.3"}
	ruleParse           = rule{"media-syntax", Error, "ISO/IEC 14496-12; ISO/IEC 13818-1"}
	ruleKeyframe        = rule{"keyframe-start", Error, "RFC 8216bis 4.4.2.1; ISO/IEC 23009-1 5.3.3.2"}
	ruleKeyAdvice       = rule{"keyframe-start-advice", Warning, "Apple HLS Authoring 7.4"}
	ruleKeyDistance     = rule{"keyframe-distance", Warning, "Apple HLS Authoring 1.13"}
	ruleTfdt            = rule{"tfdt-continuity", Error, "RFC 8216bis 4.4.4.3; ISO/IEC 23000-19 7.3.2.3"}
	ruleTfdtRound       = rule{"tfdt-rounding", Warning, "ISO/IEC 23000-19 7.3.2.3"}
	ruleTfdtMissing     = rule{"tfdt-missing", Error, "RFC 8216 3.3; ISO/IEC 23009-1 6.3.4.2"}
	ruleStart           = rule{"manifest-start", Error, "ISO/IEC 23009-1 5.3.9.6; DASH-IF IOP"}
	ruleDuration        = rule{"manifest-duration", Warning, "RFC 8216bis 4.4.4.1; Apple HLS Authoring 8.3"}
	ruleDrift           = rule{"duration-drift", Warning, "RFC 8216bis 4.4.4.1; Apple HLS Authoring 8.3"}
	ruleBaseOffset      = rule{"base-data-offset", Error, "RFC 8216 3.3; ISO/IEC 23009-1 6.3.4.2"}
	ruleBaseIsMoof      = rule{"default-base-is-moof", Warning, "ISO/IEC 23000-19 7.5.16"}
	ruleStyp            = rule{"styp-missing", Warning, "ISO/IEC 23000-19 7.3.2.3"}
	ruleSidx            = rule{"sidx-low-latency", Warning, "DASH-IF Low-Latency (CR) 9"}
	ruleEdit            = rule{"edit-list-and-trun", Warning, "ISO/IEC 23000-19 7.5.13, 7.5.17"}
	ruleBrand           = rule{"cmaf-brand", Warning, "ISO/IEC 23000-19 7.2"}
	ruleInitSamples     = rule{"init-samples", Error, "RFC 8216 3.3; ISO/IEC 23000-19 7.3.1"}
	ruleInitTracks      = rule{"init-tracks", Warning, "ISO/IEC 23000-19 7.3.1"}
	ruleTrackID         = rule{"track-id", Error, "ISO/IEC 14496-12 8.8.7"}
	ruleCodecs          = rule{"codecs-mismatch", Error, "RFC 8216 4.3.4.2; ISO/IEC 23009-1 5.3.7.2; RFC 6381"}
	ruleHvc1            = rule{"hvc1", Warning, "Apple HLS Authoring 1.10"}
	ruleTSTables        = rule{"ts-tables", Error, "RFC 8216 3.2"}
	rulePTS             = rule{"pts-continuity", Error, "RFC 8216bis 4.4.4.3"}
	ruleReorder         = rule{"reorder-delay", Warning, "hls.js places pictures by tfdt"}
	ruleResolution      = rule{"resolution", Error, "RFC 8216 4.3.4.2; ISO/IEC 23009-1 5.3.7.2"}
	ruleFrameRate       = rule{"frame-rate", Error, "RFC 8216 4.3.4.2; ISO/IEC 23009-1 5.3.7.2"}
	ruleFrameRateAdvice = rule{"frame-rate-accuracy", Warning, "RFC 8216 4.3.4.2; ISO/IEC 23009-1 5.3.7.2"}
	ruleChannels        = rule{"channels", Error, "RFC 8216 4.3.4.1; ISO/IEC 23009-1 5.8.4.7"}
	ruleSampling        = rule{"audio-sampling-rate", Error, "ISO/IEC 23009-1 5.3.7.2"}
	rulePackedStamp     = rule{"packed-audio-timestamp", Error, "RFC 8216 3.4"}
	rulePartBytes       = rule{"part-bytes", Error, "RFC 8216bis 3.6, 4.4.4.9"}
)

// Rules of ladders: several tracks together.
var (
	ruleAlign      = rule{"ladder-alignment", Error, "ISO/IEC 23009-1 5.3.3.2; ISO/IEC 23000-19 7.3.4"}
	ruleAlignHLS   = rule{"ladder-alignment-advice", Warning, "Apple HLS Authoring 8.22"}
	ruleCount      = rule{"ladder-segments", Warning, "ISO/IEC 23000-19 7.3.4"}
	ruleFrames     = rule{"ladder-frames", Warning, "ISO/IEC 23000-19 7.3.4"}
	ruleAudioAlign = rule{"audio-alignment", Warning, "Apple HLS Authoring 8.1"}
	ruleTimescale  = rule{"ladder-timescale", Warning, "ISO/IEC 23000-19 7.3.4"}
	ruleAspect     = rule{"aspect-ratio", Warning, "Apple HLS Authoring 1.33"}
	ruleLength     = rule{"track-length", Error, "RFC 8216 6.2.4; ISO/IEC 23009-1 5.3.2.1"}
	ruleMonotone   = rule{"ladder-order", Warning, "Apple HLS Authoring 1.26"}
	ruleRatio      = rule{"peak-to-average", Warning, "Apple HLS Authoring 1.30"}
)

// Rules of HLS playlists.
var (
	ruleSyntax        = rule{"playlist-syntax", Error, "RFC 8216 4.1, 4.2; RFC 8216bis 4.4"}
	ruleEncoding      = rule{"playlist-encoding", Error, "RFC 8216 4.1"}
	ruleLanguage      = rule{"language-tag", Error, "RFC 8216 4.3.4.1; ISO/IEC 23009-1 5.3.3.2; RFC 5646"}
	ruleTarget        = rule{"target-duration", Error, "RFC 8216bis 4.4.3.1"}
	ruleTargetEqual   = rule{"target-duration-equal", Error, "RFC 8216 6.2.4"}
	ruleTargetChange  = rule{"target-duration-constant", Error, "RFC 8216 6.2.1"}
	ruleSequence      = rule{"media-sequence", Error, "RFC 8216 6.2.2"}
	ruleWindow        = rule{"live-window", Warning, "RFC 8216 6.2.2; Apple HLS Authoring 8.11"}
	rulePDT           = rule{"program-date-time", Warning, "Apple HLS Authoring 8.4"}
	rulePDTStep       = rule{"program-date-time-step", Warning, "RFC 8216bis 4.4.4.6"}
	rulePDTEqual      = rule{"program-date-time-equal", Warning, "RFC 8216bis 6.2.4"}
	ruleBandwidth     = rule{"bandwidth", Error, "RFC 8216 4.3.4.2"}
	ruleBandwidthHigh = rule{"bandwidth-accuracy", Warning, "Apple HLS Authoring 1.26, 1.29"}
	ruleAverage       = rule{"average-bandwidth", Warning, "Apple HLS Authoring 1.27, 1.28"}
	ruleNoCodecs      = rule{"codecs-missing", Warning, "RFC 8216 4.3.4.2"}
	ruleAttributes    = rule{"stream-inf-attributes", Warning, "Apple HLS Authoring 9.2, 9.14-9.16"}
	ruleIndependent   = rule{"independent-segments", Warning, "Apple HLS Authoring 9.11"}
	ruleMediaGroup    = rule{"media-group", Error, "RFC 8216 4.3.4.1"}
	ruleMediaAdvice   = rule{"media-attributes", Warning, "Apple HLS Authoring 8.10"}
	ruleMap           = rule{"map-missing", Error, "RFC 8216 3.3"}
	ruleVersion       = rule{"playlist-version", Error, "RFC 8216 7"}
	ruleEndlist       = rule{"endlist-missing", Error, "RFC 8216 4.3.3.5"}
	ruleParts         = rule{"part-duration", Error, "RFC 8216bis 4.4.4.9"}
	ruleControl       = rule{"server-control", Error, "RFC 8216bis 4.4.3.8"}
	ruleControlAdvice = rule{"server-control-advice", Warning, "RFC 8216bis 4.4.3.8; Apple HLS Authoring 14.3"}
	ruleControlEqual  = rule{"server-control-equal", Error, "RFC 8216bis 4.4.3.8"}
	ruleHint          = rule{"preload-hint", Error, "RFC 8216bis 4.4.5.3"}
	ruleRetention     = rule{"part-retention", Warning, "RFC 8216bis 4.4.4.9"}
	ruleReport        = rule{"rendition-report", Warning, "Apple HLS Authoring 14"}
)

// Rules of MPDs.
var (
	ruleMPD          = rule{"mpd-attributes", Error, "ISO/IEC 23009-1 5.3.1.2, 5.3.5.2"}
	rulePresentation = rule{"presentation-duration", Error, "ISO/IEC 23009-1 5.3.1.2"}
	ruleMPDBuffer    = rule{"mpd-bandwidth", Error, "ISO/IEC 23009-1 5.3.5.4"}
	ruleUTC          = rule{"utc-timing", Warning, "DASH-IF IOP Live 4.3.2"}
	ruleStartTime    = rule{"availability-start-constant", Error, "ISO/IEC 23009-1 5.4.1"}
	rulePublish      = rule{"publish-time", Error, "ISO/IEC 23009-1 5.4.1"}
	ruleUpdate       = rule{"update-after-end", Error, "ISO/IEC 23009-1 5.3.1.2"}
	ruleMdhd         = rule{"timescale-mdhd", Warning, "DASH-IF Low-Latency (CR) 9"}
	ruleLLOffset     = rule{"low-latency-availability", Error, "DASH-IF Low-Latency (CR) 9"}
	ruleLLLatency    = rule{"low-latency-service", Error, "DASH-IF Low-Latency (CR) 9"}
	ruleResync       = rule{"resync-interval", Warning, "DASH-IF Low-Latency (CR) 9"}
	ruleLLReference  = rule{"low-latency-reference", Error, "DASH-IF Low-Latency (CR) 9; ISO/IEC 23009-1 K.3"}
)

// Rules of HTTP.
var (
	ruleMIME    = rule{"http-content-type", Warning, "RFC 8216 4; ISO/IEC 23009-1 C"}
	ruleCORS    = rule{"http-cors", Warning, "Fetch Standard 3.2"}
	ruleGzip    = rule{"http-gzip", Warning, "Apple HLS Authoring 10.1"}
	ruleCaching = rule{"http-cache-control", Warning, "RFC 9111 5.2; DASH-IF IOP Live 4"}
)
