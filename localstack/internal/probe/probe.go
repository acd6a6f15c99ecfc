// Package probe asks a server whether it answers.
package probe

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// OK tells whether a GET of the URL succeeds soon.
func OK(ctx context.Context, url string) error {
	status, err := status(ctx, url)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s answered %d", url, status)
	}
	return nil
}

// Alive tells whether a GET of the URL gets any answer but a server error.
func Alive(ctx context.Context, url string) error {
	status, err := status(ctx, url)
	if err != nil {
		return err
	}
	if status >= http.StatusInternalServerError {
		return fmt.Errorf("%s answered %d", url, status)
	}
	return nil
}

// client follows no redirect: that a server redirects is answer enough.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func status(ctx context.Context, url string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("make a request: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("ask: %w", err)
	}
	return response.StatusCode, response.Body.Close()
}
