package bench

import (
	"context"
	"slices"
	"time"
)

// feed gives all frames of a job to write: as fast as they are taken, or at their rate. It counts the frames that were handed
// over no earlier than the next one was due.
func feed(ctx context.Context, j *job, c *clip, m *meter, offset time.Duration, write func(n int) error) (late int, err error) {
	period := c.w.FrameRate.Frame().Duration(1)
	begin := time.Now().Add(offset)
	for n := range c.w.Frames {
		if j.Workload.Paced {
			if err := sleepUntil(ctx, begin.Add(c.w.FrameRate.Frame().Duration(int64(n)))); err != nil {
				return late, err
			}
		}
		if err := write(n); err != nil {
			return late, err
		}
		if j.Workload.Paced && time.Since(begin) > c.w.FrameRate.Frame().Duration(int64(n))+period {
			late++
		}
	}
	return late, nil
}

func sleepUntil(ctx context.Context, at time.Time) error {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// distribution returns nil without values.
func distribution(all []time.Duration) *Latency {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	at := func(p float64) time.Duration { return all[int(p*float64(len(all)-1)+0.5)] }
	return &Latency{P50: at(0.5), P95: at(0.95), P99: at(0.99), Max: all[len(all)-1]}
}
