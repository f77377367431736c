// Package sink is where finished bytes go: a folder ([Dir]), memory ([Memory]), an HTTP server ([HTTP]), several of them
// ([Tee]), or whatever a program brings.
//
// A sink stores named objects. A name is a slash-separated relative path ("v0/12.m4s"). An object is written once from
// start to end and then committed, which publishes it as a whole; creating a name that exists replaces it at the commit
// (that is how manifests are updated):
//
//	o, err := s.Create(ctx, "v0/12.m4s")
//	if err != nil { … }
//	defer o.Abort() // does nothing after Commit
//	for part := range parts {
//		if _, err := o.Write(part); err != nil { … }
//		if f, ok := o.(sink.Flusher); ok { … f.Flush() … } // readable from here on
//	}
//	err = o.Commit()
//
// # Ownership
//
// Bytes given to Write are borrowed for the call. An [Object] is returned and ended by the caller, with exactly one of
// Commit and Abort. A [Handle] is returned and closed by the caller. A sink deletes only what was made through it.
//
// # Errors
//
// Every error is an [*Error] that names the operation and the full path or URL, around the cause: a context's error,
// [ErrName], [ErrClosed], [ErrAborted], a [*StatusError], or what the operating system said.
//
// A sink tells of its troubles and leaves it to others to outlive them: a stream tries again, keeps what waits, and says what was
// lost (framegear.Options.Outage). So a sink needs no retries and no queue of its own.
//
// # How to add a sink
//
// Implement [Sink]; add [Flusher] to its objects and [Reader] to itself where they make sense, and a String method that says where it writes to; run
// [github.com/framegear/framegear/muxer/sink/sinktest.Run] on it.
package sink
