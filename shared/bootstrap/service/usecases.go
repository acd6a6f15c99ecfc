package service

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/offers"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/s3"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/accounts"
	"github.com/yoriai/yoriai/shared/usecase/audit"
	"github.com/yoriai/yoriai/shared/usecase/billing"
	"github.com/yoriai/yoriai/shared/usecase/changes"
	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/groups"
	"github.com/yoriai/yoriai/shared/usecase/invitations"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/payments"
	"github.com/yoriai/yoriai/shared/usecase/people"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/reports"
	"github.com/yoriai/yoriai/shared/usecase/retention"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/search"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Rooms is the use case about rooms. The catalogue is nil where no model is chosen.
func (s *Services) Rooms(c ai.Catalogue) rooms.Rooms {
	return rooms.Rooms{Store: postgres.Rooms{DB: s.DB}, Runner: s.Runner(), Memberships: s.memberships(),
		Presence: dynamodb.Connections{Table: s.Table}, Catalogue: c, Hint: redis.NewStopHint(s.Redis),
		LongestRetention: s.Config.RetentionDays}
}

// Retention lets rooms keep their messages only as long as they say.
func (s *Services) Retention() retention.Retention {
	return retention.Retention{Store: postgres.Retention{DB: s.DB}, Runner: s.Runner(), Bound: s.Config.RetentionDays}
}

// Invitations is the use case about who is let in.
func (s *Services) Invitations() invitations.Invitations {
	return invitations.Invitations{Store: postgres.Invitations{DB: s.DB}, Rooms: postgres.Rooms{DB: s.DB}, Runner: s.Runner(), Memberships: s.memberships(), Now: time.Now}
}

// People is the use case about whom one finds and hears.
func (s *Services) People() people.People {
	return people.People{Store: postgres.People{DB: s.DB}, Runner: s.Runner()}
}

// Groups is the use case about groups.
func (s *Services) Groups() groups.Groups {
	return groups.Groups{Store: postgres.Groups{DB: s.DB}, People: postgres.People{DB: s.DB}, Runner: s.Runner()}
}

// Audit is the use case about what was done to rooms.
func (s *Services) Audit() audit.Audit { return audit.Audit{Store: postgres.Audit{DB: s.DB}} }

// Reports is the use case about what people tell the admins.
func (s *Services) Reports() reports.Reports {
	return reports.Reports{Store: postgres.Reports{DB: s.DB}, Runner: s.Runner()}
}

// Messages is the use case about messages. The catalogue is nil where no model is asked.
func (s *Services) Messages(c ai.Catalogue) messages.Messages {
	return messages.Messages{Store: postgres.Messages{DB: s.DB}, Runner: s.Runner(), Catalogue: c,
		Running: redis.NewStreamText(s.Redis), Hint: redis.NewStopHint(s.Redis)}
}

// Replies is the use case about answers. The catalogue is nil where no model is asked.
func (s *Services) Replies(c ai.Catalogue) replies.Replies {
	return replies.Replies{Store: postgres.Generations{DB: s.DB}, Runner: s.Runner(), Catalogue: c, Hint: redis.NewStopHint(s.Redis)}
}

// Billing is the use case about balances.
func (s *Services) Billing() billing.Billing {
	return billing.Billing{Store: postgres.Billing{DB: s.DB}}
}

// History is the use case about what somebody paid.
func (s *Services) History() payments.History {
	return payments.History{Store: postgres.Payments{DB: s.DB}}
}

// Payments writes what was paid into the books.
func (s *Services) Payments() payments.Worker {
	list, err := offers.Read()
	s.Fail(err)
	return payments.Worker{Runner: s.Runner(), Offers: list, Projection: dynamodb.Payments{Table: s.Table}}
}

// Search is the use case about what was said somewhere.
func (s *Services) Search() search.Search { return search.Search{Store: postgres.Search{DB: s.DB}} }

// Forks is the use case about copies of rooms.
func (s *Services) Forks() forks.Forks {
	return forks.Forks{Store: postgres.Forks{DB: s.DB}, Jobs: postgres.Jobs{DB: s.DB}, Runner: s.Runner(), Memberships: s.memberships()}
}

// Exports is the use case about what people take along.
func (s *Services) Exports() exports.Exports {
	return exports.Exports{Store: postgres.Exports{DB: s.DB}, Jobs: postgres.Jobs{DB: s.DB}, Runner: s.Runner(), Files: s3.New(s.AWS.Config, s.Config.ExportsBucket, s.Config.AWSEndpoint != ""), Now: time.Now}
}

// Jobs is the use case about long work, of every kind.
func (s *Services) Jobs() jobs.Jobs {
	return jobs.Jobs{Store: postgres.Jobs{DB: s.DB}, Runner: s.Runner(), Kinds: map[job.Kind]jobs.Kind{job.Fork: s.Forks(), job.Export: s.Exports()}}
}

// Accounts is the use case about what people say of themselves, and about the end of their accounts.
func (s *Services) Accounts() accounts.Accounts {
	return accounts.Accounts{Store: postgres.News{DB: s.DB}, Runner: s.Runner(), Memberships: s.memberships(), Sessions: s.Identity().Identity, Rooms: s.Rooms(nil),
		Invitations: s.Invitations(), Jobs: s.Jobs(), Plans: s.Payments()}
}

// Changes is the use case about what was missed.
func (s *Services) Changes() changes.Changes { return changes.Changes{Store: postgres.Logs{DB: s.DB}} }

// Runner is how use cases change something.
func (s *Services) Runner() transact.Runner {
	return transact.Runner{Store: postgres.Changes{DB: s.DB}, Relay: transact.Relay{Queues: s.Queues, Store: postgres.Outbox{DB: s.DB}, Activity: s.Activity}}
}

// Reaper ends or revives answers that nobody works on.
func (s *Services) Reaper() replies.Reaper {
	return replies.Reaper{Store: postgres.Generations{DB: s.DB}, Runner: s.Runner()}
}

// Sweeper finds what was left behind.
func (s *Services) Sweeper() replies.Sweeper {
	return replies.Sweeper{Store: postgres.Generations{DB: s.DB}, Reaper: s.Reaper(), Jobs: s.Jobs(), Accounts: s.Accounts(), Relay: s.Runner().Relay, Activity: s.Activity}
}

// FanOut pushes events.
func (s *Services) FanOut() fanout.FanOut {
	return fanout.FanOut{Store: postgres.Logs{DB: s.DB}, Heads: dynamodb.Heads{Table: s.Table}, Memberships: s.memberships(),
		Connections: dynamodb.Connections{Table: s.Table}, Denials: dynamodb.Denials{Table: s.Table}, Hub: s.AWS.Hub(),
		Budget: redis.NewBudget(s.Redis, s.Config.SendBudget), Frames: wire.Frames{}}
}

// Sweep is the sweeper's run.
func (s *Services) Sweep(ctx context.Context) (map[string]any, error) {
	looked, err := s.Sweeper().Sweep(ctx, time.Now()) //nolint:contextcheck // what it is made of outlives the call
	return map[string]any{"looked": looked}, err
}

func (s *Services) memberships() dynamodb.Memberships { return dynamodb.Memberships{Table: s.Table} }
