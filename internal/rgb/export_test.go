package rgb

// ConvertWith is ConvertRows with a kernel chosen by name.
func ConvertWith(name string, j *Job, y0, y1 int) {
	for _, v := range variants {
		if v.name == name {
			convert(v, j, y0, y1)
			return
		}
	}
	panic("no kernel " + name)
}
