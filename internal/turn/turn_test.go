package turn_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/turn"
)

// Who waits is let in by deadline, whatever the order of asking.
func TestEarliestDeadlineFirst(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		q := turn.NewQueue(1)
		first := turn.NewTicket()
		q.Enter(first, time.Now())
		var order []int
		for _, n := range []int{3, 1, 4, 2} {
			go func() {
				ticket := turn.NewTicket()
				q.Enter(ticket, time.Now().Add(time.Duration(n)*time.Second))
				order = append(order, n)
				q.Leave(ticket)
			}()
			synctest.Wait()
		}
		require.Empty(t, order)
		q.Leave(first)
		q.Leave(first)
		synctest.Wait()
		require.Equal(t, []int{1, 2, 3, 4}, order)
		require.True(t, q.Idle())
	})
}

func TestNoMoreThanThereIsRoomFor(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		q := turn.NewQueue(2)
		inside := make(chan struct{}, 2)
		for range 6 {
			go func() {
				ticket := turn.NewTicket()
				for range 5 {
					q.Enter(ticket, time.Now())
					select {
					case inside <- struct{}{}:
					default:
						t.Error("more than two")
					}
					time.Sleep(time.Second)
					<-inside
					q.Leave(ticket)
				}
			}()
		}
		time.Sleep(time.Minute)
	})
}

func TestWaitingAllocatesNothing(t *testing.T) {
	q, ticket := turn.NewQueue(1), turn.NewTicket()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		q.Enter(ticket, time.Time{})
		q.Leave(ticket)
	}))
}
