// logOut answers POST /auth/logout.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap"
	"github.com/yoriai/yoriai/shared/bootstrap/web"
)

func main() { web.Serve(bootstrap.LogOut) }
