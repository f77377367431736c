package framegear

// StreamGearNames returns the names in the table of attributes.
func StreamGearNames() map[string]bool {
	names := map[string]bool{}
	for name := range attributes {
		names[name] = true
	}
	return names
}

// StreamGearNotes returns the names of attributes that give a warning and do nothing else.
func StreamGearNotes() map[string]bool {
	names := map[string]bool{}
	for name, a := range attributes {
		if a.note != "" && a.take == nil {
			names[name] = true
		}
	}
	return names
}
