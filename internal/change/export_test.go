package change

// Recount counts blocks that a test has marked.
func (m *Map) Recount() {
	m.changed = 0
	for _, b := range m.blocks {
		m.changed += int(b)
	}
}
