package framegear

import (
	"cmp"
	"runtime/debug"

	"github.com/framegear/framegear/internal/av"
)

// VersionInfo tells what a program was built from.
type VersionInfo struct {
	// Framegear is the module's version, whichever program it is in; "(devel)" for a build from a checkout.
	Framegear string `json:"framegear"`
	// Libav is the release of the linked libraries.
	Libav     string    `json:"libav"`
	Libraries []Library `json:"libraries"`
	// License of the linked libraries, and so of the binary.
	License string `json:"license"`
	// Configuration is what libav was configured with.
	Configuration string `json:"configuration"`
}

// Library is one linked library.
type Library struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Version returns the versions of Framegear and of the libav in it.
func Version() VersionInfo {
	v := VersionInfo{Framegear: "(devel)", Libav: av.Version(), License: av.License(), Configuration: av.Configuration()}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Framegear = moduleVersion(info)
	}
	for _, l := range av.Libraries() {
		v.Libraries = append(v.Libraries, Library{l.Name, l.Version})
	}
	return v
}

const modulePath = "github.com/framegear/framegear"

// moduleVersion finds this module in what a program was built from: it is the program's own or one that it requires.
func moduleVersion(info *debug.BuildInfo) string {
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path != modulePath {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		return cmp.Or(m.Version, "(devel)")
	}
	return "(devel)"
}
