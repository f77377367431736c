package av

import (
	"reflect"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
)

// TestAstiavLayout keeps true what the code reads behind astiav's back: the C pointer is the one and only field.
func TestAstiavLayout(t *testing.T) {
	for _, c := range []struct {
		of     reflect.Type
		points string
	}{
		{reflect.TypeFor[astiav.Packet](), "*astiav._Ctype_struct_AVPacket"},
		{reflect.TypeFor[astiav.FormatContext](), "*astiav._Ctype_struct_AVFormatContext"},
		{reflect.TypeFor[astiav.Stream](), "*astiav._Ctype_struct_AVStream"},
		{reflect.TypeFor[astiav.CodecParameters](), "*astiav._Ctype_struct_AVCodecParameters"},
	} {
		t.Run(c.of.Name(), func(t *testing.T) {
			require.Equal(t, 1, c.of.NumField())
			field := c.of.Field(0)
			require.Equal(t, "c", field.Name)
			require.Zero(t, field.Offset)
			require.Equal(t, c.points, field.Type.String())
		})
	}
}

// What is read through the first field is what astiav says.
func TestAstiavLayoutReads(t *testing.T) {
	p, err := NewPacket()
	require.NoError(t, err)
	defer p.Close()
	require.NoError(t, p.SetData([]byte("abc")))
	require.Equal(t, p.p.Size(), p.Size())
	require.Equal(t, "abc", string(p.Data()))
	require.Equal(t, string(p.p.Data()), string(p.Data()))
}
