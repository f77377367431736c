// Package e2e holds tests that let real players play what Framegear makes: hls.js and dash.js in headless Chromium. They are skipped,
// with the reason, where the browser or the players are missing.
package e2e
