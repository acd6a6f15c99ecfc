//go:build !linux

package process

import "syscall"

// endWithParent has no counterpart outside Linux: `make down` finds what a killed supervisor left behind.
func endWithParent(*syscall.SysProcAttr, syscall.Signal) {}
