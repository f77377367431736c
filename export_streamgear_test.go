package framegear

// StreamGearNames returns the names in the table of attributes.
func StreamGearNames() map[string]bool {
	names := map[string]bool{}
	for name := range attributes {
		names[name] = true
	}
	return names
}
