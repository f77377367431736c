package framegear_test

import (
	"encoding"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
)

// Every enumeration reads what it writes, in any case, and says what would be right.
func TestEnumsAsText(t *testing.T) {
	t.Run("Format", enumAsText[framegear.Format, *framegear.Format]("both", "dash", "hls"))
	t.Run("Container", enumAsText[framegear.Container, *framegear.Container]("fmp4", "ts"))
	t.Run("Clock", enumAsText[framegear.Clock, *framegear.Clock]("auto", "count", "pts", "wall"))
	t.Run("FullPolicy", enumAsText[framegear.FullPolicy, *framegear.FullPolicy]("auto", "block", "drop"))
	t.Run("StallPolicy", enumAsText[framegear.StallPolicy, *framegear.StallPolicy]("repeat", "gap"))
	t.Run("OverloadPolicy", enumAsText[framegear.OverloadPolicy, *framegear.OverloadPolicy]("keep-ladder", "give-up-top"))
	t.Run("OutagePolicy", enumAsText[framegear.OutagePolicy, *framegear.OutagePolicy]("outlive", "end"))
	t.Run("HWPolicy", enumAsText[framegear.HWPolicy, *framegear.HWPolicy]("prefer", "require", "off"))
}

type enum interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
}

func enumAsText[E enum, P interface {
	*E
	encoding.TextUnmarshaler
}](words ...string) func(t *testing.T) {
	return func(t *testing.T) {
		for i, w := range words {
			require.Equal(t, w, E(i).String())
			text, err := E(i).MarshalText()
			require.NoError(t, err)
			got := E(200)
			require.NoError(t, P(&got).UnmarshalText([]byte(" "+string(text[0]-'a'+'A')+string(text[1:]))))
			require.Equal(t, E(i), got)
		}
		beyond := E(len(words))
		require.Equal(t, fmt.Sprint(len(words)), beyond.String())
		got := E(0)
		err := P(&got).UnmarshalText([]byte(words[1] + "x"))
		require.ErrorIs(t, err, framegear.ErrOptions)
		require.ErrorContains(t, err, "did you mean "+words[1])
		require.Equal(t, E(0), got)
	}
}
