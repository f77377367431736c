package av

import "sync"

// loners are the encoders whose library keeps something for the whole process that opening and closing change without a lock: two that come
// or go at the same time corrupt the heap. libavcodec itself opens them one at a time, but closes them whenever it is asked to. x264 and
// x265 keep nothing that closing changes.
var loners = map[string]*sync.Mutex{"libsvtav1": {}}

// alone waits until no other encoder of that library is being opened or closed, and returns what lets the next one go on.
func alone(name string) (done func()) {
	m := loners[name]
	if m == nil {
		return func() {}
	}
	m.Lock()
	return m.Unlock
}
