module github.com/yoriai/yoriai/shared

go 1.26
