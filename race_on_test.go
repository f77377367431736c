//go:build race

package framegear_test

// raceDetector allocates on its own.
const raceDetector = true
