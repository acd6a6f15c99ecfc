module github.com/yoriai/yoriai/localstack

go 1.26
