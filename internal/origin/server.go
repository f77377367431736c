package origin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// TLSFiles name a certificate chain and its key in PEM. Both empty means plain HTTP.
type TLSFiles struct {
	Cert, Key string
}

// ServerOptions say how a [Server] listens. The zero value is plain HTTP with the default bounds.
type ServerOptions struct {
	// TLS switches to HTTPS, with HTTP/2 for clients that have it.
	TLS TLSFiles
	// MaxConnections is how many connections are open at a time. When all of them are, the one that has been without a request for
	// longest makes room, and while all have one, further ones wait. Zero means 4096.
	MaxConnections int
	// MaxPerAddress is how many of them one address may have (of IPv6, one network of 64 bits); further ones are closed. A proxy
	// in front is one address. Zero means a quarter of MaxConnections.
	MaxPerAddress int
	// Hosts are the names, without a port, that requests may call the server by; others are answered 421. It keeps pages that let a
	// name of theirs lead here from reading what is served (DNS rebinding). "*" is any name. Nil means any, but on a loopback address
	// localhost and names that end in .localhost alone. Addresses are always fine.
	Hosts []string
	// Grace is how long requests may go on when the server ends. Zero means 3 s.
	Grace time.Duration
	// Logger hears of broken handshakes and handlers. Nil means silence.
	Logger *slog.Logger
}

// Bounds of every server. There is no timeout for a whole answer: a segment may grow for as long as it lasts, and
// [Origin] bounds each write. There is none for reading bodies either, because it would end held requests; none is read.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 75 * time.Second
	maxHeader     = 16 << 10
	maxStreams    = 100 // per HTTP/2 connection
)

// Server is an HTTP server with bounds against clients that are slow, many, or talk too much.
type Server struct {
	listener *limitedListener
	http     *http.Server
	grace    time.Duration
	secure   bool
	hosts    hostCheck
}

// Listen opens the address, as net.Listen does with "tcp", and reads the certificate, so that both kinds of mistake are
// heard of before anything is served. Close or Serve ends the server.
func Listen(addr string, opt ServerOptions) (*Server, error) {
	if opt.MaxConnections < 0 || opt.MaxPerAddress < 0 || opt.Grace < 0 {
		return nil, fmt.Errorf("%w: a bound is negative: MaxConnections %d, MaxPerAddress %d, Grace %s",
			ErrOptions, opt.MaxConnections, opt.MaxPerAddress, opt.Grace)
	}
	setDefault(&opt.MaxConnections, 4096)
	setDefault(&opt.MaxPerAddress, max(1, opt.MaxConnections/4))
	setDefault(&opt.Grace, 3*time.Second)
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{grace: opt.Grace, http: &http.Server{
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, WriteByteTimeout: headerTimeout, SendPingTimeout: idleTimeout},
		ConnContext:       withConn,
		ErrorLog:          slog.NewLogLogger(opt.Logger.Handler(), slog.LevelDebug),
	}}
	if err := s.loadCertificate(opt.TLS); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("framegear: %w", err)
	}
	s.listener = limitListener(listener, opt.MaxConnections, opt.MaxPerAddress)
	s.http.ConnState = s.listener.state
	s.hosts = newHostCheck(opt.Hosts, listener.Addr())
	return s, nil
}

func (s *Server) loadCertificate(files TLSFiles) error {
	if files == (TLSFiles{}) {
		return nil
	}
	if files.Cert == "" || files.Key == "" {
		return fmt.Errorf("%w: TLS needs a certificate and a key, got certificate %q and key %q", ErrOptions, files.Cert, files.Key)
	}
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return fmt.Errorf("framegear: certificate %s with key %s: %w", files.Cert, files.Key, err)
	}
	s.secure = true
	s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return nil
}

// Addr is the address that is listened on, with the port that was chosen when none was given.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is where a person on this machine finds the server.
func (s *Server) URL() string {
	scheme, host := "http", s.Addr().String()
	if s.secure {
		scheme = "https"
	}
	if a, ok := s.Addr().(*net.TCPAddr); ok && a.IP.IsUnspecified() {
		host = fmt.Sprintf("localhost:%d", a.Port)
	}
	return scheme + "://" + host + "/"
}

// Serve answers requests until the context ends or the server is closed, then lets running ones go on for the time of
// grace, cuts the rest off, and returns nil. Close an [Origin] first, and those that wait end at once. Serve is called once.
func (s *Server) Serve(ctx context.Context, handler http.Handler) error {
	// Held requests outlive ctx for the time of grace, and end with the requests' own context after it.
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	s.http.Handler = s.hosts.before(handler)
	s.http.BaseContext = func(net.Listener) context.Context { return base }
	ended := make(chan error, 1)
	go func() {
		if s.secure {
			ended <- s.http.ServeTLS(s.listener, "", "")
			return
		}
		ended <- s.http.Serve(s.listener)
	}()
	select {
	case err := <-ended:
		return serveError(err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(base, s.grace)
	defer cancel()
	if err := s.http.Shutdown(grace); err != nil {
		cut()
		_ = s.http.Close() // what it says was said by Shutdown
	}
	return serveError(<-ended)
}

func serveError(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("framegear: %w", err)
}

// Close stops listening and cuts every connection off.
func (s *Server) Close() error {
	return errors.Join(s.http.Close(), ignoreClosed(s.listener.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Serve listens on addr and serves handler until the context ends: [Listen] and [Server.Serve] in one.
func Serve(ctx context.Context, addr string, handler http.Handler, opt ServerOptions) error {
	s, err := Listen(addr, opt)
	if err != nil {
		return err
	}
	return s.Serve(ctx, handler)
}
