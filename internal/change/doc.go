// Package change finds out which parts of a picture are as they were in the picture before, and keeps that in maps.
//
// Cameras and films change everywhere all the time, screens hardly anywhere. A comparison that would find a picture of the first kind
// looks at some blocks only and gives up, so that it costs such content next to nothing.
package change
