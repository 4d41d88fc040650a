package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func protobufClient(config *rest.Config) (kubernetes.Interface, error) {
	config.AcceptContentTypes = runtime.ContentTypeProtobuf
	config.ContentType = runtime.ContentTypeProtobuf
	return kubernetes.NewForConfig(config)
}

func typedProtobuf(ctx context.Context, config *rest.Config) error {
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	pods := client.CoreV1().Pods(namespace)
	made, err := pods.Create(ctx, pod("typed"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if made.UID == "" || made.Spec.Containers[0].TerminationMessagePath == "" {
		return fmt.Errorf("the answer lacks its uid or its defaults: %v", made)
	}
	made.Labels = map[string]string{"changed": "yes"}
	if _, err := pods.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if _, err := pods.Update(ctx, made, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		return fmt.Errorf("a stale update was answered with %v", err)
	}
	read, err := pods.Get(ctx, "typed", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if read.Labels["changed"] != "yes" || len(read.ManagedFields) == 0 {
		return fmt.Errorf("labels %v, %d managers", read.Labels, len(read.ManagedFields))
	}
	if err := pods.Delete(ctx, "typed", *metav1.NewDeleteOptions(0)); err != nil {
		return err
	}
	if _, err := pods.Get(ctx, "typed", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return fmt.Errorf("a deleted pod was answered with %v", err)
	}
	return nil
}

func pod(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PodSpec{
			SchedulerName: "none",
			Containers:    []corev1.Container{{Name: "main", Image: "registry.example/app:1"}},
		},
	}
}

func configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"round": "go"}}, Data: data}
}

func chunks(ctx context.Context, config *rest.Config) error {
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	for i := range 25 {
		if _, err := maps.Create(ctx, configMap(fmt.Sprintf("chunk-%02d", i), nil), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	options := metav1.ListOptions{Limit: 10, LabelSelector: "round=go"}
	seen, pages := 0, 0
	for {
		page, err := maps.List(ctx, options)
		if err != nil {
			return err
		}
		seen += len(page.Items)
		pages++
		if page.Continue == "" {
			break
		}
		options.Continue = page.Continue
	}
	if seen != 25 || pages != 3 {
		return fmt.Errorf("%d objects in %d pages", seen, pages)
	}
	return maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "round=go"})
}

func watchProtobuf(ctx context.Context, config *rest.Config) error {
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	watcher, err := maps.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=watched"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	made, err := maps.Create(ctx, configMap("watched", map[string]string{"a": "1"}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	made.Data["a"] = "2"
	if _, err := maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if err := maps.Delete(ctx, "watched", metav1.DeleteOptions{}); err != nil {
		return err
	}
	for _, want := range []watch.EventType{watch.Added, watch.Modified, watch.Deleted} {
		select {
		case event := <-watcher.ResultChan():
			if event.Type != want {
				return fmt.Errorf("%s came where %s was due: %v", event.Type, want, event.Object)
			}
			if name := event.Object.(*corev1.ConfigMap).Name; name != "watched" {
				return fmt.Errorf("an event of %s", name)
			}
		case <-ctx.Done():
			return fmt.Errorf("%s never came", want)
		}
	}
	return nil
}

func scale(ctx context.Context, config *rest.Config) error {
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	labels := map[string]string{"app": "scaled"}
	replicas := int32(1)
	deployments := client.AppsV1().Deployments(namespace)
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: pod("").Spec}
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "scaled"},
		Spec:       appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: template},
	}
	if _, err := deployments.Create(ctx, deployment, metav1.CreateOptions{}); err != nil {
		return err
	}
	wanted := &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Name: "scaled", Namespace: namespace}, Spec: autoscalingv1.ScaleSpec{Replicas: 2}}
	if _, err := deployments.UpdateScale(ctx, "scaled", wanted, metav1.UpdateOptions{}); err != nil {
		return err
	}
	read, err := deployments.GetScale(ctx, "scaled", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if read.Spec.Replicas != 2 || read.Status.Selector != "app=scaled" {
		return fmt.Errorf("scale %+v %+v", read.Spec, read.Status)
	}
	return deployments.Delete(ctx, "scaled", metav1.DeleteOptions{})
}
