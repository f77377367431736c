// SVT-AV1 makes its caller's thread and its own threads real-time threads where it may, as root. Threads that the caller's thread starts later
// inherit that, Go's own among them, which then spin while those that they wait for get no core.
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <stdlib.h>

#include "shim.h"

static int list(int *tids, int room)
{
	struct dirent *e;
	int n = 0;
	DIR *d = opendir("/proc/self/task");
	if (!d)
		return -1;
	while (n < room && (e = readdir(d)))
		if (e->d_name[0] != '.')
			tids[n++] = atoi(e->d_name);
	closedir(d);
	return n;
}

void fg_priority_save(fg_priority *p)
{
	struct sched_param param = { 0 };
	p->policy = sched_getscheduler(0);
	sched_getparam(0, &param);
	p->level = param.sched_priority;
	p->count = list(p->tids, FG_PRIORITY_THREADS);
}

static int known(const fg_priority *p, int tid)
{
	for (int i = 0; i < p->count; i++)
		if (p->tids[i] == tid)
			return 1;
	return 0;
}

void fg_priority_restore(const fg_priority *p)
{
	struct sched_param mine = { .sched_priority = p->level }, usual = { 0 };
	int now[FG_PRIORITY_THREADS], n;
	if (p->policy >= 0 && sched_getscheduler(0) != p->policy)
		sched_setscheduler(0, p->policy, &mine);
	if (p->count < 0 || p->count == FG_PRIORITY_THREADS)
		return;
	n = list(now, FG_PRIORITY_THREADS);
	for (int i = 0; i < n; i++)
		if (!known(p, now[i]) && sched_getscheduler(now[i]) == SCHED_FIFO)
			sched_setscheduler(now[i], SCHED_OTHER, &usual);
}
