module github.com/yoriai/yoriai/stacks

go 1.26
