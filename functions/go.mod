module github.com/yoriai/yoriai/functions

go 1.26
