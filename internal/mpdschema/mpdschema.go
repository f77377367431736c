// Package mpdschema holds MPDs to the structure that ISO/IEC 23009-1 prescribes for the elements Framegear writes: which children
// an element has, in which order and how often, which attributes, and what their values look like. Nothing else is
// allowed, so a slip of a renderer cannot hide.
//
// The standard's own schema is not under a licence that would let it lie here. With FRAMEGEAR_MPD_XSD naming a copy of its
// DASH-MPD.xsd, and xmllint installed, every document is held to that too.
package mpdschema

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Check fails the test when an MPD is not what the schema allows.
func Check(t *testing.T, doc []byte) {
	t.Helper()
	require.NoError(t, Validate(doc), string(doc))
	if schema := os.Getenv("FRAMEGEAR_MPD_XSD"); schema != "" {
		cmd := exec.Command("xmllint", "--nonet", "--noout", "--noent", "--schema", schema, "-")
		cmd.Stdin = bytes.NewReader(doc)
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s\n%s", said, doc)
	}
}

// Validate returns the first thing that is wrong with an MPD.
func Validate(doc []byte) error {
	d := xml.NewDecoder(bytes.NewReader(doc))
	root, err := next(d)
	if err != nil {
		return err
	}
	if root == nil || root.Name.Local != "MPD" || root.Name.Space != namespace {
		return fmt.Errorf("the root is not an MPD of %s", namespace)
	}
	if err := read(d, *root, "MPD"); err != nil {
		return err
	}
	if more, err := next(d); err != nil || more != nil {
		return errors.Join(errors.New("something follows the MPD"), err)
	}
	return nil
}

const namespace = "urn:mpeg:dash:schema:mpd:2011"

// next returns the next element that begins, nil at the end of the parent or the document.
func next(d *xml.Decoder) (*xml.StartElement, error) {
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			return &e, nil
		case xml.EndElement:
			return nil, nil
		case xml.CharData:
			if len(bytes.TrimSpace(e)) > 0 {
				return nil, fmt.Errorf("text %q where there is none", e)
			}
		}
	}
}

// read checks an element that has begun, to its end.
func read(d *xml.Decoder, e xml.StartElement, path string) error {
	rule, known := elements[e.Name.Local]
	if !known || e.Name.Space != namespace {
		return fmt.Errorf("%s: an element that we never write", path)
	}
	if err := rule.checkAttributes(e.Attr, path); err != nil {
		return err
	}
	if rule.text != nil {
		var text string
		if err := d.DecodeElement(&text, &e); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !rule.text.MatchString(text) {
			return fmt.Errorf("%s holds %q", path, text)
		}
		return nil
	}
	at, count := 0, map[string]int{}
	for {
		child, err := next(d)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if child == nil {
			return rule.checkCounts(count, path)
		}
		name := child.Name.Local
		place := slices.IndexFunc(rule.children, func(c part) bool { return c.name == name })
		if place < at {
			return fmt.Errorf("%s: %s is not allowed, or not behind %s", path, name, rule.children[at].name)
		}
		at = place
		count[name]++
		if err := read(d, *child, fmt.Sprintf("%s/%s[%d]", path, name, count[name])); err != nil {
			return err
		}
	}
}

func (r *rule) checkCounts(count map[string]int, path string) error {
	for _, c := range r.children {
		if n := count[c.name]; n < c.least || c.most > 0 && n > c.most {
			return fmt.Errorf("%s has %d of %s", path, n, c.name)
		}
	}
	return nil
}

func (r *rule) checkAttributes(given []xml.Attr, path string) error {
	seen := map[string]bool{}
	for _, a := range given {
		if a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		want, known := r.attributes[a.Name.Local]
		if !known || a.Name.Space != "" {
			return fmt.Errorf("%s: attribute %s is not allowed", path, a.Name.Local)
		}
		if seen[a.Name.Local] {
			return fmt.Errorf("%s: attribute %s twice", path, a.Name.Local)
		}
		seen[a.Name.Local] = true
		if !want.MatchString(a.Value) {
			return fmt.Errorf("%s: %s=%q", path, a.Name.Local, a.Value)
		}
	}
	for _, name := range r.required {
		if !seen[name] {
			return fmt.Errorf("%s lacks %s", path, name)
		}
	}
	return nil
}

// The types of values.
var (
	uintType     = regexp.MustCompile(`^[0-9]+$`)
	doubleType   = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	boolType     = regexp.MustCompile(`^(true|false|0|1)$`)
	uriType      = regexp.MustCompile(`^[^\s"<>]+$`)
	wordType     = regexp.MustCompile(`^\S+$`)
	textType     = regexp.MustCompile(`^[^\n]*$`)
	ratioType    = regexp.MustCompile(`^[0-9]+:[0-9]+$`)
	rateType     = regexp.MustCompile(`^[1-9][0-9]*(/[1-9][0-9]*)?$`)
	durationType = regexp.MustCompile(`^P(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?|[0-9]+D(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?)$`)
	dateType     = regexp.MustCompile(`^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})$`)
	langType     = regexp.MustCompile(`^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$`)
	mimeType     = regexp.MustCompile(`^(video|audio)/mp4$`)
	profileType  = regexp.MustCompile(`^(urn|https?):[^\s,]+(,(urn|https?):[^\s,]+)*$`)
	templateType = regexp.MustCompile(`^[^\s"<>]*\$Number\$[^\s"<>]*$`)
)

// rule is what one element may have.
type rule struct {
	children   []part // in their order
	attributes map[string]*regexp.Regexp
	required   []string
	text       *regexp.Regexp // its content, for elements without children
}

type part struct {
	name        string
	least, most int // most 0: any number
}

func many(name string) part   { return part{name, 0, 0} }
func one(name string) part    { return part{name, 0, 1} }
func some(name string) part   { return part{name, 1, 0} }
func words(s string) []string { return strings.Fields(s) }

type attributes = map[string]*regexp.Regexp

// descriptor is what most elements about schemes look like (section 5.8.2).
var descriptor = rule{attributes: attributes{"schemeIdUri": uriType, "value": textType, "id": wordType}, required: words("schemeIdUri")}

// elements are the rules, from the tables and the order of section 5.
var elements = map[string]rule{
	"MPD": {
		children: []part{many("BaseURL"), many("ServiceDescription"), some("Period"), many("UTCTiming")},
		attributes: attributes{"profiles": profileType, "type": regexp.MustCompile(`^(static|dynamic)$`), "availabilityStartTime": dateType,
			"publishTime": dateType, "mediaPresentationDuration": durationType, "minimumUpdatePeriod": durationType, "minBufferTime": durationType,
			"timeShiftBufferDepth": durationType, "suggestedPresentationDelay": durationType},
		required: words("profiles minBufferTime"),
	},
	"BaseURL": {text: uriType},
	"ServiceDescription": {
		children: []part{many("Scope"), many("Latency"), many("PlaybackRate")}, attributes: attributes{"id": uintType},
	},
	"Latency":      {attributes: attributes{"referenceId": uintType, "target": uintType, "min": uintType, "max": uintType}},
	"PlaybackRate": {attributes: attributes{"min": doubleType, "max": doubleType}},
	"UTCTiming":    descriptor,
	"Period": {
		children: []part{many("BaseURL"), some("AdaptationSet")}, attributes: attributes{"id": wordType, "start": durationType, "duration": durationType},
	},
	"AdaptationSet": {
		children: []part{many("AudioChannelConfiguration"), many("EssentialProperty"), many("SupplementalProperty"), many("Label"),
			many("ProducerReferenceTime"), many("Resync"), many("Role"), some("Representation")},
		attributes: attributes{"id": uintType, "lang": langType, "contentType": regexp.MustCompile(`^(video|audio)$`), "par": ratioType, "maxWidth": uintType,
			"maxHeight": uintType, "maxFrameRate": rateType, "segmentAlignment": boolType, "mimeType": mimeType, "startWithSAP": regexp.MustCompile(`^[0-6]$`)},
	},
	"Representation": {
		children: []part{many("AudioChannelConfiguration"), many("EssentialProperty"), many("SupplementalProperty"), many("ProducerReferenceTime"),
			many("Resync"), {"SegmentTemplate", 1, 1}},
		attributes: attributes{"id": wordType, "bandwidth": uintType, "codecs": wordType, "width": uintType, "height": uintType, "sar": ratioType,
			"frameRate": rateType, "audioSamplingRate": uintType, "mimeType": mimeType},
		required: words("id bandwidth"),
	},
	"AudioChannelConfiguration": descriptor,
	"EssentialProperty":         descriptor,
	"SupplementalProperty":      descriptor,
	"Role":                      descriptor,
	"Label":                     {text: textType},
	"ProducerReferenceTime": {
		children: []part{one("UTCTiming")},
		attributes: attributes{"id": uintType, "type": regexp.MustCompile(`^(encoder|captured|application)$`), "wallClockTime": dateType,
			"presentationTime": uintType, "inband": boolType},
		required: words("id wallClockTime presentationTime"),
	},
	"Resync": {attributes: attributes{"type": regexp.MustCompile(`^[0-3]$`), "dT": uintType, "dImin": doubleType, "dImax": doubleType, "marker": boolType}},
	"SegmentTemplate": {
		children: []part{one("SegmentTimeline")},
		attributes: attributes{"media": templateType, "initialization": uriType, "startNumber": uintType, "timescale": uintType, "duration": uintType,
			"presentationTimeOffset": uintType, "availabilityTimeOffset": doubleType, "availabilityTimeComplete": boolType},
	},
	"SegmentTimeline": {children: []part{some("S")}},
	"S":               {attributes: attributes{"t": uintType, "d": uintType, "r": regexp.MustCompile(`^(-1|[0-9]+)$`), "n": uintType}, required: words("d")},
}
