/* An ALSA device that another program always has: opening it fails as a sound card's does then. */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>

SND_PCM_PLUGIN_DEFINE_FUNC(fgbusy)
{
	(void)pcmp, (void)name, (void)root, (void)conf, (void)stream, (void)mode;
	return -EBUSY;
}
SND_PCM_PLUGIN_SYMBOL(fgbusy);
