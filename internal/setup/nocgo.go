//go:build !cgo

package setup

// The compiler prints the text: a build without cgo is one without a C compiler, or with CGO_ENABLED=0.
var _ struct{} = `cgo is off, and Framegear links libav. Run: eval "$(go run github.com/framegear/framegear/cmd/setup env)"; export CGO_ENABLED=1`
