# Every command here starts from nothing: it installs what is missing, builds libav when the cache does not have it, and goes on.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 5s
TESTFLAGS ?=
DEMO ?= out
SOAK ?=

# In make test a tool that is missing is a failure; plain go test skips what needs it.
NEED = FRAMEGEAR_NEED_ALL=1

# Recipes that compile cgo start with this: where libav is, and which one it is.
ENV = eval "$$(bash scripts/libav.sh env)"

##@ Use

.PHONY: help
help: ## show this
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nFRAMEGEAR_LICENSE=lgpl leaves out x264 and x265. FRAMEGEAR_CACHE is where libav is kept.\n'

.PHONY: demo
# In the terminal the stream is a job of its own: Ctrl-C ends it well, and does not reach make, which would fail of it.
demo: build ## record the bundled clip with a ladder, validate it, then stream live with a player page
	rm -rf $(DEMO)
	bin/framegear stream testdata/clip.mp4 -o $(DEMO)/ --rung source@500k --rung 426x240@200k --rung 256x144@90k
	bin/framegear validate $(DEMO)/stream.mpd
	bin/framegear validate $(DEMO)/stream.m3u8
	@printf '\nThe recording is in %s: stream.mpd (DASH) and stream.m3u8 (HLS) over the same segments.\n' "$$PWD/$(DEMO)"
	@printf 'Now the moving pattern, live with low latency; open the page in a browser.\n\n'
	@if [ -t 0 ]; then \
		set -m; bin/framegear stream test: $(LIVE) --serve 127.0.0.1:8080; \
	else \
		bin/framegear stream test: $(LIVE) --duration 6s -o $(DEMO)/live/ && bin/framegear validate $(DEMO)/live/live.mpd; \
	fi

# What make demo ends with; without a terminal it is recorded for some seconds instead of served.
LIVE = --size 640x360 --fps 30 --preset ultrafast --low-latency --rung 320x180@300k

.PHONY: build
build: libav players ## build bin/framegear
	$(ENV); go build -o bin/framegear ./cmd/framegear

.PHONY: libav
libav: deps ## build the pinned FFmpeg into the cache, unless it is there
	@bash scripts/libav.sh build

# Everything but the exports goes to standard error, so that eval "$(make -s env)" works on a new machine too.
.PHONY: env
env: ## print the exports for plain go commands: eval "$(make -s env)"
	@{ bash scripts/deps.sh build && bash scripts/libav.sh build; } >&2
	@bash scripts/libav.sh env

.PHONY: deps deps-test
deps: ## install the Debian packages that a build needs
	@bash scripts/deps.sh build
deps-test: ## install those of the tests too
	@bash scripts/deps.sh build test

# The binary is whole without the players; its page then says that they are missing.
.PHONY: players
players: ## fetch the page's hls.js and dash.js, where npm is
	@bash scripts/players.sh || true

##@ Check

.PHONY: test
test: deps-test libav players ## run all tests
	bash scripts/deps_test.sh
	bash scripts/libav_test.sh
	$(ENV); $(NEED) go test -timeout 20m $(TESTFLAGS) ./...

.PHONY: race
race: ## run all tests with the race detector
	$(MAKE) test TESTFLAGS="-race $(TESTFLAGS)"

# Left out are fake drivers, which are not built for the sanitizer, x265, which leaks a little with every encoder, counts of
# allocations, and frames between guarded pages, which need no sanitizer.
ASAN_SKIP = Device|Decoded|ReorderedPictures|Driver|AllocatesNothing|WithinTheirEnds|TestEverySegmentDecodesAlone

.PHONY: asan
asan: deps-test libav ## run the packages that are near C code with the address sanitizer
	$(ENV); go test -asan -short -timeout 10m -skip '$(ASAN_SKIP)' $(TESTFLAGS) \
		./internal/av ./internal/change ./internal/resize ./internal/rgb ./scaler ./muxer

.PHONY: test-opencv
test-opencv: deps-test libav ## test what the build tag opencv adds (installs OpenCV)
	bash scripts/deps.sh opencv
	$(ENV); go test -tags opencv -timeout 30m $(TESTFLAGS) ./opencv/... ./examples/streamgear-4-opencv/...

.PHONY: lint
lint: libav ## golangci-lint (.golangci.yml: vet, gofmt, staticcheck and more), tidiness of go.mod
	go mod tidy -diff
	$(ENV); go vet ./...
	$(ENV); go run $(GOLANGCI) run ./...

.PHONY: soak
soak: libav ## run a live output for an hour: memory, disk and clock (SOAK="-length 5m -window 10s")
	$(ENV); go run ./bench/soak $(SOAK)

.PHONY: fmt
fmt: ## gofmt everything
	gofmt -w .

.PHONY: fuzz
fuzz: libav ## run every fuzz target for FUZZTIME (5s)
	$(ENV); bash scripts/fuzz.sh $(FUZZTIME)

.PHONY: golden
golden: libav ## write the golden files of all packages again
	$(ENV); go test $$(git grep -l '/internal/golden"' -- '*_test.go' | xargs -n1 dirname | sort -u | sed 's,^,./,') -update

.PHONY: examples
examples: libav ## build and run the examples on small input
	$(ENV); go test -count=1 -v $(TESTFLAGS) ./examples/...

##@ Ship

.PHONY: docker
docker: ## build the container image framegear
	$$(command -v docker || command -v podman || command -v buildah) build --tag framegear .

.PHONY: clean
clean: ## remove what was built here (the libav cache stays)
	rm -rf bin $(DEMO)
