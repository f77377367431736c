package dash_test

import (
	"fmt"
	"strings"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/dash"
	"github.com/framegear/framegear/manifest/internal/sample"
)

func ExampleRender() {
	mpd, err := dash.Render(sample.Ladder(manifest.StateEnded, 1, 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(mpd)) {
		if strings.Contains(line, "<S ") {
			fmt.Print(strings.TrimSpace(line), "\n")
		}
	}
	// Output:
	// <S t="0" d="180000" r="2"></S>
	// <S t="0" d="180000" r="2"></S>
	// <S t="0" d="95232"></S>
	// <S d="96256" r="1"></S>
}
