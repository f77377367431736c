package framegear

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestContainerLanguage(t *testing.T) {
	for stated, want := range map[string]string{
		"fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "eng": "en", "chi": "zh", "jpn": "ja", "gre": "el", "nob": "nb", "yue": "yue",
		"en": "en", "en-US": "en-US", "en_US": "en-US", "pt-BR": "pt-BR", "zh-Hans": "zh-Hans", "ENG": "en", "mul": "mul",
		"": "", "und": "", "English": "", "```": "", "xyz": "", "en\"><": "",
	} {
		require.Equal(t, want, containerLanguage(stated), "%q", stated)
	}
}
