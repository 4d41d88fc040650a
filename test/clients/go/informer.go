package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// requestLog remembers the queries of a client's requests.
type requestLog struct {
	http.RoundTripper
	mutex   sync.Mutex
	queries []string
}

func (log *requestLog) RoundTrip(request *http.Request) (*http.Response, error) {
	log.mutex.Lock()
	log.queries = append(log.queries, request.URL.RawQuery)
	log.mutex.Unlock()
	return log.RoundTripper.RoundTrip(request)
}

func (log *requestLog) saw(part string) bool {
	log.mutex.Lock()
	defer log.mutex.Unlock()
	for _, query := range log.queries {
		if strings.Contains(query, part) {
			return true
		}
	}
	return false
}

func sharedInformers(ctx context.Context, config *rest.Config) error {
	log := &requestLog{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		log.RoundTripper = next
		return log
	})
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	if _, err := maps.Create(ctx, configMap("informed-0", nil), metav1.CreateOptions{}); err != nil {
		return err
	}

	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	informer := factory.Core().V1().ConfigMaps()
	events := make(chan string, 100)
	_, err = informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { events <- "add " + object.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, object any) { events <- "update " + object.(*corev1.ConfigMap).Name },
		DeleteFunc: func(object any) { events <- "delete " + object.(metav1.Object).GetName() },
	})
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	defer close(stop)
	factory.Start(stop)
	if !cache.WaitForCacheSync(ctx.Done(), informer.Informer().HasSynced) {
		return fmt.Errorf("the cache did not sync")
	}
	if !log.saw("sendInitialEvents=true") {
		return fmt.Errorf("the informer did not ask for a WatchList: %v", log.queries)
	}
	if log.saw("limit=") {
		return fmt.Errorf("the informer fell back to a list: %v", log.queries)
	}

	made, err := maps.Create(ctx, configMap("informed-1", nil), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	made.Data = map[string]string{"a": "1"}
	if _, err := maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "round=go"}); err != nil {
		return err
	}
	wanted := map[string]bool{
		"add informed-0": true, "add informed-1": true, "update informed-1": true,
		"delete informed-0": true, "delete informed-1": true,
	}
	for len(wanted) > 0 {
		select {
		case event := <-events:
			delete(wanted, event)
		case <-ctx.Done():
			return fmt.Errorf("never seen: %v", wanted)
		}
	}
	return eventually(ctx, func() error {
		left, err := informer.Lister().List(labels.SelectorFromSet(labels.Set{"round": "go"}))
		if err == nil && len(left) > 0 {
			err = fmt.Errorf("%d objects are left in the lister", len(left))
		}
		return err
	})
}

// eventually retries until the check passes or the time of the step is up; then its last error counts.
func eventually(ctx context.Context, check func() error) error {
	for {
		err := check()
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}
