# The short way to everything; `make help` lists it. Under it are the presets of CMakePresets.json.
MODEL   ?= examples/mnist_mlp.tflite
MINUTES ?= 10
PREFIX  ?= /usr/local
SOURCES  = $(wildcard include src tests fuzz bench)

.DEFAULT_GOAL := build
.PHONY: help build run test test-frameworks test-peers format lint bench fuzz install package clean

help:
	@echo 'make [build]                build/release/flopstat, one static program'
	@echo 'make run [MODEL=file]       build, then show what a model costs'
	@echo 'make test                   build and run the tests'
	@echo 'make test-frameworks        hold the counts against Keras and TensorFlow, every layer and application'
	@echo 'make test-peers             hold the conventions against the tools that they are named after'
	@echo 'make lint                   layout, include directions, clang-tidy'
	@echo 'make format                 lay out all sources'
	@echo 'make fuzz [MINUTES=10]      run every fuzz target that long'
	@echo 'make bench                  time the program beside an empty one'
	@echo 'make install [PREFIX=dir]   install the program and the library'
	@echo 'make package                pack it: a tarball and Debian packages in build/release/packages'
	@echo 'make clean                  remove build/'

build:
	@scripts/setup build
	@scripts/build release

run: build
	@build/release/flopstat "$(MODEL)"

test:
	@scripts/setup test
	@scripts/build dev
	@scripts/test dev

test-frameworks:
	@scripts/setup frameworks
	@scripts/build release
	@scripts/test_frameworks

test-peers:
	@scripts/setup peers
	@scripts/build release
	@scripts/test_peers

format:
	@scripts/setup lint
	@find $(SOURCES) '(' -name '*.h' -o -name '*.cpp' ')' -exec clang-format-19 -i {} +

lint:
	@scripts/setup lint
	@cmake --preset dev > /dev/null  # finds new files
	@scripts/lint

bench:
	@scripts/setup bench
	@scripts/build bench
	@scripts/bench

fuzz:
	@scripts/setup fuzz
	@scripts/build asan fuzz_targets
	@scripts/fuzz $(MINUTES)

install: build
	@cmake --install build/release --prefix "$(PREFIX)"

package: build
	@scripts/setup package
	@cd build/release && cpack -B packages
	@ls -l build/release/packages/*.deb build/release/packages/*.tar.gz

clean:
	rm -rf build
