// export does the steps of a file that somebody takes along.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/service"

func main() { service.Job("export") }
