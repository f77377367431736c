package origin

// What a [Server] does with connections, for tests with connections of their own.
var (
	LimitListener = limitListener
	WithConn      = withConn
)
