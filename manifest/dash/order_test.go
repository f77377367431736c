package dash_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
)

// childOrder is the order that the public schema's sequences prescribe for the elements used here.
var childOrder = map[string][]string{
	"MPD":                   {"BaseURL", "ServiceDescription", "Period", "EssentialProperty", "SupplementalProperty", "UTCTiming"},
	"ServiceDescription":    {"Scope", "Latency", "PlaybackRate"},
	"Period":                {"BaseURL", "SegmentTemplate", "AdaptationSet"},
	"AdaptationSet":         {"AudioChannelConfiguration", "EssentialProperty", "SupplementalProperty", "Label", "ProducerReferenceTime", "Resync", "Role", "SegmentTemplate", "Representation"},
	"Representation":        {"AudioChannelConfiguration", "EssentialProperty", "SupplementalProperty", "Label", "ProducerReferenceTime", "Resync", "SegmentTemplate"},
	"ProducerReferenceTime": {"UTCTiming"},
	"SegmentTemplate":       {"SegmentTimeline"},
	"SegmentTimeline":       {"S"},
}

// required are the attributes that the schema demands.
var required = map[string][]string{
	"MPD":            {"profiles", "minBufferTime"},
	"Representation": {"id", "bandwidth"},
	"S":              {"d"},
	"Role":           {"schemeIdUri"},
	"Latency":        {"target"},
}

// checkOrder walks an MPD and returns the first element that stands where the schema does not allow it.
func checkOrder(doc []byte) error {
	type open struct {
		name string
		rank int
	}
	var stack []open
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if n := len(stack); n > 0 {
				parent := &stack[n-1]
				rank := slices.Index(childOrder[parent.name], e.Name.Local)
				if rank < parent.rank {
					return fmt.Errorf("%s in %s is out of order", e.Name.Local, parent.name)
				}
				parent.rank = rank
			}
			for _, name := range required[e.Name.Local] {
				if !slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == name && a.Value != "" }) {
					return fmt.Errorf("%s lacks %s", e.Name.Local, name)
				}
			}
			stack = append(stack, open{name: e.Name.Local})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}
