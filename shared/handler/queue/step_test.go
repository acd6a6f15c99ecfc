package queue_test

import (
	"context"
	"errors"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/handler/queue"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

func TestAStepTellsTheNextAndCountsItsRounds(t *testing.T) {
	t.Parallel()
	jobID := id.New()
	answer, failure := jobs.Work, error(nil)
	h := queue.Step("test", func(_ context.Context, step jobs.Step, of id.ID) (jobs.Step, error) {
		if step != jobs.Work || of != jobID {
			t.Errorf("%s of %s", step, of)
		}
		return answer, failure
	})
	e, err := h(t.Context(), queue.StepEvent{JobID: jobID, Step: jobs.Work, Round: 5})
	if err != nil || e.Step != jobs.Work || e.Round != 6 || e.JobID != jobID {
		t.Errorf("%+v %v", e, err)
	}
	// A machine that turns too long is ended before its history is full.
	if e, _ = h(t.Context(), queue.StepEvent{JobID: jobID, Step: jobs.Work, Round: 999}); e.Step != jobs.CleanUp {
		t.Errorf("%+v", e)
	}
	failure = errors.New("not now")
	if _, err := h(t.Context(), queue.StepEvent{JobID: jobID, Step: jobs.Work}); !errors.Is(err, failure) {
		t.Error(err)
	}
}
