#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libavutil/log.h>
#include "shim.h"
#include "_cgo_export.h"

static int fg_level = AV_LOG_WARNING;

// Called by libav on whatever thread it likes, often in the middle of a codec: formats the line and leaves.
static void fg_log(void *ctx, int level, const char *fmt, va_list args)
{
	char line[1024];
	const char *item = "";
	if ((level & 0xff) > fg_level)
		return;
	vsnprintf(line, sizeof line, fmt, args);
	if (ctx) {
		const AVClass *cls = *(const AVClass **)ctx;
		if (cls && cls->item_name)
			item = cls->item_name(ctx);
	}
	fgLog(ctx, level & 0xff, (char *)item, line);
}

void fg_log_install(int level)
{
	fg_level = level;
	// SVT-AV1 writes to standard error by itself unless told to keep to errors; a value of the user's wins.
	setenv("SVT_LOG", "1", 0);
	av_log_set_callback(fg_log);
}
