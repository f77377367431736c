//go:build !race

package framegear_test

const raceDetector = false
