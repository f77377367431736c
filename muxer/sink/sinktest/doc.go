// Package sinktest checks that a sink keeps the contract of package sink ([Run]), and makes sinks fail on purpose
// ([Faulty]), so that what writes to them can be tested at every call.
//
//	func TestMySink(t *testing.T) {
//		sinktest.Run(t, func(t *testing.T) sink.Sink { return mysink.New(t.TempDir()) })
//	}
package sinktest
