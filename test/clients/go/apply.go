package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/rest"
)

func serverSideApply(ctx context.Context, config *rest.Config) error {
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	of := func(value string) *corev1apply.ConfigMapApplyConfiguration {
		return corev1apply.ConfigMap("applied", namespace).WithData(map[string]string{"a": value})
	}
	if _, err := maps.Apply(ctx, of("1"), metav1.ApplyOptions{FieldManager: "one"}); err != nil {
		return err
	}
	_, err = maps.Apply(ctx, of("2"), metav1.ApplyOptions{FieldManager: "two"})
	if !apierrors.IsConflict(err) || !apierrors.HasStatusCause(err, metav1.CauseTypeFieldManagerConflict) {
		return fmt.Errorf("a conflict was answered with %v", err)
	}
	forced, err := maps.Apply(ctx, of("2"), metav1.ApplyOptions{FieldManager: "two", Force: true})
	if err != nil {
		return err
	}
	if forced.Data["a"] != "2" || len(forced.ManagedFields) != 1 || forced.ManagedFields[0].Manager != "two" {
		return fmt.Errorf("after force: %v, managers %+v", forced.Data, forced.ManagedFields)
	}
	return maps.Delete(ctx, "applied", metav1.DeleteOptions{})
}

// What a controller does: read back what it applied, change it, and apply that.
func extractAndApply(ctx context.Context, config *rest.Config) error {
	client, err := protobufClient(config)
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	first := corev1apply.ConfigMap("extracted", namespace).WithData(map[string]string{"a": "1", "b": "1"})
	live, err := maps.Apply(ctx, first, metav1.ApplyOptions{FieldManager: "controller"})
	if err != nil {
		return err
	}
	live.Data["other"] = "kept"
	if live, err = maps.Update(ctx, live, metav1.UpdateOptions{FieldManager: "someone"}); err != nil {
		return err
	}
	mine, err := corev1apply.ExtractConfigMap(live, "controller")
	if err != nil {
		return err
	}
	if len(mine.Data) != 2 {
		return fmt.Errorf("extracted %v", mine.Data)
	}
	delete(mine.Data, "b")
	live, err = maps.Apply(ctx, mine, metav1.ApplyOptions{FieldManager: "controller"})
	if err != nil {
		return err
	}
	if len(live.Data) != 2 || live.Data["other"] != "kept" || live.Data["a"] != "1" {
		return fmt.Errorf("after the second apply: %v", live.Data)
	}
	return maps.Delete(ctx, "extracted", metav1.DeleteOptions{})
}
