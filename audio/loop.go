package audio

import (
	"fmt"
	"slices"
	"strings"
)

// CutLoop takes ffmpeg's -stream_loop out of an input's list form and reports whether it asks for a loop: -1 is one, 0 is none. A number of
// rounds is an error, which wraps ErrSource, because a track's loop ends with the picture. args is not changed.
func CutLoop(args []string) (rest []string, loop bool, err error) {
	i := slices.Index(args, "-stream_loop")
	if i < 0 || i+1 == len(args) {
		return args, false, nil // a missing value is ParseSource's to refuse
	}
	switch args[i+1] {
	case "-1", "0":
		return slices.Concat(args[:i], args[i+2:]), args[i+1] == "-1", nil
	}
	return nil, false, &SourceError{"list [" + strings.Join(args, " ") + "]", fmt.Errorf("-stream_loop %s (want -1: the loop ends with the picture)", args[i+1])}
}
