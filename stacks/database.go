package stacks

const (
	databaseOwner     = "postgres"
	ownerURLParameter = "database/owner-url"
)
