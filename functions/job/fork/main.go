// fork does the steps of a room's copy.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/service"

func main() { service.Job("fork") }
