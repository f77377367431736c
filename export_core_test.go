package framegear

import (
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// SplitOutput is how an output's folder and name are found.
func SplitOutput(output string, o Options) (dir, name string, err error) {
	return splitOutput(output, &o)
}

// Reason is reason.
var Reason = reason

// ModuleVersion is moduleVersion.
var ModuleVersion = moduleVersion

// ShareThreads tells how many threads the rungs of a ladder get on a machine of so many cores.
func ShareThreads(cores int, lowLatency bool, ladder ...Rendition) (threads []int) {
	var rungs []rung
	for _, r := range ladder {
		rungs = append(rungs, rung{Rendition: r})
	}
	shareThreads(rungs, cores, lowLatency)
	for i := range rungs {
		threads = append(threads, rungs[i].Threads)
	}
	return threads
}

// Parents tells of which rung the others scale the pictures, -1 for the source's, in a ladder for RGB pictures of a size.
func Parents(o Options, width, height int) (parents []int, err error) {
	src := sourceSpec{width: width, height: height, color: media.OutputColor(height), layout: scaler.I420, rgb: true}
	rungs, _, err := o.resolve(src)
	for i := range rungs {
		parents = append(parents, rungs[i].parent)
	}
	return parents, err
}
