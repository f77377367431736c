package framegear_test

import (
	"errors"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/av"
)

// noneLive reports whether no object in C memory is left.
func noneLive() bool { return len(av.Live()) == 0 }

func asStageError(err error, to **framegear.StageError) bool { return errors.As(err, to) }
