package process

import "syscall"

// endWithParent makes the kernel end the program if the supervisor dies without a chance to stop it.
func endWithParent(attributes *syscall.SysProcAttr, signal syscall.Signal) {
	attributes.Pdeathsig = signal
}
