// Prints which fields of the Kubernetes API's Go types are pointers, for scripts/generate-protobuf.ts: protobuf leaves
// those out where they are nil, and writes all others. One line a struct: its name and the JSON names of its pointers.
//
// There is no go.mod beside it, so that the repository needs no Go. To run it, copy it into an empty folder and
//
//	go mod init facts
//	go get k8s.io/client-go@v0.36.2 k8s.io/apiextensions-apiserver@v0.36.2 k8s.io/kube-aggregator@v0.36.2
//	go mod tidy && go run . > pointers.txt
package main

import (
	"fmt"
	"reflect"
	"strings"

	admission "k8s.io/api/admission/v1"
	discovery "k8s.io/api/apidiscovery/v2"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var seen = map[reflect.Type]bool{}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		visit(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if seen[t] || !strings.HasPrefix(t.PkgPath(), "k8s.io/") {
		return
	}
	seen[t] = true
	line := strings.ReplaceAll(t.PkgPath(), "/", ".") + "." + t.Name()
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			// Unmarshalers, such as JSONSchemaPropsOrBool, have no JSON names.
			name = strings.ToLower(f.Name[:1]) + f.Name[1:]
		}
		if f.Type.Kind() == reflect.Pointer {
			line += " " + name
		}
		visit(f.Type)
	}
	fmt.Println(line)
}

func main() {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, apiextensions.AddToScheme, apiregistration.AddToScheme, admission.AddToScheme, discovery.AddToScheme} {
		if err := add(all); err != nil {
			panic(err)
		}
	}
	for _, t := range all.AllKnownTypes() {
		visit(t)
	}
	for _, value := range []any{metav1.List{}, metav1.PartialObjectMetadataList{}, metav1.APIGroupList{}, metav1.APIResourceList{}, metav1.APIVersions{}, runtime.Unknown{}} {
		visit(reflect.TypeOf(value))
	}
}
