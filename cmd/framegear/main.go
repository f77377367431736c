// Command framegear turns video into adaptive streams (DASH and HLS) inside one process.
package main

import (
	"context"
	"os"

	_ "github.com/framegear/framegear/timerslack" // less CPU while encoding
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
