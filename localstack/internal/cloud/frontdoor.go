package cloud

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/frontdoor"
	"github.com/yoriai/yoriai/localstack/internal/ports"
)

// startFrontDoor opens the public address. It is the one part inside the supervisor: it cannot crash alone.
func (c *cloud) startFrontDoor(ctx context.Context, log *os.File) (string, error) {
	web, err := url.Parse(ports.URL(c.settings.Ports.Next))
	if err != nil {
		return "", fmt.Errorf("the web application's address: %w", err)
	}
	aws, err := url.Parse(c.settings.aws())
	if err != nil {
		return "", fmt.Errorf("the local AWS's address: %w", err)
	}
	// The step's own handle is closed when the step ends.
	file, err := os.OpenFile(log.Name(), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("open the front door's log: %w", err)
	}
	logger := slog.New(slog.NewTextHandler(file, nil))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ports.Address(c.settings.Ports.Web))
	if err != nil {
		return "", fmt.Errorf("listen: %w", err)
	}
	c.door = &http.Server{
		Handler: frontdoor.New(frontdoor.Config{
			PublicHost: c.settings.publicHost(), Web: web, AWS: aws,
			HTTPAPI: c.outputs.HTTPAPI, WebSocketAPI: c.outputs.WebSocketAPI, Secret: c.secret, Log: logger,
		}),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	listeners := []net.Listener{listener}
	// Some name the loopback by its other address. A machine may have none.
	if v6, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("::1", strconv.Itoa(c.settings.Ports.Web))); err == nil {
		listeners = append(listeners, v6)
	}
	for _, listener := range listeners {
		go func() {
			if err := c.door.Serve(listener); err != nil && err != http.ErrServerClosed {
				c.supervisor.lost <- fmt.Errorf("front door: %w", err)
			}
		}()
	}
	return c.settings.Address(), nil
}
