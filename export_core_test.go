package framegear

// SplitOutput is how an output's folder and name are found.
func SplitOutput(output string, o Options) (dir, name string, err error) {
	return splitOutput(output, &o)
}

// Reason is reason.
var Reason = reason
