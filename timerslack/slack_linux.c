#include <sys/prctl.h>

/* Threads inherit the slack of the one that starts them, so it has to be set before the Go runtime starts its first one. */
__attribute__((constructor)) static void allow_a_millisecond(void)
{
	const unsigned long millisecond = 1000000; /* ns */
	if (prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0) < (int)millisecond)
		prctl(PR_SET_TIMERSLACK, millisecond, 0, 0, 0);
}
