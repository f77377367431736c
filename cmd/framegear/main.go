// Command framegear turns video into adaptive streams (DASH and HLS) inside one process.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
