# Every target installs what it needs and is quick when nothing changed. Targets and what they do: README.md.

SHELL := /bin/bash
BUILD := .build
# One optimised build with testing enabled serves tests, devnet and benchmarks.
SWIFT_FLAGS := -c release -Xswiftc -enable-testing --build-path $(BUILD)

.PHONY: all deps build test devnet check-devnet check-timelapse conformance fuzz bench docs lint format clean

all: build

deps:
	@scripts/deps

build: deps
	swift build $(SWIFT_FLAGS) --explicit-target-dependency-import-check error

test: deps
	swift build $(SWIFT_FLAGS) --build-tests --explicit-target-dependency-import-check error
	@# More tests at once than there are cores gain nothing, and make each wait for all the others.
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4 swift test $(SWIFT_FLAGS) --skip-build

# Makes a pool below .devnet (or DATA=dir) unless there is one, starts it, and shows it until Ctrl-C.
devnet: build
	$(BUILD)/release/venus-pool $(if $(DATA),--data $(DATA)) devnet

# Runs a new pool in real time and checks it; QUICK=1 for the short form.
check-devnet: build
	$(BUILD)/release/venus-pool --data $(BUILD)/check-devnet check $(if $(QUICK),--quick)

# Lets a new pool live through three proving periods and checks it; QUICK=1 ends after the first due deadlines.
check-timelapse: build
	$(BUILD)/release/venus-timelapse check --data $(BUILD)/check-timelapse $(if $(QUICK),--quick)

# Runs every set of test data that is known, below any folder: make conformance VECTORS=dir
conformance: deps
	@test -n "$(VECTORS)" || { echo "usage: make conformance VECTORS=dir" >&2; exit 2; }
	swift build $(SWIFT_FLAGS) --product venus-conformance
	@# The services whose recorded dialogs are played.
	@for program in venus-auth venus-messager venus-wallet; do \
		swift build $(SWIFT_FLAGS) --product $$program || exit 1; done
	$(BUILD)/release/venus-conformance $(CONFORMANCE_FLAGS) $(VECTORS)

# Sends a million random messages (or MESSAGES=n, SEED=n) to small networks and checks what must hold; with VECTORS=dir, a
# fifth of them, spoilt, to the recorded states below it. `make test` sends 20,000.
MESSAGES ?= 1000000
fuzz: deps
	swift build $(SWIFT_FLAGS) --product venus-conformance
	$(BUILD)/release/venus-conformance --fuzz $(MESSAGES) $(if $(SEED),--seed $(SEED)) $(VECTORS)

# The programs that `make bench` runs, one after the other: make bench BENCHMARKS="bench-seal bench-vm" runs fewer.
BENCHMARKS ?= $(notdir $(wildcard Sources/command/bench-*))

# Prints every table, and leaves the rows as JSON lines in .build/bench.jsonl; fails if a row misses its bound.
# bench-services also measures our programs, and a Go server and nginx to compare with.
bench: deps
	@scripts/deps bench
	swift build $(SWIFT_FLAGS)
	go build -o $(BUILD)/release/bench-echo-go scripts/bench/echo.go
	@rm -f $(BUILD)/bench.jsonl
	@failed=; for program in $(BENCHMARKS); do echo; \
		$(BUILD)/release/$$program --output $(BUILD)/bench.jsonl || failed="$$failed $$program"; done; \
	test -z "$$failed" || { echo "below the bar:$$failed" >&2; exit 1; }

# Writes docs/reference from the declarations in the code; a test fails while it is not current.
docs: deps
	swift build $(SWIFT_FLAGS) --product venus-reference
	$(BUILD)/release/venus-reference

lint:
	@scripts/lint

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf $(BUILD)
