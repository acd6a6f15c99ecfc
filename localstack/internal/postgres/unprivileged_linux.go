package postgres

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
)

// nobody is the user and group that owns the cluster where we are root and may not make a user namespace.
const nobody = 65534

// unprivileged says how to start PostgreSQL's programs as someone other than root; nil if we are not root.
func (s Server) unprivileged() func(*syscall.SysProcAttr) {
	if os.Geteuid() != 0 {
		return nil
	}
	if namespacesWork() {
		return enterNamespace
	}
	for _, path := range []string{s.Data, s.programs()} {
		_ = filepath.WalkDir(path, func(path string, _ os.DirEntry, err error) error {
			if err == nil {
				_ = os.Lchown(path, nobody, nobody) //nolint:gosec // A folder that we made and only we use.
			}
			return nil
		})
	}
	return func(attributes *syscall.SysProcAttr) {
		attributes.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
}

// enterNamespace starts a program in a user namespace that maps us to an ordinary user.
func enterNamespace(attributes *syscall.SysProcAttr) {
	const ordinary = 1000
	attributes.Cloneflags |= syscall.CLONE_NEWUSER
	attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: ordinary, HostID: os.Getuid(), Size: 1}}
	attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: ordinary, HostID: os.Getgid(), Size: 1}}
}

// namespacesWork tries one: Docker's default seccomp profile forbids them.
var namespacesWork = sync.OnceValue(func() bool {
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	enterNamespace(cmd.SysProcAttr)
	return cmd.Run() == nil
})
