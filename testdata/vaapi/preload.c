// Stands before libdrm: every character device is a render node, of a driver that does not exist.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xf86drm.h>

int drmGetNodeTypeFromFd(int fd)
{
	struct stat st;
	return fstat(fd, &st) || !S_ISCHR(st.st_mode) ? -1 : DRM_NODE_RENDER;
}

drmVersionPtr drmGetVersion(int fd)
{
	drmVersionPtr v = calloc(1, sizeof *v);
	if (!v)
		return NULL;
	v->name = strdup("fgtest");
	v->name_len = 6;
	v->date = strdup("");
	v->desc = strdup("");
	return v;
}
