# Each target is a command of the SDK, or a few of them: read them here, or type `make help`.

OUT     := artifacts/publish
PROGRAM := $(CURDIR)/$(OUT)/heartbeat
TEST    := dotnet test Heartbeat.Tests
BENCH   := HEARTBEAT_PROGRAM=$(PROGRAM) dotnet run -c Release --project Heartbeat.Benchmarks --
RID     ?= win-x64

# Names and test data that codespell takes for misspelled words.
SPELLED_SO := positionof,shouldbe,te,ue,verfiy

.DEFAULT_GOAL := help
.PHONY: help run test soak smoke faults mutants stryker bench bench-full lint spelling lines format publish publish-portable package check

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## run with the heartbeat on, until Ctrl+C
	ENABLE_HEARTBEAT=1 dotnet run

test: ## the everyday tests, on simulated time
	$(TEST)

soak: ## the fault matrix with its full figures, on simulated time (6 minutes; FILTER='Length!=Long': 3)
	HEARTBEAT_LONG_TESTS=1 $(TEST) -c Release --filter "Category=Soak$(if $(FILTER),&$(FILTER))"

smoke: publish ## the published program through one real beat
	HEARTBEAT_PROGRAM=$(PROGRAM) $(TEST) --filter Category=Smoke

faults: publish ## the published program under each fault of the matrix (FILTER=Length=Short: in three minutes)
	HEARTBEAT_LONG_TESTS=1 HEARTBEAT_PROGRAM=$(PROGRAM) $(TEST) --filter "Category=Faults$(if $(FILTER),&$(FILTER))"
	HEARTBEAT_LONG_TESTS=1 DOTNET_PROCESSOR_COUNT=1 $(TEST) --no-build --filter "FullyQualifiedName~HistoryTests$(if $(FILTER),&$(FILTER))"

mutants: ## break the engine on purpose, and see the tests go red (10 minutes; FILTER=part of a name for some)
	dotnet run --file Heartbeat.Tests/Mutants/Mutants.cs -- "$(FILTER)"

stryker: ## change arithmetic and conditions one by one, and see tests fail (FILTER=engine, text, clocks or verify)
	dotnet tool restore
	cd Heartbeat.Tests && for group in $(or $(FILTER),engine text clocks verify); do \
	  dotnet stryker --config-file Stryker/$$group.json || exit 1; done

bench: publish ## speed beside other schedulers, with 100,000 entries (about 5 minutes)
	$(BENCH) table 100000 3

bench-full: publish ## the same with a million (at most 20 minutes); writes docs/benchmarks.md and README.md
	$(BENCH) table 1000000 5 docs/benchmarks.md README.md

lint: spelling lines ## build without a warning of analysers or style, formatting, spelling, and what only Program.cs may name
	dotnet build Heartbeat.Tests
	dotnet build Heartbeat.Benchmarks -c Release
	dotnet format whitespace --verify-no-changes --folder . --exclude '**/obj/**'
	! grep -rnE '\b(DateTime|DateTimeOffset)\.(Now|UtcNow|Today)|\bConsole\.[A-Z]|\bEnvironment\.[A-Z]|\bStopwatch\b|Thread\.Sleep|async void' \
	  Scheduling Jobs Cli

spelling: ## the spelling of comments and documents
	@command -v codespell >/dev/null || { echo "The spelling is checked by codespell: apt-get install codespell, or pipx install codespell"; exit 1; }
	git ls-files -co --exclude-standard | grep -v 'lock\.json$$' | xargs codespell --ignore-words-list=$(SPELLED_SO)

lines: ## no line of code is longer than 120 characters
	@! LC_ALL=C.UTF-8 grep -nE '^.{121,}' /dev/null $(shell git ls-files -co --exclude-standard '*.cs')

format: ## format the code
	for project in Heartbeat.csproj Scheduling Heartbeat.Tests Heartbeat.Benchmarks; do dotnet format $$project; done

publish: ## one native executable for this machine, in artifacts/publish
	@command -v clang >/dev/null || command -v gcc >/dev/null || { echo "make publish needs a C linker (clang or gcc): install one, or use make publish-portable RID=..."; exit 1; }
	dotnet publish Heartbeat.csproj -p:PublishAot=true -o $(OUT)

publish-portable: ## one self-contained file for another platform: make publish-portable RID=osx-arm64
	dotnet publish Heartbeat.csproj -r $(RID) --self-contained -p:PublishSingleFile=true -p:PublishTrimmed=true -p:DebugType=embedded -o artifacts/$(RID)

package: ## the package of the engine, tried from a fresh console program, natively compiled (a minute and a half)
	packaging/try-package

check: test lint smoke ## what must hold before a commit
	@echo "The everyday tests, the linters and one real beat passed."
