// Prints what the Go types of the Kubernetes API say and their schemas do not: the order of fields, which are
// pointers, and when a zero value is left out of JSON. One JSON object: definition id -> fields in Go's order.
//
// There is no go.mod beside it, so that the repository needs no Go. To run it, copy it into an empty folder and
//
//	go mod init facts
//	go get k8s.io/client-go@v0.36.2 k8s.io/apiextensions-apiserver@v0.36.2 k8s.io/kube-aggregator@v0.36.2
//	go mod tidy && go run . > facts.json
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// field is [JSON name, flags, Go type]; flags: p pointer, o omitempty, z omitzero.
type field [3]string

var facts = map[string][]field{}

var unmarshaler = reflect.TypeOf((*json.Unmarshaler)(nil)).Elem()

func id(t reflect.Type) string {
	return strings.ReplaceAll(strings.Replace(t.PkgPath(), "k8s.io", "io.k8s", 1), "/", ".") + "." + t.Name()
}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		visit(t.Elem())
	case reflect.Struct:
		if !strings.HasPrefix(t.PkgPath(), "k8s.io/") || reflect.PointerTo(t).Implements(unmarshaler) {
			return
		}
		if _, seen := facts[id(t)]; seen {
			return
		}
		facts[id(t)] = nil
		facts[id(t)] = fields(t)
	}
}

func fields(t reflect.Type) []field {
	var list []field
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if f.Anonymous && name == "" {
			list = append(list, fields(f.Type)...)
			continue
		}
		if !tagged {
			name = f.Name
		}
		flags := ""
		if f.Type.Kind() == reflect.Pointer {
			flags += "p"
		}
		for _, option := range strings.Split(options, ",") {
			switch option {
			case "omitempty":
				flags += "o"
			case "omitzero":
				flags += "z"
			}
		}
		typ := f.Type
		for typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		list = append(list, field{name, flags, typ.String()})
		visit(f.Type)
	}
	return list
}

func main() {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, apiextensions.AddToScheme, apiregistration.AddToScheme} {
		if err := add(all); err != nil {
			panic(err)
		}
	}
	for _, t := range all.AllKnownTypes() {
		visit(t)
	}
	for _, value := range []any{version.Info{}, metav1.APIGroup{}, metav1.APIGroupList{}, metav1.APIResourceList{}, metav1.APIVersions{}, metav1.PartialObjectMetadataList{}, metav1.Table{}} {
		visit(reflect.TypeOf(value))
	}
	if err := json.NewEncoder(os.Stdout).Encode(facts); err != nil {
		panic(err)
	}
}
