package optest

import (
	"time"

	"github.com/yoriai/yoriai/shared/adapter/apigateway"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/offers"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/stripe/stripetest"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
	"github.com/yoriai/yoriai/shared/usecase/accounts"
	"github.com/yoriai/yoriai/shared/usecase/audit"
	"github.com/yoriai/yoriai/shared/usecase/billing"
	"github.com/yoriai/yoriai/shared/usecase/changes"
	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/groups"
	"github.com/yoriai/yoriai/shared/usecase/identity"
	"github.com/yoriai/yoriai/shared/usecase/invitations"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/payments"
	"github.com/yoriai/yoriai/shared/usecase/people"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/reports"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/search"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Origin is where the pages of this stage would come from.
const Origin = "http://localhost:8080"

// serve gives every operation of the contract its handler, at its path, with its limit.
func (h *House) serve(factor int) {
	handlers, limits := h.handlers(), ratelimit.NewLocal(h.now)
	for name, operation := range apitest.Operations(h) {
		handler := handlers[name]
		if handler == nil {
			h.Fatalf("nobody answers %s", name)
		}
		settings, _ := operation.Spec.Extensions["x-lambda"].(map[string]any)
		if class, limited := settings["limit"].(string); limited {
			limited, err := httpapi.Limited(httpapi.Limits{Limiter: limits, Factor: factor}, class, handler)
			if err != nil {
				h.Fatal(err)
			}
			handler = limited
		}
		h.Server.Handle(operation.Method, operation.Path, operation.Open, handler)
	}
}

func (h *House) handlers() map[string]httpapi.Handler {
	run := transact.Runner{Store: postgres.Changes{DB: h.DB}, Relay: transact.Relay{Queues: h.Queues, Store: postgres.Outbox{DB: h.DB}, Activity: dynamodb.NewActivity(h.Table)}}
	hint, limits := redis.NewStopHint(h.redis), ratelimit.NewLocal(h.now)
	h.Rooms = rooms.Rooms{Store: postgres.Rooms{DB: h.DB}, Runner: run, Memberships: dynamodb.Memberships{Table: h.Table}, Presence: dynamodb.Connections{Table: h.Table}, Catalogue: h.Catalogue, Hint: hint}
	m := messages.Messages{Store: postgres.Messages{DB: h.DB}, Runner: run, Catalogue: h.Catalogue, Running: redis.NewStreamText(h.redis), Hint: hint}
	a := replies.Replies{Store: postgres.Generations{DB: h.DB}, Runner: run, Catalogue: h.Catalogue, Hint: hint}
	i := invitations.Invitations{Store: postgres.Invitations{DB: h.DB}, Rooms: h.Rooms.Store, Runner: run, Memberships: dynamodb.Memberships{Table: h.Table}, Now: h.now}
	p := people.People{Store: postgres.People{DB: h.DB}, Runner: run}
	g := groups.Groups{Store: postgres.Groups{DB: h.DB}, People: p.Store, Runner: run}
	reported := reports.Reports{Store: postgres.Reports{DB: h.DB}, Runner: run}
	forked := forks.Forks{Store: postgres.Forks{DB: h.DB}, Jobs: postgres.Jobs{DB: h.DB}, Runner: run, Memberships: dynamodb.Memberships{Table: h.Table}}
	h.Exports = exports.Exports{Store: postgres.Exports{DB: h.DB}, Jobs: forked.Jobs, Runner: run, Files: h.Files, Now: h.now}
	h.Jobs = jobs.Jobs{Store: postgres.Jobs{DB: h.DB}, Runner: run, Kinds: map[job.Kind]jobs.Kind{job.Fork: forked, job.Export: h.Exports}}
	books := billing.Billing{Store: postgres.Billing{DB: h.DB}}
	list, err := offers.Read()
	if err != nil {
		h.Fatal(err)
	}
	shop := payments.Shop{Provider: h.Stripe.Account(stripetest.Stage), Projection: dynamodb.Payments{Table: h.Table}, Offers: list, Now: time.Now, Origin: Origin}
	hook := payments.Hook{Provider: shop.Provider, Queues: h.Queues, Now: time.Now}
	c := changes.Changes{Store: postgres.Logs{DB: h.DB}}
	identities := operations.Identity{Cookies: httpapi.Cookies{PublicOrigin: Origin}, Identity: &identity.Identity{Auth: h.auth, Accounts: h.auth.Accounts,
		Limits: limits, Denials: dynamodb.Denials{Table: h.Table}, Sockets: dynamodb.Connections{Table: h.Table}, Closer: apigateway.NewInProcess()}}
	h.Accounts = accounts.Accounts{Store: postgres.News{DB: h.DB}, Runner: run, Memberships: dynamodb.Memberships{Table: h.Table}, Sessions: identities.Identity, Rooms: h.Rooms,
		Invitations: i, Jobs: h.Jobs, Plans: payments.Worker{Runner: run, Offers: list, Projection: dynamodb.Payments{Table: h.Table}}}
	tickets := sockets.TicketService{Tickets: dynamodb.Tickets{Table: h.Table}, Limits: limits, Now: time.Now}
	return map[string]httpapi.Handler{
		"registerUser": identities.Register, "logIn": identities.LogIn, "refreshSession": identities.Refresh, "logOut": identities.LogOut, "getMe": identities.Me,
		"updateMe": operations.UpdateMe(h.Accounts), "deleteMe": operations.DeleteMe(h.Accounts, identities),
		"createRealtimeTicket": operations.CreateRealtimeTicket(tickets, "ws://localhost:8080/ws"), "health": operations.Health("test"),
		"createRoom": operations.CreateRoom(h.Rooms), "listRooms": operations.ListRooms(h.Rooms), "getRoom": operations.GetRoom(h.Rooms),
		"updateRoom": operations.UpdateRoom(h.Rooms), "deleteRoom": operations.DeleteRoom(h.Rooms), "listMembers": operations.ListMembers(h.Rooms),
		"updateMember": operations.UpdateMember(h.Rooms), "removeMember": operations.RemoveMember(h.Rooms), "updateMyMembership": operations.UpdateMyMembership(h.Rooms),
		"transferRoom": operations.TransferRoom(h.Rooms), "getTransfer": operations.GetTransfer(h.Rooms), "acceptTransfer": operations.AcceptTransfer(h.Rooms),
		"getSpending": operations.GetSpending(h.Rooms), "setSpendingLimits": operations.SetSpendingLimits(h.Rooms), "setRetention": operations.SetRetention(h.Rooms),
		"rejectTransfer": operations.RejectTransfer(h.Rooms), "createInvitation": operations.CreateInvitation(i, Origin), "listInvitations": operations.ListInvitations(i),
		"revokeInvitation": operations.RevokeInvitation(i), "listMyInvitations": operations.ListMyInvitations(i), "acceptInvitation": operations.AcceptInvitation(i),
		"rejectInvitation": operations.RejectInvitation(i), "previewInvitationLink": operations.PreviewInvitationLink(i), "joinByLink": operations.JoinByLink(i),
		"searchUsers": operations.SearchUsers(p), "listBlocks": operations.ListBlocks(p), "blockUser": operations.BlockUser(p), "unblockUser": operations.UnblockUser(p),
		"createGroup": operations.CreateGroup(g), "listGroups": operations.ListGroups(g), "updateGroup": operations.UpdateGroup(g), "deleteGroup": operations.DeleteGroup(g),
		"listGroupMembers": operations.ListGroupMembers(g), "addGroupMember": operations.AddGroupMember(g), "removeGroupMember": operations.RemoveGroupMember(g),
		"reportMessage": operations.ReportMessage(reported), "listReports": operations.ListReports(reported), "listAuditLog": operations.ListAuditLog(audit.Audit{Store: postgres.Audit{DB: h.DB}}), "resolveReport": operations.ResolveReport(reported),
		"markRead": operations.MarkRead(h.Rooms), "listChanges": operations.ListChanges(c), "listMyChanges": operations.ListMyChanges(c),
		"sendMessage": operations.SendMessage(m), "listMessages": operations.ListMessages(m), "getMessage": operations.GetMessage(m),
		"editMessage": operations.EditMessage(m), "deleteMessage": operations.DeleteMessage(m), "regenerateReply": operations.RegenerateReply(a),
		"previewContext": operations.PreviewContext(replies.Preview{Changes: postgres.Changes{DB: h.DB}, Catalogue: h.Catalogue,
			Builder: replies.Builder{Store: postgres.Generations{DB: h.DB}, Counter: h.Catalogue}}),
		"stopReply": operations.StopReply(a), "listAttempts": operations.ListAttempts(a), "getUsedSummary": operations.GetUsedSummary(a),
		"addReaction": operations.AddReaction(m), "removeReaction": operations.RemoveReaction(m), "forwardMessage": operations.ForwardMessage(m), "shareMessage": operations.ShareMessage(m),
		"searchMessages": operations.SearchMessages(search.Search{Store: postgres.Search{DB: h.DB}}), "getBalance": operations.GetBalance(books),
		"forkRoom": operations.ForkRoom(forked), "getJob": operations.GetJob(h.Jobs), "cancelJob": operations.CancelJob(h.Jobs),
		"exportRoom": operations.ExportRoom(h.Exports), "exportMe": operations.ExportMe(h.Exports),
		"listTransactions": operations.ListTransactions(books), "getUsage": operations.GetUsage(books), "listModels": operations.ListModels(h.Catalogue),
		"listPlans": operations.ListPlans(shop), "createCheckout": operations.CreateCheckout(shop), "createPortal": operations.CreatePortal(shop),
		"listPayments": operations.ListPayments(payments.History{Store: postgres.Payments{DB: h.DB}}), "stripeWebhook": operations.StripeWebhook(hook),
	}
}
