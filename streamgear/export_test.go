package streamgear

// Names returns the names in the table of attributes.
func Names() map[string]bool {
	names := map[string]bool{}
	for name := range attributes {
		names[name] = true
	}
	return names
}

// Notes returns the names of attributes that give a warning and do nothing else.
func Notes() map[string]bool {
	names := map[string]bool{}
	for name, a := range attributes {
		if a.note != "" && a.take == nil {
			names[name] = true
		}
	}
	return names
}
