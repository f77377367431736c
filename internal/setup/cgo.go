package setup

/*
#ifndef FRAMEGEAR_LIBAV
#error The libav of Framegear is not set up in this shell. Run: eval "$(go run github.com/framegear/framegear/cmd/setup env)"
#endif
*/
import "C"
