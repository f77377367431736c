package av

//#include "shim.h"
//#include <libavfilter/avfilter.h>
//#include <libswresample/swresample.h>
import "C"

import "fmt"

// Version returns the release that the libraries were built from ("9.0.2").
func Version() string { return C.GoString(C.av_version_info()) }

// License returns the licence of the build as libav states it ("GPL version 3 or later").
func License() string { return C.GoString(C.avcodec_license()) }

// Configuration returns the flags of the build.
func Configuration() string { return C.GoString(C.avcodec_configuration()) }

// Library is one library of the build.
type Library struct {
	Name, Version string
}

// Libraries returns the libraries with their versions.
func Libraries() []Library {
	v := func(name string, n C.unsigned) Library {
		return Library{name, fmt.Sprintf("%d.%d.%d", n>>16, n>>8&0xff, n&0xff)}
	}
	return []Library{
		v("libavutil", C.avutil_version()), v("libavcodec", C.avcodec_version()), v("libavformat", C.avformat_version()),
		v("libavfilter", C.avfilter_version()), v("libswscale", C.swscale_version()), v("libswresample", C.swresample_version()),
	}
}
