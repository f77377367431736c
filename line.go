package framegear

// line is the output's timeline as far as frame sets were sent: which segment a slot of the grid belongs to.
type line struct {
	segment int64 // slots of a segment
	slot    int64 // where the present run began
	number  int64 // of the segment that begins there
	next    int64 // slot after the last one that was sent
}

// begin starts at a slot with a segment's number.
func (l *line) begin(slot, number, segment int64) {
	*l = line{segment: segment, slot: slot, number: number, next: slot}
}

// at returns the number of the segment that a slot of the present run belongs to.
func (l *line) at(slot int64) int64 { return l.number + (slot-l.slot)/l.segment }

// boundary returns the first slot from one on at which a segment begins.
func (l *line) boundary(slot int64) int64 {
	return l.slot + (slot-l.slot+l.segment-1)/l.segment*l.segment
}

// cut begins another run: numbers go on, slots go on elsewhere.
func (l *line) cut(slot int64) {
	if l.next > l.slot {
		l.number = l.at(l.next-1) + 1
	}
	l.slot, l.next = slot, slot
}
