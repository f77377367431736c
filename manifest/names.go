package manifest

import (
	"path"
	"strconv"
	"strings"
)

// numberToken is the placeholder of a segment's number in Track.SegmentTemplate (ISO/IEC 23009-1 table 22).
const numberToken = "$Number$"

// SegmentURI returns the path of segment number of a template: "v0/$Number$.m4s" and 7 give "v0/7.m4s".
func SegmentURI(template string, number int64) string {
	return strings.ReplaceAll(template, numberToken, strconv.FormatInt(number, 10))
}

// PartURI returns the path of a segment's part, which counts from 0: "v0/7.m4s" and 2 give "v0/7.2.m4s". It is what a
// preload hint names before the part exists, so every part has to be stored under it.
func PartURI(segmentURI string, index int) string {
	ext := path.Ext(segmentURI)
	return strings.TrimSuffix(segmentURI, ext) + "." + strconv.Itoa(index) + ext
}
