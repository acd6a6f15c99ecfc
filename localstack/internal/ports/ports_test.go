package ports

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestATakenPortIsNamedWithItsHolderAndTheWayOut(t *testing.T) {
	listener, err := net.Listen("tcp", Host+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	free, err := Pick(7)
	if err != nil {
		t.Fatal(err)
	}
	taken := listener.Addr().(*net.TCPAddr).Port
	set := Set{Web: taken, Next: free[0], AWS: free[1], Postgres: free[2], Redis: free[3], GatewayREST: free[4], GatewayGRPC: free[5], Model: free[6]}
	err = set.Check(nil)
	if err == nil {
		t.Fatal("a taken port was found free")
	}
	for _, want := range []string{"port " + strconv.Itoa(taken) + " (front door) is taken", "pid " + strconv.Itoa(os.Getpid()), "YORIAI_PORT_WEB="} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell %q", err, want)
		}
	}
	if err := set.Check(map[string]bool{"front door": true}); err != nil {
		t.Errorf("a part that is not ours was checked: %v", err)
	}
}

func TestPortsAreMovedByTheEnvironment(t *testing.T) {
	t.Setenv("YORIAI_PORT_WEB", "18080")
	set, err := FromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	if set.Web != 18080 || set.Postgres != 55432 {
		t.Errorf("web %d, postgres %d; want 18080 and the usual 55432", set.Web, set.Postgres)
	}
	t.Setenv("YORIAI_PORT_WEB", "http")
	if _, err := FromEnvironment(); err == nil || !strings.Contains(err.Error(), "YORIAI_PORT_WEB=http is not a port number") {
		t.Errorf("err = %v", err)
	}
}

func TestPickedPortsAreDifferent(t *testing.T) {
	t.Parallel()
	picked, err := Pick(20)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, port := range picked {
		if seen[port] {
			t.Errorf("port %d was picked twice", port)
		}
		seen[port] = true
	}
}
