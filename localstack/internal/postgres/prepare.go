package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// PrepareCommand is the hidden first argument with which a program of the local cloud calls itself to run Prepare.
const PrepareCommand = "internal-prepare-postgres"

// Prepare fetches PostgreSQL's programs and makes a cluster with its database. It must not run as root.
func Prepare(arguments []string) error {
	if len(arguments) != 3 {
		return errors.New("usage: " + PrepareCommand + " PROGRAMS DATA PORT")
	}
	programs, data := arguments[0], arguments[1]
	port, err := strconv.ParseUint(arguments[2], 10, 16)
	if err != nil {
		return fmt.Errorf("port: %w", err)
	}
	config := embedded.DefaultConfig().
		Version(embedded.PostgresVersion(Version)).
		Port(uint32(port)).Username(User).Password(Password).Database(Database).
		BinariesPath(programs).CachePath(filepath.Join(data, "download")).
		RuntimePath(filepath.Join(data, "making")).DataPath(filepath.Join(data, "cluster")).
		Locale("C.UTF-8").Encoding("UTF8").
		StartParameters(map[string]string{"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}).
		StartTimeout(5 * time.Minute).Logger(os.Stderr)
	if mirror := os.Getenv("YORIAI_MAVEN_URL"); mirror != "" {
		config = config.BinaryRepositoryURL(mirror)
	}
	server := embedded.NewDatabase(config)
	if err := server.Start(); err != nil {
		return fmt.Errorf("make the cluster: %w", err)
	}
	if err := server.Stop(); err != nil {
		return fmt.Errorf("stop after making the cluster: %w", err)
	}
	return errors.Join(os.RemoveAll(filepath.Join(data, "download")), os.RemoveAll(filepath.Join(data, "making")))
}
