package sink

import "context"

// life is what every object shares: it ends once, does nothing after its context or a failure, and says where it is.
type life struct {
	ctx    context.Context
	path   string
	ended  bool
	failed error
}

// check returns why op cannot be done any more.
func (l *life) check(op string) error {
	switch {
	case l.ended:
		return &Error{op, l.path, ErrClosed}
	case l.failed != nil:
		return l.failed
	case l.ctx.Err() != nil:
		return l.fail(op, l.ctx.Err())
	}
	return nil
}

// fail remembers the first failure: an object that misses bytes must never be committed.
func (l *life) fail(op string, err error) error {
	l.failed = &Error{op, l.path, err}
	return l.failed
}
