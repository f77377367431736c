package framegear

// SplitOutput is how an output's folder and name are found.
func SplitOutput(output string, o Options) (dir, name string, err error) {
	return splitOutput(output, &o)
}

// Reason is reason.
var Reason = reason

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
