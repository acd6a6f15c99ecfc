//go:build !linux

package postgres

import "syscall"

// unprivileged changes nothing: outside Linux the local cloud is run by an ordinary user.
func (s Server) unprivileged() func(*syscall.SysProcAttr) { return nil }
