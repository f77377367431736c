package validate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"

	"github.com/Eyevinn/dash-mpd/mpd"
)

// calendar finds years and months of zero at the start of durations, which XML Schema allows (part 2 section 3.3.6)
// and dash-mpd v0.15.0 does not.
var calendar = regexp.MustCompile(
	`(\b(?:start|\w*[dD]uration|\w*Time|\w*Period|\w*Depth|\w*Delay)=["']P)(?:0+Y)?(?:0+M)?([0-9T])`)

// parseMPD reads an MPD. It makes sure first that it is well-formed XML without ">" in its texts: dash-mpd v0.15.0 never
// returns from some documents whose tags do not match, and from none with such a text.
func parseMPD(b []byte) (*mpd.MPD, error) {
	b, err := escapeTexts(b)
	if err != nil {
		return nil, err
	}
	m, err := mpd.MPDFromBytes(calendar.ReplaceAll(b, []byte("$1$2")))
	if err == nil {
		return m, nil
	}
	if number, ok := errors.AsType[*strconv.NumError](err); ok {
		_ = xmlAttributes(b, func(a attribute) {
			if number != nil && a.value == number.Num && !slices.Contains(textual, a.name) {
				err = fmt.Errorf("line %d: %s@%s is %q (want a number: %w)", a.line, a.element, a.name, a.value, number.Err)
				number = nil
			}
		})
	}
	return nil, err
}

// escapeTexts writes the ">" of texts, which XML allows there (section 2.4), as entities. The error tells why b is no XML.
func escapeTexts(b []byte) ([]byte, error) {
	var out bytes.Buffer
	d := newXML(b)
	for from := int64(0); ; from = d.InputOffset() {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		raw := b[from:d.InputOffset()]
		if _, text := token.(xml.CharData); text && !bytes.HasPrefix(raw, []byte("<![CDATA[")) {
			raw = bytes.ReplaceAll(raw, []byte(">"), []byte("&gt;"))
		}
		out.Write(raw)
	}
}

// newXML reads UTF-8, as what reads the document afterwards does.
func newXML(b []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the encoding is %s (want UTF-8)", charset)
	}
	return d
}

// textual are attributes that may be anything, so that a bad number was not there.
var textual = []string{
	"media", "initialization", "value", "schemeIdUri", "lang", "contentType", "mimeType", "codecs", "profiles", "label",
}

// attribute is an attribute of an XML document with its place.
type attribute struct {
	line                 int
	element, name, value string
}

// xmlAttributes calls visit with every attribute. The error tells why b is no XML.
func xmlAttributes(b []byte, visit func(attribute)) error {
	d := newXML(b)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok {
			line, _ := d.InputPos()
			for _, a := range e.Attr {
				visit(attribute{line, e.Name.Local, a.Name.Local, a.Value})
			}
		}
	}
}
