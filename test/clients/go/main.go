// The scripted round of client-go: `go run . KUBECONFIG`. Each step prints `ok NAME` or `failed NAME: why`; the test beside
// this folder (test/clients/go.test.ts) reads those lines.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const namespace = "default"

// A step is one thing that a program over client-go does; it fails by an error.
type step struct {
	name string
	run  func(context.Context, *rest.Config) error
}

var steps = []step{
	{"typed client speaks protobuf", typedProtobuf},
	{"typed client lists in chunks", chunks},
	{"typed client watches protobuf", watchProtobuf},
	{"dynamic client creates, patches, deletes", dynamicClient},
	{"shared informers follow a WatchList", sharedInformers},
	{"server-side apply: conflict and force", serverSideApply},
	{"server-side apply: extract, change, apply", extractAndApply},
	{"leader election over a Lease", leaderElection},
	{"scale subresource", scale},
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		fmt.Println("failed kubeconfig:", err)
		os.Exit(1)
	}
	config.QPS = -1
	failed := 0
	for _, step := range steps {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		if err := step.run(ctx, rest.CopyConfig(config)); err != nil {
			fmt.Printf("failed %s: %v\n", step.name, err)
			failed++
		} else {
			fmt.Printf("ok %s\n", step.name)
		}
		cancel()
	}
	if failed > 0 {
		os.Exit(1)
	}
}
