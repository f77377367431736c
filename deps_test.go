package framegear_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/framegear/framegear"

// folders says what the non-test files of each folder may import from this module. A folder that is not listed takes the row
// of the one above it. Nothing imports upwards: each stage is usable alone, only the root knows the whole ladder.
var folders = map[string]struct {
	may []string // folders of the module; "" is the root package
	why string
}{
	"": {[]string{"scaler", "encoder", "audio", "muxer", "muxer/sink", "manifest", "manifest/dash", "manifest/hls", "manifest/validate",
		"internal/av", "internal/change", "internal/delivery", "internal/demux", "internal/media", "internal/nearest", "internal/origin", "internal/rgb", "internal/turn"}, "the root joins the stages; nothing of the command or the tests belongs in it"},
	"scaler":              {[]string{"internal/av", "internal/change", "internal/media", "internal/resize", "internal/rgb", "internal/turn"}, "a stage knows neither its neighbours nor the ladder"},
	"encoder":             {[]string{"internal/av", "internal/change", "internal/media", "internal/nal"}, "a stage knows neither its neighbours nor the ladder"},
	"encoder/encodertest": {[]string{"encoder", "internal/av", "internal/leaktest", "internal/media", "internal/synth"}, "the kit is for any encoder"},
	"audio":               {[]string{"internal/av", "internal/demux", "internal/media"}, "a stage knows neither its neighbours nor the ladder"},
	"muxer":               {[]string{"internal/av", "internal/media", "internal/nal", "muxer/sink"}, "a muxer writes segments; manifests are the root's and manifest's"},
	"muxer/sink":          {nil, "a sink takes bytes by name and needs to know nothing of media"},
	"muxer/sink/sinktest": {[]string{"muxer/sink"}, "the kit is for anybody's sink"},
	"manifest":            {[]string{"internal/media", "internal/nal"}, "manifests are values in, text out: pure Go"},
	"manifest/dash":       {[]string{"internal/media", "manifest"}, "pure Go over the presentation model"},
	"manifest/hls":        {[]string{"internal/media", "manifest"}, "pure Go over the presentation model"},
	"manifest/validate":   {[]string{"internal/media", "manifest"}, "validation works on anybody's presentation"},
	"manifest/internal":   {[]string{"internal/media", "manifest"}, "helpers of manifest's own tests"},
	"internal/media":      {nil, "the vocabulary is the leaf that everything else imports"},
	"internal/av":         {[]string{"internal/change", "internal/media", "internal/setup"}, "libav's only home is below every stage"},
	"internal/setup":      {nil, "what a build needs is known before there is anything to link"},
	"scripts":             {nil, "scripts as files"},
	"internal/demux":      {[]string{"internal/av", "internal/media"}, "packets of an input, for whoever decodes them"},
	"internal/change":     {nil, "kernels over memory: pure Go"},
	"internal/rgb":        {[]string{"internal/media"}, "kernels over memory: pure Go"},
	"internal/resize":     {nil, "kernels over memory: pure Go"},
	"internal/nal":        {nil, "bytes in, bytes out"},
	"internal/delivery":   {[]string{"muxer/sink"}, "a way to any sink, which needs to know nothing of media"},
	"internal/turn":       {nil, "the order in which work gets a core"},
	"internal/nearest":    {nil, "names and their neighbours"},
	"timerslack":          {nil, "a setting of the process, for who imports it"},
	"internal/synth":      {[]string{"internal/media"}, "pictures and sound by formula"},
	"internal/origin":     {[]string{"internal/media", "manifest", "manifest/dash", "manifest/hls", "muxer/sink"}, "an origin serves what a sink holds and a manifest says"},
	"internal":            {[]string{"internal/av", "internal/media", "internal/need", "internal/synth"}, "helpers of tests stay below the root"},
	"internal/e2e":        {[]string{"", "encoder", "muxer/sink", "manifest", "manifest/validate", "internal/need", "internal/synth", "internal/media"}, "tests with real players, over the public API"},
	"streamgear":          {[]string{"", "audio", "encoder", "internal/av", "internal/nearest"}, "another product's words become options of the public API"},
	"opencv":              {[]string{""}, "a gocv.Mat becomes a frame of the public API"},
	"cmd/framegear":       {[]string{"", "audio", "encoder", "bench", "manifest/validate", "muxer/sink", "streamgear", "timerslack", "internal/synth"}, "the command is thin: it binds flags to the library"},
	"cmd/setup":           {[]string{"scripts"}, "it is built before there is a libav to link"},
	"bench":               {[]string{"", "encoder", "scaler", "muxer/sink", "timerslack", "internal/media", "internal/synth"}, "workloads over the public API, and stages alone"},
	"examples":            {[]string{"", "encoder", "muxer/sink", "manifest", "scaler", "audio", "muxer", "opencv", "streamgear", "timerslack"}, "examples show the public API"},
}

// testHelpers are the folders whose files only tests use.
var testHelpers = []string{"muxer/sink/sinktest", "encoder/encodertest", "manifest/internal",
	"internal/bubble", "internal/e2e", "internal/golden", "internal/leaktest", "internal/mpdschema", "internal/need", "internal/referee", "internal/vatest"}

// guarded says which imports only some folders may have. A path that ends in "/..." is a whole tree, as with the go command.
var guarded = []struct {
	path string
	only []string
	why  string
}{
	{"github.com/asticode/go-astiav/...", []string{"internal/av"}, "astiav breaks its API without a major version; one package holds it"},
	{"C", []string{"internal/av", "internal/change", "internal/resize", "internal/rgb", "internal/setup", "timerslack"}, "C is where libav is held and its memory counted, in the kernels, and where something comes before Go"},
	{"unsafe", []string{"internal/av", "internal/change", "internal/media", "internal/resize", "internal/rgb", "scaler", "opencv"}, "memory is looked at in the packages that are made for it"},
	{"gocv.io/x/gocv/...", []string{"opencv", "examples/streamgear-4-opencv"}, "OpenCV is behind a build tag"},
	{"os/exec", append([]string{"bench", "cmd/setup"}, testHelpers...), "no process is ever started; everything is in this one"},
	{"github.com/stretchr/testify/...", testHelpers, "test code stays out of the library"},
	{"testing", testHelpers, "test code stays out of the library"},
	{"log", []string{"examples"}, "a library logs through the caller's log/slog only"},
	{"github.com/prometheus/...", []string{"", "examples/5-cameras"}, "metrics are the root's: stages count, the root shows"},
	{"github.com/alecthomas/kong/...", []string{"cmd/framegear"}, "flags are the command's"},
	{"github.com/vbauerster/mpb/...", []string{"cmd/framegear"}, "progress bars are the command's"},
}

const (
	maxFileLines = 500
	maxFuncLines = 120
)

// source is one parsed Go file of the module.
type source struct {
	name, folder string
	lines        int
	fset         *token.FileSet
	file         *ast.File
}

func (s *source) test() bool     { return strings.HasSuffix(s.name, "_test.go") }
func (s *source) internal() bool { return strings.Contains("/"+s.folder+"/", "/internal/") }

// sources parses all files of the module, whatever their build tags.
func sources(t *testing.T) []*source {
	t.Helper()
	var all []*source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || base == "out"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		folder := strings.TrimPrefix(path.Dir(name), ".")
		all = append(all, &source{name, folder, fset.File(f.FileStart).LineCount(), fset, f})
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(all), 50, "the walk starts at the root of the module")
	return all
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		row := s.folder
		for _, listed := folders[row]; !listed && row != ""; _, listed = folders[row] {
			row = strings.TrimPrefix(path.Dir(row), ".")
		}
		for _, spec := range s.file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if p == module || strings.HasPrefix(p, module+"/") {
				target := strings.TrimPrefix(strings.TrimPrefix(p, module), "/")
				if target != row && !slices.Contains(folders[row].may, target) {
					t.Errorf("%s must not import %q: %s", s.name, p, folders[row].why)
				}
			}
			for _, g := range guarded {
				if matches(g.path, p) && !within(s.folder, g.only) {
					t.Errorf("%s must not import %q: %s", s.name, p, g.why)
				}
			}
		}
	}
}

// matches says whether an import path is the pattern or, for one that ends in "/...", in its tree.
func matches(pattern, p string) bool {
	tree, ok := strings.CutSuffix(pattern, "/...")
	return p == tree || ok && strings.HasPrefix(p, tree+"/")
}

// within says whether the folder is one of those or below one.
func within(folder string, of []string) bool {
	return slices.ContainsFunc(of, func(o string) bool { return folder == o || o != "" && strings.HasPrefix(folder, o+"/") })
}

func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > maxFileLines {
			t.Errorf("%s has %d lines (at most %d): split it by concept", s.name, s.lines, maxFileLines)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > maxFuncLines {
				t.Errorf("%s: %s has %d lines (at most %d)", s.name, f.Name.Name, n, maxFuncLines)
			}
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test() {
			// Text leaves out build constraints, which may stand between the comment and the clause.
			comment := func(c *ast.CommentGroup) bool { return c.End() < s.file.Package && c.Text() != "" }
			documented[s.folder] = documented[s.folder] || slices.ContainsFunc(s.file.Comments, comment)
		}
	}
	for folder, ok := range documented {
		if !ok {
			t.Errorf("package %q has no package comment (it goes into doc.go)", path.Join(module, folder))
		}
	}
}

func TestExportedIdentifiersAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || s.file.Name.Name == "main" {
			continue
		}
		for _, d := range s.file.Decls {
			for _, id := range undocumented(d) {
				t.Errorf("%s: %s has no doc comment", s.fset.Position(id.Pos()), id.Name)
			}
		}
	}
}

// TestAliasesTellTheirFields: what "go doc" shows of an alias to a struct of an internal package is its comment alone.
func TestAliasesTellTheirFields(t *testing.T) {
	all, fields := sources(t), map[string][]string{}
	eachType(all, func(s *source, spec *ast.TypeSpec, _ string) {
		if st, ok := spec.Type.(*ast.StructType); ok && s.internal() && !s.test() {
			for _, f := range st.Fields.List {
				for _, id := range f.Names {
					if id.IsExported() {
						name := path.Base(s.folder) + "." + spec.Name.Name
						fields[name] = append(fields[name], id.Name)
					}
				}
			}
		}
	})
	told := 0
	eachType(all, func(s *source, spec *ast.TypeSpec, doc string) {
		sel, ok := spec.Type.(*ast.SelectorExpr)
		if s.folder != "" || !ok {
			return
		}
		for _, f := range fields[sel.X.(*ast.Ident).Name+"."+sel.Sel.Name] {
			told++
			require.Regexp(t, `\b`+f+`\b`, doc, "%s: the comment of %s does not name the field %s", s.name, spec.Name.Name, f)
		}
	})
	require.Greater(t, told, 15)
}

// eachType calls f with every declared type and its comment.
func eachType(all []*source, f func(s *source, spec *ast.TypeSpec, doc string)) {
	for _, s := range all {
		for _, d := range s.file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				for _, spec := range d.Specs {
					spec := spec.(*ast.TypeSpec)
					f(s, spec, d.Doc.Text()+spec.Doc.Text())
				}
			}
		}
	}
}

// undocumented returns the exported names of a declaration that no comment is about. One comment may be about a group.
func undocumented(d ast.Decl) (names []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
					names = append(names, spec.Name)
				}
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					if id.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
						names = append(names, id)
					}
				}
			}
		}
	}
	return names
}

// exportedReceiver says whether a function is none's method, or one of an exported type.
func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	exported := false
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			exported = id.IsExported()
			return false
		}
		return true
	})
	return exported
}

// TestNoForeignTypes keeps astiav's and C's types out of what users see: also internal/av must not hand them on by an alias.
func TestNoForeignTypes(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		for _, d := range s.file.Decls {
			for _, n := range signatures(d, s.internal()) {
				ast.Inspect(n, func(n ast.Node) bool {
					sel, ok := n.(*ast.SelectorExpr)
					if !ok {
						return true
					}
					if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "astiav" || x.Name == "C") {
						t.Errorf("%s: %s.%s in an exported signature", s.fset.Position(sel.Pos()), x.Name, sel.Sel.Name)
					}
					return true
				})
			}
		}
	}
}

// signatures returns the type expressions of a declaration that importers can see; of internal packages, aliases alone.
func signatures(d ast.Decl, internal bool) (nodes []ast.Node) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if !internal && d.Name.IsExported() && exportedReceiver(d) {
			nodes = append(nodes, d.Type)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && (!internal || spec.Assign.IsValid()) {
					nodes = append(nodes, exportedPart(spec.Type)...)
				}
			case *ast.ValueSpec:
				if !internal && spec.Type != nil && slices.ContainsFunc(spec.Names, (*ast.Ident).IsExported) {
					nodes = append(nodes, spec.Type)
				}
			}
		}
	}
	return nodes
}

// exportedPart leaves out the fields of a struct that nobody else can name.
func exportedPart(e ast.Expr) (nodes []ast.Node) {
	st, ok := e.(*ast.StructType)
	if !ok {
		return []ast.Node{e}
	}
	for _, f := range st.Fields.List {
		if len(f.Names) == 0 || slices.ContainsFunc(f.Names, (*ast.Ident).IsExported) {
			nodes = append(nodes, f.Type)
		}
	}
	return nodes
}
