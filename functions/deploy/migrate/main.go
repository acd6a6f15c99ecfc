// migrate brings the database to the newest schema; a deployment calls it before new code.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/schema"

func main() { schema.Start("migrate") }
