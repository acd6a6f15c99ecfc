// Command price prints what the stages cost whose templates lie in the given
// folders: `price dist/synth/dev dist/synth/prod`.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/yoriai/yoriai/stacks/price"
	"github.com/yoriai/yoriai/stacks/synth"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: price <folder of templates>…")
		os.Exit(2)
	}
	for _, folder := range os.Args[1:] {
		s, err := synth.Read(folder)
		if err != nil || len(s) == 0 {
			fmt.Fprintf(os.Stderr, "price: no templates in %s: %v\n", folder, err)
			os.Exit(1)
		}
		prices, err := price.ListOf(s)
		if err != nil {
			fmt.Fprintf(os.Stderr, "price: %s: %v\n", folder, err)
			os.Exit(1)
		}
		fmt.Printf("%s, a month without use, US$:\n%s", filepath.Base(folder)+" in "+s["api"].Region, price.Idle(s, prices))
		fmt.Printf("%s, 1,000 AI turns, US$:\n%s\n", filepath.Base(folder)+" in "+s["api"].Region, price.Thousand(s, prices, price.Usual))
	}
}
