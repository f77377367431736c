package framegear_test

import (
	"go/ast"
	"go/printer"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTaggedPackageIsTold: go doc knows no build tags, so what it shows of package opencv is its comment alone. Every exported function
// stands there as it is declared.
func TestTaggedPackageIsTold(t *testing.T) {
	var doc string
	var declared []string
	for _, s := range sources(t) {
		if s.folder != "opencv" || s.test() {
			continue
		}
		doc += s.file.Doc.Text()
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || !exportedReceiver(f) {
				continue
			}
			var b strings.Builder
			require.NoError(t, printer.Fprint(&b, s.fset, &ast.FuncDecl{Recv: f.Recv, Name: f.Name, Type: f.Type}))
			declared = append(declared, b.String())
		}
	}
	require.NotEmpty(t, declared)
	for _, f := range declared {
		require.Contains(t, doc, "\t"+f+" //", "the comment of package opencv does not tell %s", f)
	}
}
