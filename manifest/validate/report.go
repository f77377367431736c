package validate

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Severity tells how bad a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // a standard's MUST (SHALL) is broken
	Warning Severity = "warning" // a recommendation is not followed
)

// Report is what [Check] found. It marshals to JSON.
type Report struct {
	Target   string    `json:"target"`
	Summary  Summary   `json:"summary"`
	Findings []Finding `json:"findings"`
}

// Finding is one defect. The same defect in many segments of a track is one finding.
type Finding struct {
	Rule     string   `json:"rule"` // short and stable, such as "tfdt-continuity"
	Severity Severity `json:"severity"`
	Where    string   `json:"where"` // the file, URL or track where it was seen first
	Text     string   `json:"text"`
	Source   string   `json:"source"` // "RFC 8216bis 4.4.3.1"
	Count    int      `json:"count"`  // how often it was seen
}

// String returns the finding on one line.
func (f Finding) String() string {
	more := ""
	if f.Count > 1 {
		more = fmt.Sprintf(" (and %d more)", f.Count-1)
	}
	return fmt.Sprintf("%s: %s: %s%s [%s; %s]", f.Severity, f.Where, f.Text, more, f.Rule, f.Source)
}

// Summary describes what was checked.
type Summary struct {
	Kind       string  `json:"kind"` // "dash", "hls" (multivariant) or "hls-media"
	Live       bool    `json:"live"`
	LowLatency bool    `json:"lowLatency"`
	Seconds    float64 `json:"seconds"` // of the longest track, as far as it was checked
	Tracks     []Track `json:"tracks"`
	// Notes say what was not checked, and why.
	Notes []string `json:"notes,omitempty"`
}

// Track describes one rendition or sound track.
type Track struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"` // "video", "audio", "video+audio", "text", "image", "other"
	Codecs    string `json:"codecs,omitempty"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	FrameRate string `json:"frameRate,omitempty"`
	Language  string `json:"language,omitempty"`
	Listed    int    `json:"listed"`  // segments in the manifest
	Checked   int    `json:"checked"` // segments that were read
	Bytes     int64  `json:"bytes"`
	// Declared and measured bit rates, in bits per second.
	Bandwidth int64 `json:"bandwidth"`
	Peak      int64 `json:"peak"`
	Average   int64 `json:"average"`
}

// Errors counts the findings that break a standard.
func (r *Report) Errors() int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

// add records a finding, or counts it when the rule was broken in that scope before.
func (c *checker) add(r rule, scope, where, format string, args ...any) {
	key := r.id + "\x00" + scope
	if i, seen := c.seen[key]; seen {
		c.report.Findings[i].Count++
		return
	}
	c.seen[key] = len(c.report.Findings)
	c.report.Findings = append(c.report.Findings, Finding{
		Rule: r.id, Severity: r.severity, Where: printable(where), Text: printable(fmt.Sprintf(format, args...)), Source: r.source, Count: 1,
	})
}

// longestText bounds what is said of names and values that are anybody's.
const longestText = 1000

// secrets are user names and passwords in URLs.
var secrets = regexp.MustCompile(`(?i)\b(https?://)[^/?#\s"]*@`)

// printable keeps what was found in broken files from doing things to a terminal, and passwords to those who have
// them.
func printable(text string) string {
	text = secrets.ReplaceAllString(text, "$1")
	if len(text) > longestText {
		text = text[:longestText] + "..."
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

func (c *checker) note(format string, args ...any) {
	text := printable(fmt.Sprintf(format, args...))
	if !c.noted[text] && len(c.noted) < maxTracks {
		c.noted[text] = true
		c.report.Summary.Notes = append(c.report.Summary.Notes, text)
	}
}

func within(a, b, tolerance time.Duration) bool { return a-b <= tolerance && b-a <= tolerance }
