// Package framegear turns raw video frames into adaptive streams, DASH and HLS, recorded and live, inside one process.
//
// Frames go through one scaling branch per rendition into libavcodec's encoders; libavformat packs the segments; bytes go to a
// folder, memory, an HTTP server or a sink of your own; manifests say what exists. No ffmpeg process is started.
//
//	s, err := framegear.New("out/", framegear.Options{
//		FrameRate: framegear.FPS(30),
//		Ladder: framegear.Ladder{
//			{Width: 1280, Height: 720, Bitrate: 2_500_000},
//			{Width: 640, Height: 360, Bitrate: 800_000},
//		},
//	})
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	for img := range camera {
//		if err := s.WriteFrame(framegear.BGR(img.Pix, img.Width, img.Height)); err != nil {
//			return err
//		}
//	}
//	return s.Finish(ctx)
//
// # The way of a frame
//
//	WriteFrame ─ clock: which instant is it? ─ scaler: to 4:2:0, once, while WriteFrame runs
//	                                             │
//	             one goroutine per rendition:  branch ─ encoder ─ muxer ─► sink
//	             (each scales the picture of      │
//	             the next larger rendition)     branch ─ encoder ─ muxer ─► sink
//	                                                                │ what exists
//	                                             publisher: MPD and playlists, after the bytes they name ─► sink
//	                                                                └► origin: Handler, low latency, player page
//
// # Time
//
// Every output has a constant frame rate. A frame's instant comes from Options.Clock: counted, given as PTS, or the wall clock; frames are
// repeated or dropped so that the output keeps to it. Times are ticks of one timescale for all renditions; segment k
// starts at the same tick, with an IDR, in each of them.
//
// # Ownership
//
// A [Frame] is borrowed for the call: its memory is free again when WriteFrame returns. Everything in C memory is freed by
// Finish or Close, nothing by the garbage collector; [Stats].Live counts what is alive. A Sink, a Logger and a context stay
// the caller's.
//
// # Errors
//
// Errors about one frame ([ErrFrame], [ErrChanged], [ErrPTS], [ErrDropped]) leave the stream as it was. A [StageError] ends it, unless no
// frame was taken yet: it names the stage and the rendition and wraps the cause with libav's own last line or the sink's path, and every
// later call returns it.
// What was published before stays playable.
package framegear
