package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/framegear/framegear"
)

// serverFlags say how something is served.
type serverFlags struct {
	TLSCert string   `name:"tls-cert" type:"existingfile" help:"Certificate for HTTPS and HTTP/2." group:"Server"`
	TLSKey  string   `name:"tls-key" type:"existingfile" help:"Key of the certificate." group:"Server"`
	Token   string   `help:"Token that every request but /healthz must carry: as a bearer token, or as ?token=… in the URL of the page or of a manifest." env:"FRAMEGEAR_TOKEN" group:"Server"`
	Title   string   `help:"Heading of the player page." group:"Server"`
	CORS    []string `name:"cors" help:"Web origin whose pages may read the stream (repeat), * for all, none for nobody (default: all; without a token on localhost those of this machine)." placeholder:"ORIGIN" group:"Server"`
	Host    []string `help:"Name that requests may call the server by (repeat), * for any (default: any; on a loopback address without a token localhost alone)." placeholder:"NAME" group:"Server"`

	MaxPerAddress int `help:"Connections, and requests being answered, that one address may have (default: a quarter of 4096). A proxy in front is one address." placeholder:"N" group:"Server"`
}

// handler are the flags as the library's options.
func (f *serverFlags) handler() framegear.HandlerOptions {
	o := framegear.HandlerOptions{
		Token: f.Token, Title: f.Title, AllowOrigins: f.CORS, Limits: framegear.HandlerLimits{MaxPerAddress: f.MaxPerAddress},
	}
	if slices.Equal(f.CORS, []string{"none"}) {
		o.AllowOrigins = []string{}
	}
	return o
}

// listen opens the address of a flag.
func (f *serverFlags) listen(e *env, flag, address string) (*framegear.Server, error) {
	hosts := f.Host
	if len(hosts) == 0 {
		hosts = nil
		if f.Token != "" {
			hosts = []string{"*"} // a page that lets its name lead here knows no token
		}
	}
	l, err := framegear.Listen(address, framegear.ServerOptions{
		TLS: framegear.TLSFiles{Cert: f.TLSCert, Key: f.TLSKey}, Hosts: hosts, MaxPerAddress: f.MaxPerAddress, Grace: serverGrace,
		Logger: e.log,
	})
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s %s: %w (another program listens there: want another port, or :0 for a free one)", flag, address, err)
	}
	return l, err
}

// serverGrace is how long answers go on after an interrupt, which ends the command within two seconds.
const serverGrace = time.Second

// checkAddress refuses what cannot be listened on.
func checkAddress(flag, address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return usagef("%s %s (want an address with a port, such as 127.0.0.1:8080, or :8080 for all of the machine's)", flag, address)
	}
	return nil
}

// serveCmd serves what is in a folder.
type serveCmd struct {
	Dir    string `arg:"" type:"existingdir" help:"The folder. Presentations in the folders in it are served too."`
	Listen string `help:"Address to serve at." default:"127.0.0.1:8080" placeholder:"127.0.0.1:8080" group:"Server"`
	serverFlags
}

// Run serves until the first interrupt.
func (c *serveCmd) Run(e *env) error {
	if err := checkAddress("--listen", c.Listen); err != nil {
		return err
	}
	handler, err := framegear.FolderHandler(c.Dir, c.handler())
	if err != nil {
		return err
	}
	l, err := c.listen(e, "--listen", c.Listen)
	if err != nil {
		return err
	}
	e.say(fmt.Sprintf("serving %s at %s (Ctrl-C ends)", c.Dir, l.URL()))
	return l.Serve(e.reading, handler)
}

// server is the HTTP side of the stream command. The zero value serves nothing.
type server struct {
	cancel context.CancelFunc
	done   chan error
	url    string
}

// serve starts the server when --serve is given.
func (c *streamCmd) serve(e *env, s *framegear.Stream) (*server, error) {
	if c.Serve == "" {
		return &server{}, nil
	}
	handler, err := s.HandlerWith(c.handler())
	if err != nil {
		return nil, err
	}
	l, err := c.listen(e, "--serve", c.Serve)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(e.ctx)
	v := &server{cancel: cancel, done: make(chan error, 1), url: l.URL()}
	names := s.Manifests()
	go func() { v.done <- l.Serve(ctx, alsoLive(handler, names)) }()
	if !c.NoStatus {
		e.say(fmt.Sprintf("serving at %s (Ctrl-C ends)", v.url))
		for _, m := range names {
			e.say("  " + strings.TrimSuffix(v.url, "/") + "/" + filepath.Base(m))
		}
	}
	return v, nil
}

// alsoLive makes /live.mpd and /live.m3u8 lead to the manifests whatever these are called, so that a viewer's address need not follow the
// output's.
func alsoLive(h http.Handler, manifests []string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", h)
	for _, m := range manifests {
		name := filepath.Base(m)
		if alias := "live" + filepath.Ext(name); alias != name {
			mux.HandleFunc("/"+alias, func(w http.ResponseWriter, r *http.Request) {
				to := url.URL{Path: name, RawQuery: r.URL.RawQuery}
				http.Redirect(w, r, to.String(), http.StatusTemporaryRedirect)
			})
		}
	}
	return mux
}

// linger keeps serving what was made until the next interrupt.
func (v *server) linger(e *env, status *status) {
	if v.done == nil {
		return
	}
	select {
	case <-e.reading.Done():
		return
	default:
	}
	status.note("the stream has ended and is still served (Ctrl-C ends)")
	select {
	case <-e.reading.Done():
	case <-e.ctx.Done():
	case err := <-v.done:
		v.done <- err
	}
}

// stop ends the server and waits for it.
func (v *server) stop() {
	if v.done == nil {
		return
	}
	v.cancel()
	<-v.done //nolint:errcheck // the stream is what counts; a server that ended early was noted by linger
}
