# The commands of the project. Each one sets up what it needs first, and says what it does in a line a step.
#
#   make run      build, and serve three real models; ONCE=1 ends after the first answers, PORT=9000 chooses the port
#   make crm      build samples/crm, and start it with the speech service it dictates to
#   make test     build, and run every test; the last line is the count
#   make build    the release program, build/slipway
#   make speech-models  a speech model, in build/speech
#   make install  PREFIX=/usr/local: the program and its backends, in a tree that may be copied
#   make check    formatting and static analysis
#   make asan     unit tests with AddressSanitizer and UndefinedBehaviorSanitizer; make tsan: with ThreadSanitizer
#   make bench    speed beside the bare runtime and other servers
#   make bench-stages  where the time of one request goes, what it costs, and what a start and an idle server do
#   make clean    leaves .deps/, which scripts/setup keeps
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
PROGRAM = slipway slipway_backend_onnxruntime slipway_backend_openvino slipway_backend_speech slipway_backend_fake

.PHONY: run crm test built-for-tests brought-for-tests build install check asan tsan bench bench-stages models speech-models clean
.DEFAULT_GOAL := build

build:
	@scripts/setup
	@scripts/build build $(PROGRAM)

models:
	@scripts/setup
	@scripts/models build/models

speech-models:
	@scripts/setup --speech
	@.deps/python/bin/python scripts/speech_models build/speech

run: build models
	@ONCE="$(ONCE)" PORT="$(PORT)" exec scripts/run

crm:
	@scripts/setup --crm --speech
	@SLIPWAY_CMAKE_FLAGS=-DSLIPWAY_CRM=ON scripts/build build $(PROGRAM) crm
	@.deps/python/bin/python scripts/speech_models build/speech
	@ONCE="$(ONCE)" PORT="$(PORT)" exec samples/crm/run

test:
	@scripts/setup --crm
	@$(MAKE) --no-print-directory -j2 built-for-tests brought-for-tests
	@scripts/models build/models
	@.deps/python/bin/python scripts/speech_models build/speech
	@scripts/test

built-for-tests:
	@SLIPWAY_CMAKE_FLAGS=-DSLIPWAY_CRM=ON scripts/build build

# what the tests run, beside the compiler
brought-for-tests:
	@mkdir -p build
	@echo "· what the tests run is brought beside it, with what is said of that in build/setup.log"
	@scripts/setup --tests >build/setup.log 2>&1 || { cat build/setup.log; exit 1; }

install: build
	@cmake --install build --strip --prefix "$(PREFIX)"

check:
	@scripts/setup --checks
	@JOBS=$(JOBS) scripts/check

asan:
	@scripts/setup --checks
	@scripts/sanitize address

tsan:
	@scripts/setup
	@scripts/sanitize thread

bench: models
	@scripts/setup --bench
	@SLIPWAY_CMAKE_FLAGS=-DSLIPWAY_BENCH=ON scripts/build build
	@scripts/bench

bench-stages: build
	@scripts/setup --bench
	@.deps/python/bin/python bench/stages.py

clean:
	rm -rf build build-*
