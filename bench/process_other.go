//go:build !linux

package bench

import "os"

const mapPopulate = 0

func setPipeSize(*os.File, int) {}

// Memory of process trees and the load are measured on Linux only.
func treeMemory(int) int64 { return 0 }
func loadAverage() float64 { return 0 }
func processor() string    { return "unknown" }
