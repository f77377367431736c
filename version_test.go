package framegear_test

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
)

// A program that imports Framegear has a version of its own, which is not Framegear's.
func TestVersionOfModule(t *testing.T) {
	host := debug.Module{Path: "example.com/host", Version: "v9.9.9"}
	dep := func(version string, replace *debug.Module) []*debug.Module {
		return []*debug.Module{{Path: "example.com/other", Version: "v3.0.0"}, {Path: module, Version: version, Replace: replace}}
	}
	for _, c := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"the command", debug.BuildInfo{Main: debug.Module{Path: module, Version: "v1.2.3"}}, "v1.2.3"},
		{"a checkout", debug.BuildInfo{Main: debug.Module{Path: module}}, "(devel)"},
		{"required", debug.BuildInfo{Main: host, Deps: dep("v1.2.3", nil)}, "v1.2.3"},
		{"replaced by a version", debug.BuildInfo{Main: host, Deps: dep("v1.2.3", &debug.Module{Path: module, Version: "v1.2.4"})}, "v1.2.4"},
		{"replaced by a folder", debug.BuildInfo{Main: host, Deps: dep("v1.2.3", &debug.Module{Path: "../framegear"})}, "(devel)"},
		{"not told", debug.BuildInfo{Main: host}, "(devel)"},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, framegear.ModuleVersion(&c.info)) })
	}
}
