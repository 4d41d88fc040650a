package main

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// One candidate leads; when it lets go, the other does.
func leaderElection(ctx context.Context, config *rest.Config) error {
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	leads := make(chan string, 2)
	run := func(ctx context.Context, identity string) {
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: &resourcelock.LeaseLock{
				LeaseMeta:  metav1.ObjectMeta{Name: "elected", Namespace: namespace},
				Client:     client.CoordinationV1(),
				LockConfig: resourcelock.ResourceLockConfig{Identity: identity},
			},
			LeaseDuration:   6 * time.Second,
			RenewDeadline:   4 * time.Second,
			RetryPeriod:     500 * time.Millisecond,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leads <- identity },
				OnStoppedLeading: func() {},
			},
		})
	}
	next := func(want string) error {
		select {
		case got := <-leads:
			if got != want {
				return fmt.Errorf("%s leads, not %s", got, want)
			}
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%s never led", want)
		}
	}
	firstContext, letGo := context.WithCancel(ctx)
	defer letGo()
	go run(firstContext, "first")
	if err := next("first"); err != nil {
		return err
	}
	secondContext, end := context.WithCancel(ctx)
	defer end()
	go run(secondContext, "second")
	letGo()
	if err := next("second"); err != nil {
		return err
	}
	lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, "elected", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if holder := lease.Spec.HolderIdentity; holder == nil || *holder != "second" {
		return fmt.Errorf("the lease is held by %v", holder)
	}
	return nil
}
