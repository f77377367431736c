package framegear

import "golang.org/x/text/language"

// containerLanguage returns the BCP 47 tag of the language that a container states, which uses ISO 639-2 with its two codes for French or German
// (fre and fra, ger and deu), or whatever somebody has written there. Nothing comes back for what is no language, or an undetermined one.
func containerLanguage(s string) string {
	tag, err := language.Parse(s)
	if err != nil || tag.IsRoot() {
		return ""
	}
	return tag.String()
}

// canonicalLanguage is the preferred form of a tag that a caller gives (eng is en); one that the registry does not have stays.
func canonicalLanguage(tag string) string {
	if t, err := language.Parse(tag); err == nil {
		return t.String()
	}
	return tag
}
