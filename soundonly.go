package framegear

// soundAlone begins the pipeline of an output without pictures and lets the sound go on as far as there is any.
func (s *Stream) soundAlone() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return ErrClosed
	}
	if err := s.beginAlone(); err != nil {
		return err
	}
	if err := s.pipe.err(); err != nil {
		return err
	}
	s.pipe.advanceSound(forever, 0, 0)
	s.pipe.awaitSound()
	return nil
}

// beginAlone builds the pipeline of an output without pictures, once.
func (s *Stream) beginAlone() error {
	if s.pipe != nil {
		return nil
	}
	grid, err := s.opt.grid()
	if err != nil {
		return err
	}
	p := emptyPipeline(s, grid)
	p.publisher = newPublisher(p, nil)
	if err := p.openSound(); err != nil {
		p.free()
		return err
	}
	p.start()
	s.pipe = p
	s.origin.begin(p.publisher)
	return nil
}
