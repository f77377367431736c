package validate

import "strings"

// sameCodec reports whether the codec string of a manifest can mean the one that was found. Case does not matter. Of
// some media no more is known than the sample entry, which is the first element then (RFC 6381 section 3.3).
func sameCodec(declared, actual string) bool {
	d, a := plainCodec(declared), plainCodec(actual)
	if d == a {
		return true
	}
	family, _, more := strings.Cut(a, ".")
	if before, _, _ := strings.Cut(d, "."); before != family {
		return false
	}
	switch {
	case !more:
		return true
	case family == "av01", family == "vp09": // optional fields may be left out
		return strings.HasPrefix(a, d+".") || strings.HasPrefix(d, a+".")
	case family == "hvc1", family == "hev1": // constraint bytes of zero may be left out (ISO/IEC 14496-15 annex E.3)
		return withoutZeros(d) == withoutZeros(a)
	case strings.HasPrefix(family, "dv"): // Dolby Vision's own profile and level are in another box
		return true
	}
	return false
}

func withoutZeros(codec string) string {
	for {
		shorter := strings.TrimSuffix(strings.TrimSuffix(codec, ".0"), ".00")
		if shorter == codec {
			return codec
		}
		codec = shorter
	}
}

// plainCodec gives MP3's three names one.
func plainCodec(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "mp4a.6b", "mp4a.69":
		return "mp4a.40.34"
	}
	return s
}

// joinCodecs lists codec strings for texts.
func joinCodecs(list []string) string { return strings.Join(list, ",") }
