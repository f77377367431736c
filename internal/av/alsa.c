// ALSA's library writes to standard error by itself; its lines belong where libav's are.
#include "shim.h"
#ifdef __linux__
#include <stdio.h>
#include <alsa/asoundlib.h>
#include "_cgo_export.h"

static void fg_alsa_log(const char *file, int at, const char *function, int err, const char *fmt, ...)
{
	char line[512];
	va_list args;
	(void)file, (void)at, (void)function, (void)err;
	va_start(args, fmt);
	vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	fgLog(NULL, AV_LOG_ERROR, "alsa", line);
}

void fg_alsa_quiet(void) { snd_lib_error_set_handler(fg_alsa_log); }
#else
void fg_alsa_quiet(void) {}
#endif
