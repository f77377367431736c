package framegear

import (
	"github.com/framegear/framegear/internal/change"
	"github.com/framegear/framegear/scaler"
)

// changes sums up what has changed since the last picture that a rendition encoded: one with a lower rate does not encode every
// picture that it scales.
type changes struct {
	m     change.Map
	known bool
}

// add takes a picture's changes since the one before it.
func (c *changes) add(pic, before *scaler.Picture) {
	m := pic.Changes(before)
	if m == nil {
		c.known = false
	}
	if c.known {
		c.m.Add(m)
	}
}

// since returns what has changed, nil when that is not known.
func (c *changes) since() *change.Map {
	if !c.known {
		return nil
	}
	return &c.m
}

// encoded begins anew with a picture.
func (c *changes) encoded(pic *scaler.Picture) {
	if c.known && c.m.Changed() == 0 {
		return
	}
	c.m.Reset(pic.Width(), pic.Height())
	c.known = true
}
