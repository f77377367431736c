// Package delivery brings objects to a sink that may be slow, full or away for a while, whatever kind of sink it is.
//
// A [Place] is a sink with what is known of its health: everybody's attempts go through its gate, so that while it is in
// trouble one of them tries at a time, later and later, and all go on once it is back. Over it there are two ways of writing:
// a [Spool] takes objects without ever waiting and delivers them in order (live), [Place.Patient] waits (recordings).
package delivery
