package manifest

import "errors"

var (
	// ErrModel is wrapped by every error about a presentation whose fields contradict each other or the standards. No
	// manifest is rendered from it.
	ErrModel = errors.New("presentation cannot be described")
	// ErrEmpty is wrapped when a track has nothing yet that could be listed. A later state of the same output has.
	ErrEmpty = errors.New("nothing to list yet")
	// ErrCodec is wrapped when a codec's string cannot be told from its parameters.
	ErrCodec = errors.New("codec string not known")
)
