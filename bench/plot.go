package bench

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// The plot's measures in pixels.
const (
	plotWidth, plotLabel, plotBar, plotGap, plotHead = 760, 110, 18, 6, 34
)

var plotColors = map[Contender]string{
	Ours: "#2f6f4e", Plain: "#7fae95", Encoders: "#9aa5a0", CLI: "#b8722c", CLIBest: "#d9a463", StreamGear: "#7b4b94",
}

// WriteSVG draws the CPU time per frame of every contender, a group of bars per workload.
func (r *Report) WriteSVG(w io.Writer) error {
	var b strings.Builder
	y := 10
	for i := range r.Results {
		y = r.Results[i].plot(&b, y)
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="#ffffff"/>
%s</svg>
`, plotWidth, y, b.String())
	return err
}

func (r *Result) plot(b *strings.Builder, y int) int {
	most := 0.0
	perFrame := func(e *Entry) float64 { return 1000 * e.Median(cpuOf) / float64(r.Workload.Frames) }
	for i := range r.Contenders {
		most = max(most, perFrame(&r.Contenders[i]))
	}
	fmt.Fprintf(b, `<text x="8" y="%d" font-weight="bold">%s: CPU ms per frame</text>`+"\n", y+16, html.EscapeString(r.Name))
	y += plotHead
	for i := range r.Contenders {
		e := &r.Contenders[i]
		v := perFrame(e)
		length := int((plotWidth - plotLabel - 140) * v / max(most, 1e-9))
		text := fmt.Sprintf("%.2f", v)
		if ratio, ok := r.Ratio(e.Contender, Encoders, cpuOf); ok && e.Contender != Encoders {
			text += fmt.Sprintf(" (%.2f of the encoders)", ratio)
		}
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text><rect x="%d" y="%d" width="%d" height="%d" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n",
			plotLabel-8, y+13, e.Contender, plotLabel, y, length, plotBar, plotColors[e.Contender], plotLabel+length+6, y+13, text)
		y += plotBar + plotGap
	}
	return y + 10
}
