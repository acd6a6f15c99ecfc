module github.com/yoriai/yoriai/migrations

go 1.26
